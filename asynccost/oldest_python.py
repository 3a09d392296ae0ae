"""The oldest Python that a project runs on, as its packaging says; what fixes write must be valid there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLAIN = (3, 10)  # from this one on, annotations need no care: `X | None` is evaluated there

_VERSION = re.compile(r"(?:>=|==|~=|\^|~)\s*(\d+)\.(\d+)")
_PYTHON_REQUIRES = re.compile(r"python_requires\s*=\s*[\"']?([^\"'\n#]+)")


def oldest_python(root: str) -> tuple[str, str] | None:
    """"3.8" and the file that says so; None where nothing says that it is older than annotations want."""
    for file, said in _said(Path(root)):
        found = [(int(major), int(minor)) for major, minor in _VERSION.findall(said)]
        if found:
            oldest = min(found)
            return (f"{oldest[0]}.{oldest[1]}", file) if oldest < PLAIN else None
    return None


def _said(root: Path) -> Iterator[tuple[str, str]]:
    pyproject = _toml(root / "pyproject.toml")
    poetry = pyproject.get("tool", {}).get("poetry", {}).get("dependencies", {})
    for said in (pyproject.get("project", {}).get("requires-python"), poetry.get("python")):
        if isinstance(said, str):
            yield "pyproject.toml", said
    for name in ("setup.cfg", "setup.py"):
        found = _PYTHON_REQUIRES.search(_text(root / name))
        if found is not None:
            yield name, found[1]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}  # not ours to judge; where it holds our settings, that is said elsewhere


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
