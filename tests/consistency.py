"""One random question to a project and its answer, twice: as it must be, and as it is."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from asynccost.files.kinds import is_minified, language_of
from tests.edits import edit
from tests.small_project import Answer, scan

_OLD = 1_600_000_000  # edits are dated from here on, a minute apart: times that a cache may trust


@dataclass(slots=True, frozen=True)
class Said:
    """What was asked, what it must give, what it gave."""

    what: str
    wanted: Answer
    got: Answer


def sources(root: Path) -> list[str]:
    """The files that a scan reads, by relative path; type declarations are none of them, and count in no shard."""
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if _read(p.name) and p.is_file())


def _read(name: str) -> bool:
    return language_of(name) is not None and not is_minified(name)


def subset(root: Path, whole: Answer, random: Random, cache_dir: Path) -> Said:
    """Ask for a random part of a project in a random way, and pick the same part from a full scan."""
    options = {"cache": random.random() < 0.7, "cache_dir": str(cache_dir)}
    paths = sources(root)
    way = random.choice(("alone", "list", "folder", "stdin", "shard"))
    if way == "shard":
        parts = random.randint(2, 5)
        part = random.randint(1, parts)
        mine = set(paths[part - 1 :: parts])
        return Said(f"shard {part}/{parts}", whole.of(mine), scan(root, shard=(part, parts), **options))
    if way == "stdin":
        path = random.choice(paths)
        got = scan(root, texts={path: (root / path).read_bytes()}, **options)
        return Said(f"stdin {path}", whole.of({path}), got)
    if way == "folder":
        folder = Path(random.choice(paths)).parent.as_posix()
        mine = {p for p in paths if folder == "." or p.startswith(folder + "/")}
        return Said(f"folder {folder}", whole.of(mine), scan(root, [folder], **options))
    some = random.sample(paths, 1 if way == "alone" else random.randint(2, min(9, len(paths))))
    return Said(f"{way} {some}", whole.of(set(some)), scan(root, some, **options))


def edited(root: Path, random: Random, step: int, cache_dir: Path) -> Said:
    """Scan with a cache, change a file, scan with the cache again and without one."""
    options = {"cache": True, "cache_dir": str(cache_dir)}
    scan(root, **options)
    what = _change(root, random, _OLD + step * 60)
    if random.random() < 0.3:  # a partial scan in between must leave the cache right as well
        scan(root, random.sample(sources(root), 1), **options)
    return Said(f"step {step}: {what}", scan(root), scan(root, **options))


def _change(root: Path, random: Random, at: int) -> str:
    paths = sources(root)
    path, other = random.sample(paths, 2)
    way = random.random()
    if way < 0.06:
        (root / path).unlink()
        return f"delete {path}"
    if way < 0.12:
        (root / path).rename((root / path).with_name(f"moved_{Path(path).name}"))
        return f"move {path}"
    if way < 0.18:
        (root / other).write_bytes((root / path).read_bytes())
        return f"copy {path} over {other}"
    return edit(root, path, random, at)
