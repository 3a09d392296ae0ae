"""sequential-awaits in Python: asyncio.gather of exactly the independent statements."""

from collections.abc import Iterator

from asynccost.flow.file import File, function_at
from asynccost.flow.loops.in_turn import question
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.joining import Run, join, knows_asyncio, run_at
from asynccost.python.codemod.patch import Patch

_REASON = (
    "results keep their order and errors their type; but when one fails the others are under way already, and go on"
)


def fix(finding: Finding, file: File) -> Offer | None:
    """Wait for all of them together."""
    function = function_at(file, finding.span)
    run = run_at(file, finding.span, function) if function is not None else None
    if run is None or not knows_asyncio(file, run.function):
        return None
    if asked := question([part.node for part in run.parts], run.function, file):
        return Offer(Safety.DISPLAY_ONLY, f"{_REASON}; {asked}", lambda: _joined(file, run))
    return Offer(Safety.UNSAFE, _REASON, lambda: _joined(file, run))


def _joined(file: File, run: Run) -> Iterator[Edit]:
    patch = Patch(file)
    join(patch, run)
    return patch.edits()
