"""What ends by something else than a cleanup, or lives as long as the page or the program, by what one file says."""

import re

from asynccost.flow.around import function_of
from asynccost.flow.effects.acquisitions import Acquisition, Fate
from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File
from asynccost.flow.handles import constant_text
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Argument, Call, Class, Function, Member
from asynccost.flow.words import chain


def stays(file: File) -> bool:
    """Whether a file puts an element of its own into the page's body: one for all that come after it."""
    return re.search(rb"\bbody\.(?:appendChild|append|prepend)\(", file.module.source) is not None


def pushed(end: Fate, effect: Effect, file: File) -> str | None:
    """`this.listeners.push(() => window.removeEventListener("x", f))`, where the end reads that list."""
    closure = function_of(end.at).closure if end.at is not None else None
    call = closure.parent.parent if closure is not None and isinstance(closure.parent, Argument) else None
    callee = call.callee if isinstance(call, Call) else None
    if not isinstance(callee, Member) or callee.attr not in ("push", "add") or not isinstance(callee.value, Member):
        return None
    kept = file.text(callee.value)
    ends = component_cleanups(effect, file)
    return kept if any(kept in file.text(one) for one in ends) else None


_FRAMEWORK_BASES = frozenset(
    {"Component", "PureComponent", "HTMLElement", "LitElement", "ReactiveElement", "Object", "EventEmitter"}
)


def has_base(effect: Effect) -> bool:
    """Whether a class extends one that may end what this one starts."""
    if not isinstance(effect.scope, Class):
        return False
    names = [b.value.attr if isinstance(b.value, Member) else getattr(b.value, "id", "") for b in effect.scope.bases]
    return any(n not in _FRAMEWORK_BASES for n in names)


def reloads(got: Acquisition, file: File) -> bool:
    """Whether a listener's handler loads the page anew, which ends every listener."""
    handlers = [local_function(a.value, got.function, file) for a in got.call.arguments[1:2]]
    return any(h is not None and loads_anew(h) for h in handlers)


def loads_anew(function: Function) -> bool:
    """`() => window.location.reload()`."""
    calls = function.index.calls if function.index is not None else []
    return any(chain(c.callee)[-2:] == ["location", "reload"] for c in calls)


_WHOLE = frozenset({"error", "unhandledrejection", "uncaughtException", "unhandledRejection"})


def of_the_process(got: Acquisition) -> bool:
    """`window.addEventListener("error", f)`, `chrome.alarms.onAlarm.addListener(f)`: what a program hears."""
    names = chain(got.call.callee)
    said = constant_text(got.call.arguments[0].value) if got.call.arguments else None
    return said in _WHOLE or (names[0] in ("chrome", "browser") and names[-1] == "addListener")
