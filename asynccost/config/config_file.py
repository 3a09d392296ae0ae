"""Configuration files: which one counts, what it extends, and on which line a key stands."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from asynccost.errors import SettingsError

NAMES = ("asynccost.toml", ".asynccost.toml", "pyproject.toml", "package.json")


class Layer(NamedTuple):
    """Values from one place: a file, the environment or the command line."""

    origin: str
    values: Mapping[str, Any]
    text: str = ""

    def where(self, key: str) -> str:
        """`file:line` of a key, or just the origin where no line can be told."""
        quoted = re.escape(key)
        at = re.search(rf"""^[ \t{{]*["']?{quoted}["']?[ \t]*[=:]|^\[.*\b{quoted}["']?\]""", self.text, re.M)
        return f"{self.origin}:{self.text.count(chr(10), 0, at.start()) + 1}" if at else self.origin


def above(folder: str) -> Iterator[str]:
    """A folder and those that hold it, up to the top of its git checkout or of the file system."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = parent


def git_root(folder: str) -> str | None:
    """The top of the git checkout that a folder is in."""
    *_, last = above(folder)
    return last if os.path.exists(os.path.join(last, ".git")) else None


def find(folder: str) -> str | None:
    """The nearest file with settings for asynccost, from a folder upwards."""
    for place in above(folder):
        for name in NAMES:
            path = os.path.join(place, name)
            if os.path.isfile(path) and _ours(path) is not None:
                return path
    return None


def layers(path: str) -> list[Layer]:
    """A file's settings after those of the files that it extends, furthest first."""
    found: list[Layer] = []
    seen: list[str] = []
    while True:
        path = os.path.abspath(path)
        if path in seen:
            chain = " -> ".join(map(shown, [*seen[seen.index(path) :], path]))
            raise SettingsError(f'{shown(path)}: "extend" goes round in a circle: {chain}')
        seen.append(path)
        layer = read(path)
        found.append(layer)
        parent = layer.values.get("extend")
        if parent is None:
            return found[::-1]
        if not isinstance(parent, str):
            raise SettingsError(f'{layer.where("extend")}: "extend" must be the path of a file')
        path = os.path.join(os.path.dirname(path), os.path.expanduser(parent))
        if not os.path.isfile(path):
            raise SettingsError(
                f'{layer.where("extend")}: "extend" names a file that does not exist: {parent}'
            )


def read(path: str) -> Layer:
    """The settings of one file; for a file named by the user that has none, no values."""
    try:
        values = _ours(path)
        with open(path, encoding="utf-8-sig") as file:
            return Layer(shown(path), values or {}, file.read())
    except FileNotFoundError:
        raise SettingsError(f"{shown(path)}: there is no such configuration file") from None
    except OSError as error:
        raise SettingsError(f"{shown(path)}: {error.strerror}") from None


def inline(text: str) -> Layer:
    """Settings given as TOML on the command line."""
    import tomllib

    try:
        return Layer("--config", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"--config {text!r} is neither a file nor TOML: {error}") from None


def shown(path: str) -> str:
    """A path as the user would type it: relative where it lies below the current folder."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _ours(path: str) -> dict[str, Any] | None:
    """Our table in a file, or None if the file is not about us."""
    name = os.path.basename(path)
    with open(path, "rb") as file:
        data = file.read()
    if name in ("pyproject.toml", "package.json") and b"asynccost" not in data:
        return None
    table = _json(path, data) if name.endswith(".json") else _toml(path, data)
    if name == "package.json":
        table = table.get("asynccost")
    elif name == "pyproject.toml":
        tool = table.get("tool")
        table = tool.get("asynccost") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f'{shown(path)}: "asynccost" must be a table')
    return table


def _toml(path: str, data: bytes) -> Any:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown(path)}: not valid TOML: {error}") from None


def _json(path: str, data: bytes) -> Any:
    import json

    try:
        table = json.loads(data)
    except ValueError as error:
        raise SettingsError(f"{shown(path)}: not valid JSON: {error}") from None
    return table if isinstance(table, dict) else {}
