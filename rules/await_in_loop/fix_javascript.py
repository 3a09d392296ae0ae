"""The turns of a loop run side by side, and what they leave behind stays in the order of the items."""

import re

from asynccost.flow.around import loops_around
from asynccost.flow.file import File
from asynccost.flow.loops.alongside import obstacle, question
from asynccost.flow.loops.turn_worth import transacted, warned, worth
from asynccost.flow.tree import Function, Loop
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.loops import LoopFix
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.sources import AT_ONCE
from asynccost.model import Finding, Offer, Safety

_LONG = 20  # lines of a loop; a longer turn, twice as deep within a loop of batches, hides what is done with an item


def fix(finding: Finding, file: File) -> Offer | None:
    """`await Promise.all(items.map(...))`, in batches where nothing shows that the list is short."""
    for function in file.functions:
        for loop in function.index.loops if function.index else ():
            if isinstance(loop, Loop) and (loop.start, loop.end) == (finding.span.start, finding.span.end):
                return None if obstacle(loop, function, file) else _offer(loop, function, file)
    return None


def _offer(loop: Loop, function: Function, file: File) -> Offer | None:
    patch = Patch(script(file), loop.start)
    try:
        made = LoopFix(loop, file, patch).rewrite()
    except UnfixableError:
        return None
    edits = patch.edits()
    pace = f"{AT_ONCE} at a time" if made.batches else "all at once, as the list is short"
    order = f", and {made.order}" if made.order else ""
    reason = f"the turns run side by side, {pace}{order}; when one fails, those that have started go on"
    asked = question(loop, function, file) or made.doubt or file.memo(transacted)
    asked = asked or _drawn(loop, file) or warned(loop, file)
    if not asked and made.batches:
        asked = _clumsy(loop, function, file)
    if asked:
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)


_DRAWS = re.compile(r"\.(?:drawImage|putImageData|fillRect|strokeRect|fillText|clearRect|composite)\(")


def _drawn(loop: Loop, file: File) -> str:
    """A question where each turn draws on what the turns share; "" elsewhere."""
    draws = any(_DRAWS.search(file.text(statement)) for statement in loop.body)
    return "the turns draw: does the order in which they do so matter?" if draws else ""


def _clumsy(loop: Loop, function: Function, file: File) -> str:
    """What makes a loop of batches hard to read, as a question; "" where nothing does."""
    if loops_around(loop):
        return "should the turns of the outer loop wait together instead?"
    place = file.span(loop)
    if place.end_line - place.line > _LONG:
        return "would a function for one item, and a limit on how many run at once, read better?"
    return worth(loop, function, file)
