"""Whether a call, by what it hands in, lets plain functions run on to the call that blocks."""

from collections.abc import Iterable

from asynccost.flow.arguments import handed
from asynccost.flow.conditions import Known
from asynccost.flow.dead import is_dead
from asynccost.flow.file import File, function_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.shut_out import given_by, lowered
from asynccost.flow.tree import Function
from asynccost.model import Span

_DEPTH = 6


class Onward:
    """The calls by which functions come to one that blocks, as they are found."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._steps: dict[tuple[str, str], dict[int, Def | None]] = {}

    def add(self, key: tuple[str, str], starts: Iterable[int], target: Def | None = None) -> None:
        """Calls of a function, by the bytes where they start: of one that blocks, or (no target) that block."""
        self._steps.setdefault(key, {}).update((start, target) for start in starts)

    def runs(self, caller: Caller, target: Def) -> bool:
        """Whether a function, called so, may come to what blocks, as far as is known."""
        read = given_by(self._project, caller, target)
        return read is None or not read[2] or self._may(target, read[2], 0)

    def _read(self, target: Def) -> tuple[File, Function] | None:
        file = lowered(self._project, target.file["path"])
        function = function_at(file, Span(target.facts["start"], target.facts["end"])) if file is not None else None
        return (file, function) if file is not None and function is not None else None

    def _may(self, made: Def, known: Known, depth: int) -> bool:
        """Whether a function that is given this may come to what blocks."""
        read, steps = self._read(made), self._steps.get(made.key, {})
        if read is None or depth > _DEPTH:
            return True
        file, function = read
        calls = {call.start: call for call in function.index.calls} if function.index is not None else {}
        for start, target in steps.items():
            call = calls.get(start)
            if call is None:
                return True
            if is_dead(call, function, file.module.source, known):
                continue
            next_one = self._read(target) if target is not None else None
            if target is None or next_one is None:
                return True
            inner = handed(next_one[0], call, file, function, next_one[1], known)
            if not inner or self._may(target, inner, depth + 1):
                return True
        return not steps
