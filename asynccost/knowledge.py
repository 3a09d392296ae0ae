"""The tables of rules/knowledge: clients, closers, timers, entry points. Users add rows of their own."""

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from asynccost.errors import RuleError
from asynccost.rules import ROOT


class Knowledge:
    """Reads tables when they are first asked for; rows of the user's settings come after ours."""

    def __init__(self, extra: Mapping[str, Any] | None = None) -> None:
        self._extra = extra or {}
        self._merged: dict[str, dict[str, Any]] = {}

    def table(self, name: str) -> dict[str, Any]:
        """The table `rules/knowledge/<name>.toml`; tables merge by key, lists are joined."""
        if name not in self._merged:
            self._merged[name] = _merge(_read(name), self._extra.get(name, {}))
        return self._merged[name]


@cache
def _read(name: str) -> dict[str, Any]:
    path = os.path.join(ROOT, "knowledge", f"{name}.toml")
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise RuleError(f"there is no table {path}") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: {error}") from None


def _merge(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for key, value in theirs.items():
        mine = merged.get(key)
        if isinstance(mine, dict) and isinstance(value, Mapping):
            merged[key] = _merge(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            merged[key] = [*mine, *value]
        else:
            merged[key] = value
    return merged
