"""What a project's own files say of it: its oldest Python, and whether its type check refuses what has no annotations.

What fixes write must be valid there, and pass that check.
"""

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
_WORDS = r"(?:strict|disallow_untyped_defs)\s*=\s*(?:true|yes|on|1)"
_INSIDE = r"\](?:(?!^\[).)*?^"  # from a table's head to one of its lines
_TOML = re.compile(rf"^\[tool\.mypy{_INSIDE}{_WORDS}", re.M | re.S)
_PYRIGHT = re.compile(rf"^\[tool\.(?:based)?pyright{_INSIDE}typeCheckingMode\s*=\s*[\"']strict", re.M | re.S)
_INI = re.compile(rf"^\[mypy{_INSIDE}{_WORDS}", re.M | re.S | re.I)
_JSON = re.compile(r"\"typeCheckingMode\"\s*:\s*\"strict\"")
_CHECKED = (
    ("pyproject.toml", re.compile(r"^\[tool\.(?:mypy|(?:based)?pyright)\]", re.M)),
    ("mypy.ini", None), (".mypy.ini", None),
    ("setup.cfg", re.compile(r"^\[mypy\]", re.M)), ("pyrightconfig.json", None),
)
_STRICT = (
    ("pyproject.toml", (_TOML, _PYRIGHT)), ("mypy.ini", (_INI,)), (".mypy.ini", (_INI,)), ("setup.cfg", (_INI,)),
    ("pyrightconfig.json", (_JSON,)),
)


def oldest_python(root: str) -> tuple[str, str] | None:
    """"3.8" and the file that says so; None where nothing says."""
    for file, said in _said(root):
        found = [(int(major), int(minor)) for major, minor in _VERSION.findall(said)]
        if found:
            oldest = min(found)
            return f"{oldest[0]}.{oldest[1]}", file
    return None


def type_check(root: str) -> tuple[str, str] | None:
    """"strict" where mypy or pyright is told to refuse what is not annotated, "checked" where it is set up at all, and
    the file that says so; None where none does."""
    for name, patterns in _STRICT:
        text = _text(os.path.join(root, name))
        if any(pattern.search(text) for pattern in patterns):
            return "strict", name
    for name, heading in _CHECKED:
        text = _text(os.path.join(root, name))
        if text and (heading is None or heading.search(text)):
            return "checked", name
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
