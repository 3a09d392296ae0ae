"""What is lost, or left, where a cleanup ends a timer: another beside it, what it was to set back, its own end."""

from itertools import takewhile

from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.leaks import Verdict
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import SETTER, state_of
from asynccost.flow.file import File
from asynccost.flow.reach import within
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Argument, Assign, Call, Closure, Constant, Do, Function
from asynccost.flow.words import word_of

_TIMERS = ("setTimeout", "requestAnimationFrame")
_ONCE = frozenset({  # what calls back once, or not again before it has come to its end
    *_TIMERS, "setInterval", "then", "catch", "finally", "on", "once", "addEventListener", "nextTick",
    "queueMicrotask",
})


def repeats(verdict: Verdict) -> bool:
    """Whether it is an interval, which never ends by itself."""
    return verdict.got.pair.name == "setInterval"


def arms_another(got: Acquisition, file: File) -> bool:
    """`requestAnimationFrame(() => setTimeout(draw, 20))`: half of the time it is the other that is armed."""
    inner = "".join(file.text(a) for a in got.call.arguments)
    return got.pair.name in _TIMERS and any(f"{name}(" in inner for name in _TIMERS)


def called_often(verdict: Verdict) -> str:
    """What is handed a callback that starts a timeout, and may call it at any time: `stream(show, fail)`; ""."""
    if verdict.got.pair.name != "setTimeout":
        return ""
    for here in takewhile(lambda one: one not in verdict.effect.setups, scopes(verdict.got.function)):
        taken = here.closure.parent if here.closure is not None else None
        call = taken.parent if isinstance(taken, Argument) else None
        if isinstance(call, Call) and word_of(call) not in _ONCE:
            return word_of(call)
    return ""


def beside(verdict: Verdict, found: list[Verdict], file: File) -> int:
    """The line of another timeout that a callback starts beside one that is given back; 0 where there is none.

    One that the effect itself starts is a finding, or given back already.
    """
    got, mine = verdict.got, verdict.got.function
    if got.pair.name not in _TIMERS or mine in verdict.effect.setups:
        return 0
    kept = {v.got.call.start for v in found}
    for call in mine.index.calls if mine.index else ():
        if isinstance(call.parent, Do) and word_of(call) == got.pair.name and call.start not in kept:
            return file.span(call).line
    return 0


def ends_itself(got: Acquisition, file: File) -> bool:
    """Whether the callback of an interval clears it, as one does that waits for something."""
    handed = got.call.arguments[0].value if got.call.arguments else None
    if got.pair.name != "setInterval" or not isinstance(handed, Closure):
        return False
    calls = (c for f in within(handed.function, file) for c in (f.index.calls if f.index else ()))
    return any(word_of(call) == "clearInterval" for call in calls)


def undoes(got: Acquisition, effect: Effect, file: File) -> str:
    """What a timeout sets back that the effect has set: `setHover(row); setTimeout(() => setHover(null), 1000)`.

    Where the next run may set nothing, or the state is not the component's own, it stays as it was then; "" elsewhere.
    """
    handed = got.call.arguments[0].value if got.call.arguments else None
    if got.pair.name != "setTimeout" or not isinstance(handed, Closure) or not isinstance(effect.scope, Function):
        return ""
    setters = state_of(effect.scope, file).setters
    back = [c for f in within(handed.function, file) for c in (f.index.calls if f.index else ())]
    set_here = {word_of(c) for f in effect.setups for c in (f.index.calls if f.index else ())}
    always = any(got.call.start >= s.start and got.call.end <= s.end for f in effect.setups for s in f.body
                 if isinstance(s, (Do, Assign)))
    for call in back:
        word, given = word_of(call), [a.value for a in call.arguments]
        known = SETTER.match(word) and word in set_here and len(given) == 1 and isinstance(given[0], Constant)
        if known and (not always or word not in setters):
            return word
    return ""
