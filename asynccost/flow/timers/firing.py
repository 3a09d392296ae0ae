"""What a timer still does when it fires late: on the object that started it, on the page, and whether it goes on."""


import re

from asynccost.flow.effects.timers import Timer, rearms, timer
from asynccost.flow.file import File
from asynccost.flow.timers.holders import component_around
from asynccost.flow.tree import Class, Member, Name

_ACTS = re.compile(r"(?:set|on|handle|close|hide|reset|clear|dismiss|cancel|stop)(?:[A-Z]|$)")
_CLEARS = frozenset({"clearInterval", "clearTimeout"})


def acts_late(one: Timer) -> str:
    """What the callback of a component's handler calls to change what is shown; "" where it changes nothing."""
    component = component_around(one.function)
    if component is None or component is one.function or one.callback is None or one.callback.index is None:
        return ""
    called = [c.callee.id for c in one.callback.index.calls if isinstance(c.callee, Name)]
    return next((name for name in called if _ACTS.match(name) and name not in _CLEARS), "")


def starts_a_chain(one: Timer, file: File) -> bool:
    """Whether the callback starts a timer for itself: `call_later(30, self.beat)`, of which `beat` does the same."""
    inner = (timer(site, file) for site in file.calls if site.function is one.callback)
    return any(t is not None and t.callback is one.callback and rearms(t, file) for t in inner)


def restarts(one: Timer, owner: Class, file: File) -> bool:
    """Whether a callback brings the object to life again: it calls a method that starts it."""
    starts = {*file.knowledge.table("lifecycles")["plain"]["starts"], "reconnect", "poll", "tick", "schedule", "retry"}
    if one.callback is None or one.callback.index is None:
        return False
    if one.callback in owner.methods.values():
        return one.callback.name.lstrip("#_") in starts
    return any(
        isinstance(c.callee, Member)
        and isinstance(c.callee.value, Name)
        and c.callee.value.id in ("this", "self")
        and c.callee.attr.lstrip("#_") in starts
        for c in one.callback.index.calls
    )
