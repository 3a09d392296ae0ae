"""The oldest Python that a project runs on, as its packaging or image says; what fixes write must be valid there."""

import os
import re
import tomllib
from collections.abc import Iterator
from typing import Any

_VERSION = re.compile(r"(?:>=|==|~=|\^|~)\s*(\d+)\.(\d+)")
_NEWER = 10  # a Python 3 from which on an image says only that somebody uses it, not that nobody uses an older one
_TARGET = re.compile(r"py(\d)(\d+)")
_IMAGE = re.compile(r"^FROM\s+(?:--\S+\s+)?(?:\S+/)?python:(\d+\.\d+)", re.M | re.I)
_PINNED = re.compile(r"^(?:cpython-)?(\d+\.\d+)", re.M)
_PYTHON_REQUIRES = re.compile(r"python_requires\s*=\s*[\"']?([^\"'\n#]+)")


def oldest_python(root: str) -> tuple[str, str] | None:
    """"3.8" and the file that says so; None where nothing says."""
    for file, said in _said(root):
        found = [(int(major), int(minor)) for major, minor in _VERSION.findall(said)]
        if found:
            oldest = min(found)
            return f"{oldest[0]}.{oldest[1]}", file
    return None


def _said(root: str) -> Iterator[tuple[str, str]]:
    pyproject = _toml(os.path.join(root, "pyproject.toml"))
    for keys in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        said = _at(pyproject, keys)
        if isinstance(said, str):
            yield "pyproject.toml", said
    for name in ("setup.cfg", "setup.py"):
        found = _PYTHON_REQUIRES.search(_text(os.path.join(root, name)))
        if found is not None:
            yield name, found[1]
    for tool in ("ruff", "black"):
        given = _at(pyproject, ("tool", tool, "target-version"))
        yield "pyproject.toml", " ".join(f">={a}.{b}" for a, b in _TARGET.findall(str(given)))
    for name, pattern in (("Dockerfile", _IMAGE), (".python-version", _PINNED)):  # what it runs on here is no promise
        found = pattern.search(_text(os.path.join(root, name)))
        if found is not None and int(found[1].partition(".")[2]) < _NEWER:
            yield name, f">={found[1]}"


def _at(table: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _toml(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}  # not ours to judge; where it holds our settings, that is said elsewhere


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
