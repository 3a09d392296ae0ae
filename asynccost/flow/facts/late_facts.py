"""Facts of a Python file that are made one by one, when asked for. The values are those of `flow.facts.summary`."""

from collections.abc import Callable
from typing import Any, Protocol

from asynccost.flow.facts.call_facts import calls_of
from asynccost.flow.facts.entries import seldom
from asynccost.flow.facts.mentioned import registered
from asynccost.flow.facts.summary import entry, outer_of, returned
from asynccost.flow.file import File
from asynccost.flow.tree import Function
from asynccost.flow.waits.failing import floats, quiet
from asynccost.flow.waits.risks import risks
from asynccost.flow.waits.waiting import rows_of

COSTLY: dict[str, Callable[[File, Function], Any]] = {  # facts of a function that its head does not tell
    "is_generator": lambda _, function: function.is_generator,
    "seldom": lambda file, function: seldom(file, function) or "",
    "entry": entry,
    "calls": calls_of,
    "returns": returned,
    "registered": registered,
    "waits": rows_of,
    "floats": floats,
    "quiet": quiet,
    "risks": risks,
}


class FunctionAsked(dict[str, Any]):
    """FunctionFacts whose values are made when they are asked for."""

    def __init__(self, file: File, function: Function) -> None:
        super().__init__()
        self._file, self._of = file, function

    def __missing__(self, key: str) -> Any:
        if key in COSTLY:
            self[key] = COSTLY[key](self._file, self._of)
        elif key in ("line", "column", "end_line"):
            span = self._file.span(self._of)
            self.update(line=span.line, column=span.column, end_line=span.end_line)
        else:
            of = self._of
            self.update(
                qualname=of.qualname,
                start=of.start,
                end=of.end,
                is_async=of.is_async,
                kind=of.kind,
                owner=of.owner.qualname if of.owner else "",
                outer=outer_of(of),
            )
        return self[key]


class Telling(Protocol):
    """A file that tells of itself what it is asked for."""

    path: str
    name: str

    @property
    def file(self) -> File:
        """The file, lowered."""

    def handed(self) -> list[list[str]]:
        """What it hands to calls that say how often they run it."""

    def imports_name(self, local: str) -> bool:
        """Whether a name stands where it says what it imports."""

    def base_names(self, qualname: str) -> list[str] | None:
        """What the bases of a class resolve to; None where there is no such class."""


class _Bases(dict[str, list[str]]):
    """The bases of a file's classes, looked up one by one."""

    def __init__(self, of: Telling) -> None:
        super().__init__()
        self._of = of

    def __contains__(self, qualname: object) -> bool:
        return qualname in self.keys() or self._of.base_names(str(qualname)) is not None

    def get(self, qualname: str, default: Any = None) -> Any:
        found = self._of.base_names(qualname)
        return default if found is None else found


class _Imported(dict[str, str]):
    """What a file's names stand for by its imports."""

    def __init__(self, of: Telling) -> None:
        super().__init__()
        self._of = of

    def __contains__(self, local: object) -> bool:
        return self._of.imports_name(str(local)) and local in self._of.file.module.imports

    def __missing__(self, local: str) -> str:
        return self._of.file.module.imports[local]


class FileAsked(dict[str, Any]):
    """FileFacts whose values are made when they are asked for."""

    def __init__(self, of: Telling, rules: dict[str, Any]) -> None:
        super().__init__(path=of.path, name=of.name, language="python", exports={}, stars=[], rules=rules)
        self._of = of

    def __missing__(self, key: str) -> Any:
        if key == "handed":
            self[key] = self._of.handed()
        elif key == "imports":
            self[key] = _Imported(self._of)
        elif key == "classes":
            self[key] = _Bases(self._of)
        else:
            raise KeyError(key)
        return self[key]
