"""Who imports a Python file, whatever is found in the project's folders."""

from collections.abc import Mapping, Sequence
from functools import cached_property


class Importers:
    """Asked for the files that import one. imports: what each Python file imports, by absolute dotted names."""

    def __init__(self, imports: Mapping[str, Sequence[str]]) -> None:
        self._imports = imports

    def of(self, path: str) -> set[str]:
        """The files that import a module, or something in it, by any end of its name; itself aside."""
        parts = parts_of(path)
        names = (".".join(parts[at:]) for at in range(len(parts)))
        return {other for name in names for other in self._by_name.get(name, ())} - {path}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Who imports a name, or something in it."""
        table: dict[str, list[str]] = {}
        for path, names in self._imports.items():
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
