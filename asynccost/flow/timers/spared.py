"""Why a timer that nobody clears harms nobody: it does not wait, it only settles something, its process may end."""

import re

from asynccost.flow.around import use_of
from asynccost.flow.effects.memberships import still_open
from asynccost.flow.effects.timers import Timer, in_promise
from asynccost.flow.file import File
from asynccost.flow.handles import kept_in, mentions
from asynccost.flow.tree import Assign, Member

_SETTLES = frozenset({"set_result", "set", "set_exception", "release", "notify", "resolve", "reject"})


def harmless(one: Timer, file: File) -> str:
    """Why a timer needs nobody who stops it, as far as its own call tells; "" where it may."""
    if file.is_test:
        return "it is part of a test"
    if one.delay is not None and one.delay <= 0 and not one.repeats:
        return "it does not wait"
    if _is_unref(one):
        return "unref() lets the process end"
    if one.repeats:
        return ""
    if isinstance(one.handler, Member) and one.handler.attr in _SETTLES:
        return "it only settles a future"
    if in_promise(one.function):
        return "it is the delay of a promise"
    if still_open(one):
        return "it does nothing once what it waits for has been taken away"
    return ""


def _is_unref(one: Timer) -> bool:
    use = use_of(one.call)
    return use.kind == "receiver" and isinstance(use.node, Member) and use.node.attr == "unref"


def kept_and_unref(one: Timer, file: File) -> bool:
    """`this.timer = setInterval(...)`, and `this.timer.unref()` behind it."""
    what, places = kept_in(one.call)
    return what == "kept" and any(
        isinstance(m.expr.parent, Member) and m.expr.parent.attr == "unref"
        for m in mentions(places[0], one.function, file)
    )


_HARD = re.compile(rb"^[^#\n]*\bos\._exit\(", re.M)
_FORKS = re.compile(rb"\bos\.fork\(|\bmultiprocessing\b")  # in a child, os._exit() ends that alone


def ends_hard(file: File) -> bool:
    """Whether a file ends its process without waiting for threads."""
    source = file.module.source
    return _HARD.search(source) is not None and not _FORKS.search(source)


def is_daemon(one: Timer, file: File) -> bool:
    """Whether `t.daemon = True` is said of the timer."""
    use = use_of(one.call)
    targets = use.node.targets if isinstance(use.node, Assign) else []
    texts = [f"{file.text(t)}.{word}" for t in targets for word in ("daemon", "setDaemon", "join", "cancel")]
    source = file.text(file.module.top)
    return any(t in source for t in texts)
