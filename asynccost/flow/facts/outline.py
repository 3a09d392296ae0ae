"""The facts of one file in outline: its functions and the names that they call; the rest is made when asked for.

The values are those of `flow.facts.summary`. An outline is a JSON value that costs next to nothing to make and to
keep; how a call is used, what a function awaits and how it is entered are asked of few files, and those are lowered
again.
"""

from collections.abc import Callable
from typing import Any, cast

from asynccost.flow.around import use_of
from asynccost.flow.facts.call_facts import may_be_project
from asynccost.flow.facts.late_facts import COSTLY
from asynccost.flow.facts.summary import CallFact, FileFacts, FileHead, FunctionFacts, head_of, outer_of
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Choice, Do, Function

_KEYS = ("qualname", "start", "end", "is_async", "is_generator", "kind", "owner", "outer", "calls", "dropped")
_AT = {key: at for at, key in enumerate(_KEYS)}
_CALLS, _DROPPED = _AT["calls"], _AT["dropped"]


class Outline(FileHead):
    """One file. `functions`: a row a function, see _KEYS.

    Its calls are resolved names, in the order of `calls_of`; dropped: which of them are statements of their own.
    """

    functions: list[list[Any]]


def outline_of(file: File) -> Outline:
    """The outline of a file."""
    return {**head_of(file), "functions": [_row(file, f) for f in file.module.functions]}


def _row(file: File, function: Function) -> list[Any]:
    owner = function.owner.qualname if function.owner else ""
    sites = [s for s in file.calls_of(function) if s.name is not None and may_be_project(s.name, file)]
    names, dropped = [s.name for s in sites], [at for at, s in enumerate(sites) if _is_dropped(s.call)]
    span, flags = (function.start, function.end), (function.is_async, function.is_generator)
    return [function.qualname, *span, *flags, function.kind, owner, outer_of(function), names, dropped]


def _is_dropped(call: Call) -> bool:
    """Whether `facts.calls_of` says "dropped"; told at once of most calls."""
    around = call.parent.__class__
    if around is Do or around is not Choice:
        return around is Do
    use = use_of(call)
    return use.kind == "dropped" and not use.awaited and use.node.__class__ is Do


def filled(path: str, outline: Outline, lower: Callable[[], File]) -> FileFacts:
    """The facts that an outline is of. lower: makes the file again, of the same content."""
    again = _Again(lower)
    functions = [cast("FunctionFacts", _OfFunction(again, row, at)) for at, row in enumerate(outline["functions"])]
    return cast("FileFacts", {**outline, "path": path, "functions": functions})


class _Again:
    """A file that is lowered when more is asked than its outline tells; what it said is kept, not the file.

    Somebody may have changed it since; then its functions say nothing, and the scan tells by the content.
    """

    def __init__(self, lower: Callable[[], File]) -> None:
        self._lower = lower
        self._said: dict[tuple[str, int], Any] = {}

    def say(self, key: str, at: int) -> Any:
        """One fact of the n-th function."""
        if (key, at) not in self._said:
            file = self._lower()
            known = at < len(file.functions)
            self._said[key, at] = _MORE[key](file, file.functions[at]) if known else _NOTHING[key]
        return self._said[key, at]


class _OfFunction(dict[str, Any]):
    """FunctionFacts by a row of an outline."""

    __slots__ = ("_again", "_at", "_row")

    def __init__(self, again: _Again, row: list[Any], at: int) -> None:
        super().__init__()
        self._again, self._row, self._at = again, row, at

    def __missing__(self, key: str) -> Any:
        if key == "calls":
            dropped = frozenset(self._row[_DROPPED])
            made = self["calls"] = [_OfCall(self, at, n, at in dropped) for at, n in enumerate(self._row[_CALLS])]
            return made
        if key in _AT:
            return self._row[_AT[key]]
        said = self[key] = self._again.say(key, self._at)
        return said

    def call(self, at: int) -> CallFact | None:
        """All of the n-th call."""
        calls = self._again.say("calls", self._at)
        return calls[at] if at < len(calls) else None


class _OfCall(dict[str, Any]):
    """CallFact by what an outline tells of it."""

    __slots__ = ("_at", "_by")

    def __init__(self, by: _OfFunction, at: int, name: str, dropped: bool) -> None:
        super().__init__(name=name, dropped=dropped)
        self._by, self._at = by, at

    def __missing__(self, key: str) -> Any:
        self.update(self._by.call(self._at) or _NO_CALL)
        return self[key]


_MORE: dict[str, Callable[[File, Function], Any]] = {
    "line": lambda file, function: file.span(function).line,
    "column": lambda file, function: file.span(function).column,
    "end_line": lambda file, function: file.span(function).end_line,
    **COSTLY,
}
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("line", "column", "end_line"), 1),
    **dict.fromkeys(("calls", "returns", "registered", "waits", "floats", "risks"), ()),
    "seldom": "",
    "entry": None,
    "quiet": False,
}
_NO_CALL = CallFact(
    name="", line=1, column=1, start=0, end=0, loop=False, awaited=False, use="other", dropped=False, detail="",
    timed=False, cold="",
)  # fmt: skip
