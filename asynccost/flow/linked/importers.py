"""Which files can mean a function of another by a name: those that import it, directly or through others.

Who imports a Python file, whatever is found in the project's folders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from asynccost.flow.facts.asked import Asked

_CLASS = re.compile(rb"\bclass[ \t]+(\w+)[ \t]*\(([^)]*)\)")
_WORD = re.compile(rb"\w+")


class Modules(Protocol):
    """What knows the modules of a project by their names."""

    def module(self, name: str, near: str, language: str) -> str | None:
        """The path of the module that a name means, seen from a file."""


class Imports:
    """Who imports whom, asked from the imported side."""

    def __init__(self, modules: Modules, files: Iterable[Asked]) -> None:
        self._modules = modules
        self._files = {file.path: file for file in files}
        self._by_name: dict[str, list[str]] = {}
        self._direct: dict[str, set[str]] = {}
        self._derived: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for file in self._files.values():
            for name in _with_packages(file.imports):
                self._by_name.setdefault(name, []).append(file.path)

    def reaching(self, path: str, word: str) -> list[str]:
        """The files that can name what a file defines by this word (a method: by its class), itself among them.

        A file that imports it may hand it on: under its name or another, or as the base of a class of its own.
        """
        words, found, pending = {word}, {path}, [path]
        while pending:
            here = pending.pop()
            if here != path and not any(self._files[here].holds(one) for one in words):
                continue
            words |= self._handed_on(here, words)
            new = self._importers(here) - found
            found |= new
            pending += sorted(new)
        return sorted(found)

    def _handed_on(self, path: str, words: set[str]) -> set[str]:
        """What stands for one of these words outside of a file: an alias, a class that inherits it."""
        file = self._files[path]
        found = {out for word in words for out in file.aliases(word)}
        derived = self._classes(path)
        size = -1
        while size < len(found):
            size = len(found)
            found |= {name for name, bases in derived if bases & (words | found)}
        return found

    def _classes(self, path: str) -> list[tuple[str, frozenset[str]]]:
        """The classes of a file that have bases, with the words that those are made of."""
        if path not in self._derived:
            self._derived[path] = [
                (m[1].decode(), frozenset(w.decode() for w in _WORD.findall(m[2])))
                for m in _CLASS.finditer(self._files[path].source)
            ]
        return self._derived[path]

    def _importers(self, path: str) -> set[str]:
        if path not in self._direct:
            parts = self._files[path].name.split(".")
            suffixes = [".".join(parts[at:]) for at in range(len(parts))]
            self._direct[path] = {
                near
                for name in suffixes
                for near in self._by_name.get(name, ())
                if self._modules.module(name, near, "python") == path
            }
        return self._direct[path]


def _with_packages(names: Iterable[str]) -> set[str]:
    """Dotted names and all that they lie in: a.b.c is in a.b, which is in a."""
    found: set[str] = set()
    for name in names:
        while name and name not in found:
            found.add(name)
            name = name.rpartition(".")[0]
    return found


class Importers:
    """Asked for the files that import one. imports: what each Python file imports, by absolute dotted names."""

    def __init__(self, imports: Mapping[str, Sequence[str]]) -> None:
        self.imports = imports

    def of(self, path: str) -> set[str]:
        """The files that import a module, or something in it, by any end of its name; itself aside."""
        parts = parts_of(path)
        names = (".".join(parts[at:]) for at in range(len(parts)))
        return {other for name in names for other in self._by_name.get(name, ())} - {path}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Who imports a name, or something in it."""
        table: dict[str, list[str]] = {}
        for path, names in self.imports.items():
            for name in {part for dotted in names for part in _heads(dotted)}:
                table.setdefault(name, []).append(path)
        return table


def parts_of(path: str) -> list[str]:
    """The parts of the dotted name that a path stands for."""
    return path.removesuffix(".py").removesuffix("/__init__").split("/")


def _heads(dotted: str) -> list[str]:
    """a.b.c, a.b and a."""
    parts = dotted.split(".")
    return [".".join(parts[:at]) for at in range(len(parts), 0, -1)]
