"""Reads fixtures: before/ok files and trees, with the lines that are marked `expect: rule`."""

import re
from dataclasses import dataclass
from pathlib import Path

from asynccost.engine.firstpass import look_at
from asynccost.engine.secondpass import settle
from asynccost.knowledge import Knowledge
from asynccost.model import Finding, Silence

ROOT = Path(__file__).parents[1] / "fixtures"
LANGUAGE = {
    suffix: language
    for language, suffixes in {
        "python": (".py",),
        "javascript": (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"),
    }.items()
    for suffix in suffixes
}
_MARK = re.compile(
    r"[ \t]*(?:#|//|/\*|\{/\*|<!--)[ \t]*(todo-)?expect: ([a-z, -]*[a-z])[ \t]*(?:\*/\}|\*/|-->)?[ \t]*$", re.M
)


@dataclass(frozen=True)
class Fixture:
    """Files that are scanned together: path -> text without marks, and the places marked in them."""

    name: str
    rule: str
    files: dict[str, bytes]
    expected: frozenset[tuple[str, int, str]]
    todo: frozenset[tuple[str, int, str]]


def fixtures() -> list[Fixture]:
    """Every fixture of every rule."""
    return [made for folder in sorted(p for p in ROOT.iterdir() if p.is_dir()) for made in _of(folder)]


def _of(folder: Path) -> list[Fixture]:
    rule = folder.name.replace("_", "-")
    made = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.split(".")[0] in ("before", "ok") and path.suffix in LANGUAGE:
            made.append(_fixture(rule, path.parent, [path], f"{folder.name}/{path.name}"))
        elif path.is_dir():
            for kind in ("before", "ok"):
                files = sorted(p for p in (path / kind).rglob("*") if p.suffix in LANGUAGE)
                if files:
                    made.append(_fixture(rule, path / kind, files, f"{folder.name}/{path.name}/{kind}"))
    return made


def _fixture(rule: str, root: Path, paths: list[Path], name: str) -> Fixture:
    files, expected, todo = {}, set(), set()
    for path in paths:
        text = path.read_text("utf-8")
        relative = path.relative_to(root).as_posix()
        for match in _MARK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            place = {(relative, line, name.strip()) for name in match[2].split(",")}
            (todo if match[1] else expected).update(place)
        files[relative] = _MARK.sub("", text).encode()
    return Fixture(name, rule, files, frozenset(expected), frozenset(todo))


def after(fixture: Fixture) -> dict[str, bytes] | None:
    """What `fix --unsafe` of its rule makes of a before fixture, as it is written down; None where it is not."""
    folder, _, name = fixture.name.partition("/")
    place = ROOT / folder / name
    if place.is_dir():
        root = place.with_name("after")
        shown = place.name == "before" and root.is_dir()
        return {p: (root / p).read_bytes() for p in fixture.files} if shown else None
    path = place.with_name("after" + place.name.removeprefix("before"))
    return {place.name: path.read_bytes()} if place.name.startswith("before") and path.is_file() else None


def shown(fixture: Fixture) -> dict[str, bytes] | None:
    """What the fixes that are only shown would make of a fixture as well, where that is written down: `shown.NAME`."""
    place = ROOT / fixture.name
    path = place.with_name("shown" + place.name.removeprefix("before"))
    return {place.name: path.read_bytes()} if place.name.startswith("before.") and path.is_file() else None


def scan(files: dict[str, bytes]) -> tuple[list[Finding], list[Silence]]:
    """Scan sources that lie in memory, as one project."""
    sources = [(path, LANGUAGE[Path(path).suffix], source) for path, source in files.items()]
    knowledge = Knowledge()
    seen = look_at(sources, knowledge)
    assert [p for one in seen for p in one.problems if p.kind == "internal"] == []
    return settle(seen, knowledge)
