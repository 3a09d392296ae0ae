"""Whether code of an effect can run after the effect is over."""

from asynccost.flow.around import callback_call
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.file import File
from asynccost.flow.handles import Place, mentions
from asynccost.flow.reach import binder
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Argument, Assign, Bind, Call, Function, Member, Name
from asynccost.flow.words import last_word

_AT_ONCE = frozenset({"forEach", "map", "filter", "some", "every", "find", "reduce", "from", "flatMap", "Promise"})
_TIMERS = frozenset({"setTimeout", "setInterval", "requestAnimationFrame", "requestIdleCallback", "setImmediate"})


def runs_late(function: Function, setup: Function, file: File, got: Acquisition, depth: int = 0) -> bool:
    """Whether what is acquired in a function may be acquired when the effect has been undone already.

    An event handler, an answer and the rest of an async function may; a timer's callback may not: the timer is cleared.
    """
    for here in scopes(function):
        if here.is_async and here.index is not None and any(a.end <= got.call.start for a in here.index.awaits):
            return True
        if here is setup:
            return False
        if _handed_over(here, setup, file, got, depth):
            return True
    return False


def _handed_over(function: Function, setup: Function, file: File, got: Acquisition, depth: int) -> bool:
    called = callback_call(function)
    if called is not None:
        return not _soon(called[0])
    closure = function.closure
    holder = closure.parent if closure is not None else None
    if isinstance(holder, (Assign, Bind)):
        targets = holder.targets if isinstance(holder, Assign) else [holder.target]
        if any(isinstance(t, Member) for t in targets):
            return True
    if not function.name or function.owner is not None or depth > 3:
        return False
    scope = function.scope or setup
    for mention in mentions(Place(function.name, ()), scope, file):
        if not isinstance(mention.expr, Name) or binder(function.name, mention.function) is not scope:
            continue
        up = mention.expr.parent
        if isinstance(up, Argument) and isinstance(up.parent, Call):
            if not _soon(up.parent):
                return True
        elif isinstance(up, Call) and mention.function is not function and mention.function is not setup:
            if runs_late(mention.function, setup, file, got, depth + 1):
                return True
        elif isinstance(up, (Assign, Bind)) and up.value is mention.expr:
            return True
    return False


def _soon(call: Call) -> bool:
    callee = call.callee
    word = last_word(callee)
    return word in _TIMERS or word in _AT_ONCE
