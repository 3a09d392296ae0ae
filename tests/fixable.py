"""A project with findings that can be fixed, made of the fixtures' shapes, as densely as they come or diluted."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.fixtures import LANGUAGE, Fixture, after, fixtures

BOTH = ("python", "javascript")


def sources(count: int, languages: tuple[str, ...] = BOTH, size: int = 0) -> Iterator[tuple[str, bytes]]:
    """Paths and sources of `count` files, each with at least one finding that has a fix.

    size: bytes that a file has at least; where a shape is smaller, code that looks like a finding and is none
    follows it. Shapes with few findings are then preferred, so that a file holds one to three.
    """
    shapes = [(p, f) for f in fixtures() for p in f.files if _fixable(f, p, languages)]
    if size:
        shapes = [(p, f) for p, f in shapes if len(f.expected) <= 3]
    silent = {lang: cycle([*_silent(lang)]) for lang in languages}
    for number, (path, fixture) in zip(range(count), cycle(shapes), strict=False):
        text = fixture.files[path]
        while len(text) < size:
            text += b"\n\n" + next(silent[_language(path)])
        yield f"part{number:03}/{path.replace('before', 'code')}", text


def write(root: Path, count: int, languages: tuple[str, ...] = BOTH, size: int = 0) -> dict[str, bytes]:
    """Write such a project; its files by path."""
    (root / "asynccost.toml").write_text("")
    made = dict(sources(count, languages, size))
    for path, text in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)
    return made


def _fixable(fixture: Fixture, path: str, languages: tuple[str, ...]) -> bool:
    fixed = (after(fixture) or {}).get(path)
    return len(fixture.files) == 1 and fixed not in (None, fixture.files[path]) and _language(path) in languages


def _silent(language: str) -> Iterator[bytes]:
    """The fixtures of a language that look like findings and must stay silent."""
    for fixture in fixtures():
        for path, text in fixture.files.items():
            if not fixture.expected and _language(path) == language and b"from __future__" not in text:
                yield text


def _language(path: str) -> str:
    return LANGUAGE["." + path.rpartition(".")[2]]
