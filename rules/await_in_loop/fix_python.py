"""await-in-loop in Python: asyncio.gather over the turns, ten at a time, with everything else in its order."""

import re
from collections.abc import Callable, Iterator

from asynccost.flow.around import above, loops_around
from asynccost.flow.file import File, loop_at
from asynccost.flow.loops.alongside import obstacle, question
from asynccost.flow.loops.turn_worth import warned, worth
from asynccost.flow.tree import Comprehension, Function, If, Loop, Node
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.comprehending import gather, may_gather
from asynccost.python.codemod.fan_writer import LIMIT
from asynccost.python.codemod.fanning import doubt, fan_out, form_of
from asynccost.python.codemod.joining import knows_asyncio
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.turns import Shape, is_short, shape_of

_REASON = (
    f"up to {LIMIT} turns wait at once, and results keep their order; but when one fails, others are under way or have"
    " been sent already"
)


def fix(finding: Finding, file: File) -> Offer | None:
    """Wait for the turns together."""
    found = loop_at(file, finding.span)
    if found is None or not found[1].is_async or not knows_asyncio(file, found[1]):
        return None
    loop, function = found
    if obstacle(loop, function, file):
        return None
    asked = question(loop, function, file)
    if isinstance(loop, Loop):
        shape = shape_of(loop, function, file)
        if shape is None or not form_of(shape, file):
            return None
        bounded = loop.iter is not None and not is_short(loop.iter)
        asked = asked or doubt(shape, file) or warned(loop, file) or _nested(loop, bounded=bounded)
        asked = asked or _untyped(file, helper=bounded or form_of(shape, file) == "body")
        asked = asked or (_limited(shape, file) if bounded else "")
        return _offer(asked, lambda: _fanned(file, shape))
    if not may_gather(loop, Layout(file.module.source)):
        return None
    bounded = not is_short(loop.clauses[0].iter)
    asked = asked or _nested(loop, bounded=bounded) or _untyped(file, helper=bounded)
    asked = asked or (worth(loop, function, file) if bounded else "")
    return _offer(asked, lambda: _gathered(file, loop, function))


def _untyped(file: File, *, helper: bool) -> str:
    """A question where a function would be added, and the project's type check wants to know its types."""
    strict = helper and file.knowledge.table("project")["types"] == "strict"
    return "the type check of the project is strict: which types has the function that is added?" if strict else ""


_LONG = 16  # lines of a turn that becomes a function within its function


def _limited(shape: Shape, file: File) -> str:
    """A question where a list of any length takes a semaphore; "" where that is worth its lines."""
    if asked := worth(shape.loop, shape.function, file):
        return asked
    if name := _asked_for_one(shape.loop, file):
        return f"len({name}) is asked for one alone: are there ever many?"
    place = file.span(shape.loop)
    if form_of(shape, file) == "calls" and shape.awaited is not None and file.text(shape.awaited).count("\n") > 1:
        return "would a function for each turn read better than a call over several lines?"
    if form_of(shape, file) == "body" and place.end_line - place.line > _LONG:
        return "can a function of its own take the long turn?"
    return ""


def _asked_for_one(loop: Loop, file: File) -> str:
    """What a loop goes through where `if len(items) == 1` has had its turn before; "" elsewhere."""
    below: Node = loop
    for up in above(loop):
        if isinstance(up, If) and any(below is s for s in up.orelse) and loop.iter is not None:
            asked = re.fullmatch(r"len\((.+)\) == 1", file.text(up.test))
            if asked is not None and asked[1] == file.text(loop.iter):
                return asked[1]
        below = up
    return ""


def _nested(loop: Loop | Comprehension, *, bounded: bool) -> str:
    """What a loop within another one leaves open: it would make a semaphore, and a function, for each of its turns."""
    if not bounded or not any(isinstance(outer, Loop) for outer in loops_around(loop)):
        return ""
    return "should the turns of the outer loop wait together instead?"


def _offer(asked: str, build: Callable[[], Iterator[Edit]]) -> Offer:
    return Offer(Safety.DISPLAY_ONLY, f"{_REASON}; {asked}", build) if asked else Offer(Safety.UNSAFE, _REASON, build)


def _fanned(file: File, shape: Shape) -> Iterator[Edit]:
    patch = Patch(file)
    fan_out(patch, shape)
    return patch.edits()


def _gathered(file: File, loop: Comprehension, function: Function) -> Iterator[Edit]:
    patch = Patch(file)
    gather(patch, loop, function)
    return patch.edits()
