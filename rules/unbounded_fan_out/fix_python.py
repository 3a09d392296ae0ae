"""unbounded-fan-out in Python: a semaphore around each call."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.waits.fanout import FanOut, fan_outs
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.bounding import bound, may_bound
from asynccost.python.codemod.fan_writer import LIMIT
from asynccost.python.codemod.joining import knows_asyncio
from asynccost.python.codemod.patch import Patch

_REASON = f"no more than {LIMIT} run at once, where the others used to have started; results keep their order"


def fix(finding: Finding, file: File) -> Offer | None:
    """Bound what runs at once."""
    fan = _fan_out(finding, file)
    if fan is None or not may_bound(fan, file) or not knows_asyncio(file, fan.function):
        return None
    asked = "how many at once does what is called bear?"
    return Offer(Safety.DISPLAY_ONLY, f"{_REASON}; {asked}", lambda: _bounded(file, fan))


def _fan_out(finding: Finding, file: File) -> FanOut | None:
    for function in file.functions_if(lambda f: f.start <= finding.span.start < f.end):
        for fan in fan_outs(file, function):
            if fan.call.start == finding.span.start and fan.call.end == finding.span.end:
                return fan
    return None


def _bounded(file: File, fan: FanOut) -> Iterator[Edit]:
    patch = Patch(file)
    bound(patch, fan)
    return patch.edits()
