"""Timeouts that move a state on after a while, whatever it has become meanwhile."""

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect
from asynccost.flow.reach import within
from asynccost.flow.state import SETTER, root_name
from asynccost.flow.targets import word_of
from asynccost.flow.timers import Timer
from asynccost.flow.tree import Constant, If, Name, Node, Other
from asynccost.flow.walk import walk


def moves_on(ticking: Timer, effect: Effect, file: File) -> bool:
    """`if (step === "sent") setTimeout(() => setStep("idle"), 2000)`, keyed on `step`: it may be sending by then."""
    tests = [n for up in above(ticking.call) if isinstance(up, If) for n in walk(up.test)]
    pairs = [n.parts for n in tests if isinstance(n, Other) and n.op in ("===", "==") and len(n.parts) == 2]
    asked = {p[0].id for p in pairs if isinstance(p[0], Name) and _is_word(p[1])}
    asked &= {root_name(d) for d in effect.deps or ()}
    own = within(ticking.callback, file) if ticking.callback is not None else []
    calls = [c for one in own for c in (one.index.calls if one.index else ()) if len(c.arguments) == 1]
    moved = {word_of(c)[3:].lower() for c in calls if SETTER.match(word_of(c)) and _is_word(c.arguments[0].value)}
    return any(name.lower() in moved for name in asked)


def _is_word(value: Node) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)
