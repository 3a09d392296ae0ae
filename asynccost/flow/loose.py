"""Python files that belong to no program of a project: nothing imports them, and nothing of them goes on by itself."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from asynccost.flow.entry_table import GOES_ON, entries_of
from asynccost.flow.file import is_test
from asynccost.flow.importers import Importers
from asynccost.flow.loaded import is_loaded_by_name
from asynccost.flow.project import Project


def is_loose(project: Project, path: str) -> bool:
    """Whether a file is run by hand, if at all: what it wastes, it wastes once."""
    asked = project.names.asked.get(path)
    if asked is None or not project.memo(_loose).holds(path) or GOES_ON.search(asked.source):
        return False
    return not is_loaded_by_name(project, path)


def _loose(project: Project) -> "Loose":
    knowledge = next(asked.knowledge for asked in project.names.asked.values())
    return Loose(project.imports, project.importers, entries_of(knowledge).serving)


class Loose:
    """Asked which files are loose. imports: what each Python file imports, by absolute dotted names.

    A file in a package, one that imports what serves, and one that another file imports are none. Where a project has
    no package and nothing that serves, its scripts are the program.
    """

    def __init__(
        self, imports: Mapping[str, Sequence[str]], importers: Importers, serving: frozenset[str]
    ) -> None:
        self._imports = imports
        self._importers = importers
        self._serving = serving

    def holds(self, path: str) -> bool:
        """Whether a file is loose; its code aside."""
        if path not in self._imports or self._in_package(path) or self._serves(path) or not self._has_program:
            return False
        return not self._importers.of(path)

    def _in_package(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return f"{folder}/__init__.py".lstrip("/") in self._imports

    def _serves(self, path: str) -> bool:
        return any(name.partition(".")[0] in self._serving for name in self._imports[path])

    @cached_property
    def _has_program(self) -> bool:
        return any(
            (path.endswith("__init__.py") or self._serves(path)) and not is_test(path) for path in self._imports
        )
