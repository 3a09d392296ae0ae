"""Lets the turns of a loop wait together: asyncio.gather, no more than some at a time, everything else in its order."""

from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Await, Collection, Member, Name, Node, Subscript, Try
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.python.codemod.fan_body import Body
from asynccost.python.codemod.fan_calls import Calls, Defer
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.turns import (
    Shape,
    deferred,
    handed_on,
    is_short,
    may_move,
    needed,
    settled_call,
    whole_turn,
)

_CARRIED = 1  # values that are kept beside each call
_FEW = 3  # values that a tuple may carry and still be read


def form_of(shape: Shape, file: File) -> str:
    """"defer": the loop collects the calls, and what they give is appended behind it; "calls": the awaited calls are
    handed to gather where they stand; "body": the turn becomes a function of its own; "" where none can be."""
    if deferred(shape) is not None and (shape.before or shape.awaited is None):
        return "defer"
    plain_targets = isinstance(shape.loop.target, Name) or (
        isinstance(shape.loop.target, Collection) and all(isinstance(t, Name) for t in shape.loop.target.items)
    )
    if not plain_targets:
        return ""
    moves = may_move(shape) or whole_turn(shape, file) is not None
    if moves and shape.awaited is not None and _over_lines(shape, file):
        return "body"
    if shape.awaited is not None and settled_call(shape) and not _long_string(shape.awaited, file):
        wrapped = shape.sink is not None and not shape.before and not shape.rest and len(shape.core) == 1
        if not wrapped or shape.sink is None or shape.sink.arguments[0].value is shape.awaited:
            return "calls"
    if moves:
        return "body"
    calls = shape.awaited is not None and settled_call(shape) and not _long_string(shape.awaited, file)
    return "calls" if calls else ""


def _over_lines(shape: Shape, file: File) -> bool:
    """Whether a call over several lines would be wrapped twice, for a bound and for the gathering."""
    bounded = shape.loop.iter is not None and not is_short(shape.loop.iter)
    return bounded and shape.awaited is not None and file.text(shape.awaited).count("\n") > 1


def doubt(shape: Shape, file: File) -> str:
    """What makes the rewritten loop hard to read, as a question; "" where nothing does."""
    form = form_of(shape, file)
    if form == "calls" and any(isinstance(s, Try) for s in shape.core):
        return "would a function for each turn, which catches what it may, read better?"
    if form in ("calls", "defer") and (kept := _noted(shape)):
        return f"when one fails, {kept} does not tell of the others that are done: are they done again then?"
    behind = [*shape.core, *shape.rest] if form == "calls" and shape.before else []
    if (carried := len(needed(shape, behind, but=shape.awaited))) > _CARRIED:
        return f"a turn keeps {carried} values for the loop behind: would a function for each turn read better?"
    count = len(handed_on(shape)) if form == "body" and whole_turn(shape, file) is None else 0
    if count > _FEW:
        return f"a turn hands {count} values to the loop behind: can it do more of the work itself?"
    return ""


def _noted(shape: Shape) -> str:
    """What of its object a turn changes behind its wait; "" where it changes nothing of it."""
    last = max((n.end for s in shape.core for n in walk(s) if isinstance(n, Await)), default=0)
    for node in walk(*shape.core, *shape.rest):
        for target in node.targets if isinstance(node, Assign) and node.start > last else ():
            if isinstance(target, (Member, Subscript)) and (names := chain(target))[0] == "self":
                return ".".join(names)
    return ""


def _long_string(node: Node, file: File) -> bool:
    """Whether a string over several lines may stand in some code: it cannot be moved in or out."""
    text = file.text(node)
    return "\n" in text and ('"""' in text or "'''" in text)


def fan_out(patch: Patch, shape: Shape) -> None:
    """Rewrite a loop in the form that suits it."""
    form = form_of(shape, patch.file)
    if form == "defer":
        Defer(patch, shape).write()
    elif form == "calls":
        Calls(patch, shape).write()
    else:
        Body(patch, shape).write()
