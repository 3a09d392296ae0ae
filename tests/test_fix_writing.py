"""Files are replaced whole or not at all, and what cannot be written is said in a sentence."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from asynccost.errors import PathError
from asynccost.fixer import writing
from asynccost.fixer.writing import replace_file, sweep
from tests.kills import tree

OLD, NEW = b"old\n" * 3000, b"new\n" * 5000


def _project(tmp_path: Path) -> tuple[Path, str]:
    root = tmp_path / "project"
    root.mkdir()
    file = root / "a.py"
    file.write_bytes(OLD)
    file.chmod(0o751)
    return file, str(root)


def _only(file: Path) -> bool:
    """Whether nothing else was left beside a file."""
    return [p.name for p in file.parent.iterdir()] == [file.name]


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file, root = _project(tmp_path)
    replace_file(str(file), OLD, NEW, root)

    assert (file.read_bytes(), file.stat().st_mode & 0o7777) == (NEW, 0o751)
    assert _only(file)


def test_what_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file, root = _project(tmp_path)
    file.write_bytes(b"somebody else's\n")
    with pytest.raises(PathError, match=r"a\.py: was changed while it was fixed; nothing was written to it"):
        replace_file(str(file), OLD, NEW, root)

    assert file.read_bytes() == b"somebody else's\n"
    assert _only(file)


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    file, root = _project(tmp_path)
    file.chmod(0o444)
    with pytest.raises(PathError, match="is read-only and was left alone"):
        replace_file(str(file), OLD, NEW, root)

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (OLD, 0o444)


def test_a_link_is_left_alone(tmp_path: Path) -> None:
    """Writing through it would change a file that nobody named; replacing it would cut it off."""
    file, root = _project(tmp_path)
    link = Path(root, "link.py")
    link.symlink_to(file)
    with pytest.raises(PathError, match=r"is a symbolic link and was left alone; name the file itself: .*a\.py"):
        replace_file(str(link), OLD, NEW, root)

    assert link.is_symlink()
    assert file.read_bytes() == OLD


def test_a_file_outside_of_the_project_is_left_alone(tmp_path: Path) -> None:
    """Also where only a folder on the way is a link."""
    _, root = _project(tmp_path)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "b.py").write_bytes(OLD)
    Path(root, "way").symlink_to(outside, target_is_directory=True)
    for path in (str(outside / "b.py"), os.path.join(root, "way", "b.py")):
        with pytest.raises(PathError, match="is outside of the project"):
            replace_file(path, OLD, NEW, root)

    assert (outside / "b.py").read_bytes() == OLD


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, root = _project(tmp_path)
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < len(NEW):
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:4096])

    monkeypatch.setattr(writing.os, "write", full)
    with pytest.raises(PathError, match="cannot be written, and is as it was: No space left on device"):
        replace_file(str(file), OLD, NEW, root)
    monkeypatch.undo()

    assert file.read_bytes() == OLD
    assert _only(file)


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    """But not the file of a run that still lives: it holds a lock."""
    file, root = _project(tmp_path)
    stale = Path(root, ".a.py.asynccost-1")
    stale.write_bytes(b"half")
    code = (
        "import sys; from asynccost.fixer import writing\n"
        "with writing._beside(sys.argv[1]) as (_, name):\n"
        "    print(name, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        alive = Path(other.stdout.readline().strip())
        sweep(root)
        assert (alive.exists(), stale.exists()) == (True, False)
    assert _only(file)


def test_a_kill_at_any_system_call_tears_no_file(tmp_path: Path) -> None:
    """Whatever is half done, each file is the old or the new one, with its mode; a rerun finishes the work."""
    project = tree(tmp_path, 2)
    news = []
    for dies_at in range(1, 8):
        project.reset()
        with project.start(dies_at) as process:
            pass
        assert process.returncode == -signal.SIGKILL
        news.append(project.judge())
    assert (news[0], max(news)) == (0, 1)
    project.finish()


def test_a_file_system_that_is_full_loses_nothing(tmp_path: Path) -> None:
    """A real one, of 64 KiB; skipped where we may not mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this needs the right to mount a file system")
    try:
        file = disk / "a.py"
        file.write_bytes(OLD)
        with pytest.raises(PathError, match="cannot be written, and is as it was: No space left on device"):
            replace_file(str(file), OLD, b"new\n" * 16_000, str(disk))
        assert file.read_bytes() == OLD
        assert _only(file)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
