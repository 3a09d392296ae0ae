"""The demo, as a newcomer runs it: everything shows, nothing is left running, a folder that is there is left alone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


def _demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asynccost", "demo", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    run = _demo(folder)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return folder / "asynccost-demo", run.stdout


def test_it_shows_before_and_after(shown: tuple[Path, str]) -> None:
    folder, text = shown
    for name in ("findings", "clients built", "connections"):
        was, now = map(int, re.search(rf"^{name} +(\d+) +(\d+)$", text, re.M).groups())  # type: ignore[union-attr]
        assert now < was, name
    seconds = re.search(r"^seconds wasted +(\d+\.\d\d) +(\d+\.\d\d)$", text, re.M)
    assert seconds is not None
    assert float(seconds[2]) < float(seconds[1])  # what waited in turn waits side by side
    spent = r"about \$[\d.]+ a month of machine time"
    assert re.search(rf"waste, estimated: {spent}; after: (?:{spent}|nothing that has a price)$", text, re.M)
    assert len(re.findall(r"^  asynccost ", text.partition("Next, in")[2], re.M)) == 3
    page = (folder / "report.html").read_text()
    assert "a month of machine time is wasted in" in page


def test_the_commands_that_it_names_work(shown: tuple[Path, str]) -> None:
    folder, text = shown
    for line in re.findall(r"^  asynccost (\S+ \S+)", text.partition("Next, in")[2], re.M):
        command = [sys.executable, "-m", "asynccost", *line.split()]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert run.returncode in (0, 1), (line, run.stderr)
        assert run.stdout


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "asynccost-demo").mkdir()
    (tmp_path / "asynccost-demo" / "mine").write_text("x")
    run = _demo(tmp_path)
    assert run.returncode == 2
    assert run.stderr == (
        "asynccost: asynccost-demo: is there already and is not empty; name another folder, or remove it\n"
    )
