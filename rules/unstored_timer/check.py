"""unstored-timer: timers whose handle is dropped, or not cleared on every way out where that matters."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.around import above, class_around, use_of
from asynccost.flow.effects.acquisitions import Fate
from asynccost.flow.effects.deadlines import Deadline, deadline
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.effects.flags import tests_any
from asynccost.flow.effects.lasting import one_of_its_kind
from asynccost.flow.effects.leaks import covered
from asynccost.flow.effects.memberships import still_open
from asynccost.flow.effects.release import fate
from asynccost.flow.effects.timers import (
    Timer,
    cleared_by_name,
    in_promise,
    may_end,
    rearms,
    started_once,
    timer,
)
from asynccost.flow.facts.entries import is_script
from asynccost.flow.file import File
from asynccost.flow.handles import kept_in, mentions
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import speaks_of
from asynccost.flow.reach import binder, class_functions, reach, within
from asynccost.flow.tree import Assign, Bind, Class, Function, Handler, Member, Name
from asynccost.flow.waits.side import is_page, serves
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_STARTS = re.compile(rb"\bset(?:Timeout|Interval)\b")
_DELAYS = re.compile(  # `new Promise((resolve) => setTimeout(resolve, 100))`
    rb"\bnew\s+Promise\s*(?:<[^()]*>)?\(\s*\(?\s*\w+\s*\)?\s*=>\s*\{?\s*setTimeout\(\s*\w+\s*,"
)
_SOON = 60  # seconds that a process may be held from ending without anybody wondering
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


def worth(text: "Text") -> bool:
    """Whether a script starts a timer that is more than the delay of a promise."""
    started = len(_STARTS.findall(text.source))
    return not text.is_test and started > len(_DELAYS.findall(text.source))


def check(file: File) -> Iterator[Finding | Silence]:
    """Judge every timer that no effect owns."""
    table = file.knowledge.table("timers")
    for site in file.calls_if(speaks_of(file, {*table["calls"], *table["methods"]})):
        one = timer(site, file)
        if one is not None and not one.frame and id(site.call) not in covered(file):
            yield _judge(one, file)


def _judge(one: Timer, file: File) -> Finding | Silence:
    if reason := _harmless(one, file):
        return file.silence(one.call, reason)
    if (due := deadline(one, file)) is not None:
        if not file.memo(_ending).isdisjoint(words(one.function.name)):
            return file.silence(one.call, f"{one.function.name}() ends the work: this is what it leaves for that")
        return _deadline(one, due, file)
    end = fate(one.got, _everywhere(one, file), file)
    if _kept_and_unref(one, file):
        return file.silence(one.call, "unref() lets the process end")
    if end.kind in ("released", "elsewhere", "handed on"):
        return file.silence(one.call, end.why)
    if end.kind == "kept" and cleared_by_name(one, file):
        return file.silence(one.call, "it is cleared by the name of what holds it")
    if one.repeats:
        return _repeating(one, end, file)
    return _once(one, end, file)


def _everywhere(one: Timer, file: File) -> Iterator[Function]:
    """Any function but the timer's own callback may stop it."""
    own = {id(f) for f in within(one.callback, file)} if one.callback is not None else set()
    yield from (f for f in file.functions if id(f) not in own)


# ------------------------------------------------------------------- harmless


_SETTLES = frozenset({"set_result", "set", "set_exception", "release", "notify", "resolve", "reject"})


def _harmless(one: Timer, file: File) -> str:
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


def _kept_and_unref(one: Timer, file: File) -> bool:
    what, places = kept_in(one.call)
    return what == "kept" and any(
        isinstance(m.expr.parent, Member) and m.expr.parent.attr == "unref"
        for m in mentions(places[0], one.function, file)
    )


# ------------------------------------------------------------------- deadlines

def _ending(file: File) -> frozenset[str]:
    """The words of functions that end an object, or the work that it is for."""
    lifecycles, timers = file.knowledge.table("lifecycles"), file.knowledge.table("timers")
    return frozenset((*lifecycles["plain"]["ends"], *timers["deadline"]["names"]))


_LONG = 60_000  # milliseconds; a shorter timer that is left behind is soon gone


def _deadline(one: Timer, due: Deadline, file: File) -> Finding | Silence:
    if not due.loose and due.idle and (one.delay or 0) >= _LONG:
        way = min(due.idle, key=lambda w: w.at.start)
        message = f"{one.name}() is not cleared where the function returns early: each such call leaves a timer behind"
        return file.finding(one.call, message, LOW, related=(file.related(way.at, "this way out does not clear it"),))
    if not due.loose:
        why = (
            "every way out clears it or leaves nothing in use"
            if due.cleared
            else "it ends what this function waits for"
        )
        return file.silence(one.call, why)
    way = min(due.loose, key=lambda w: w.at.start)
    at = file.related(
        way.at if way.kind == "return" else (way.at.end - 1, way.at.end), "this way out leaves the timer running"
    )
    verb = "is not cleared on every way out" if due.cleared else "is never cleared"
    message = (
        f"the deadline that {one.name}() sets {verb}: it cuts off what {due.target} was handed to,"
        " although that may still be running and be paid for"
    )
    if not due.cleared and all(file.text(w.at).startswith("return fetch(") for w in due.loose):
        return file.finding(one.call, f"{message} (but it may bound the answer's body as well)", LOW, related=(at,))
    return file.finding(one.call, message, HIGH if due.cleared else MEDIUM, related=(at,))


# ------------------------------------------------------------------- repeating


def _repeating(one: Timer, end: Fate, file: File) -> Finding | Silence:
    if end.kind == "itself":
        return file.silence(one.call, "it stops itself")
    owner = class_around(one.function)
    lost = "dropped" if end.kind == "dropped" else "kept but never used to stop it"
    if owner is not None:
        return _of_class(one, owner, lost, file)
    if one.function.kind == "module":
        return file.silence(one.call, "it runs as long as the module")
    message = (
        f"the handle of {one.name}() is {lost}, and each run of {_name(one.function)} adds one that nothing can stop"
    )
    if end.kind == "kept" and end.place is not None and not end.place.path:
        scope = binder(end.place.root, one.function)
        if scope is None or scope.kind == "module":
            return file.silence(one.call, f"{end.place.text} is kept by the module, one for the process")
    component = _component(one.function) if is_page(file) else None
    if component is not None:
        root = component.name in ("App", "Root", "Main") or file.memo(is_script)
        return file.finding(one.call, message, LOW if root else HIGH if component is one.function else MEDIUM)
    if end.kind == "kept" and started_once(one, file):
        return file.silence(one.call, "it is started where none is kept yet, and so once")
    return file.finding(one.call, message, MEDIUM, start=one.function.start, pages=not _serves(file))


def _serves(file: File) -> bool:
    return file.language == "python" or serves(file)


def _of_class(one: Timer, owner: Class, lost: str, file: File) -> Finding | Silence:
    ends = ends_of(owner, file)
    flags = _flags(owner, file)
    if ends and _asks(one, flags, file):
        return file.silence(one.call, f"its callback asks whether {ends[0]}() has run")
    message = f"the handle of {one.name}() is {lost}: "
    if ends:
        return file.finding(
            one.call,
            f"{message}{owner.name}.{ends[0]}() cannot stop it, and it keeps the object alive",
            LOW if _is_whole(owner, file) or _does_nothing(owner.methods[ends[0]]) else MEDIUM,
        )
    return file.finding(one.call, f"{message}each {owner.name} adds one that nothing can stop", LOW)


def _does_nothing(method: Function) -> bool:
    """Whether a method stands there only since an interface asks for it."""
    return not method.body


_WHOLES = frozenset({"controller", "runtime", "server", "app", "application", "core", "daemon", "hub", "kernel"})


def _is_whole(owner: Class, file: File) -> bool:
    """`CacheController`, `Runtime`: of which a process has one, as a rule, that ends with it; `new General()` of a
    module."""
    return not _WHOLES.isdisjoint(words(owner.name)[-1:]) or one_of_its_kind(owner, file)


def _flags(owner: Class, file: File) -> set[str]:
    """The attributes that the object's methods set, its constructor aside: what a timer may ask before it acts."""
    found = set()
    for function in class_functions(owner, file):
        if function.kind == "constructor" or function.name == "__init__":
            continue
        for assign in function.index.assigns if function.index else ():
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                if isinstance(target, Member):
                    found.add(file.text(target))
    return found


def _asks(one: Timer, flags: set[str], file: File) -> bool:
    """Whether the timer's code tests one of these."""
    functions = [one.function, *(reach([one.callback], file) if one.callback is not None else [])]
    return bool(flags) and any(tests_any(f, flags) for f in functions)


def _component(function: Function) -> Function | None:
    """The component or hook that a function stands in, by its name."""
    here: Function | None = function
    while here is not None:
        name = here.name
        if here.owner is None and (name[:1].isupper() or (name.startswith("use") and name[3:4].isupper())):
            return here
        here = here.scope
    return None


def _named(function: Function) -> Function:
    """The nearest function around that has a name of its own."""
    while not function.name and function.scope is not None:
        function = function.scope
    return function


def _name(function: Function) -> str:
    return f"{_named(function).name}()" if _named(function).name != "<module>" else "this code"


# ------------------------------------------------------------------- once


def _once(one: Timer, end: Fate, file: File) -> Finding | Silence:
    owner = class_around(one.function)
    ends = ends_of(owner, file) if owner is not None else []
    again = rearms(one, file)
    soon = one.name == "Timer" and one.delay is not None and one.delay < _SOON
    holds = one.holds and not soon
    revives = owner is not None and (again or _works_on(one, owner, file) or holds or one.name.startswith("call_"))
    if owner is not None and ends and revives and not _asks(one, _flags(owner, file), file):
        what = "starts itself again" if again else "still acts on the object"
        lost = "its handle is dropped" if end.kind == "dropped" else "its handle is kept but never used to stop it"
        # what fires once and is over does little harm; that it starts the object, only a name says
        lives = again or _starts_a_chain(one, file)
        sure = MEDIUM if lives and not _is_whole(owner, file) else LOW
        return file.finding(one.call, f"{one.name}() {what} after {owner.name}.{ends[0]}(): {lost}", sure)
    if again and one.name == "Timer" and _ends_hard(file):
        return file.silence(one.call, "it goes on as long as its process, which os._exit() ends without waiting")
    if again and not may_end(one):
        return _endless(one, file)
    if holds and end.kind in ("dropped", "kept") and not _daemon(one, file):
        message = f"{one.name}() is dropped: nothing can cancel it, and the process cannot end before it fires"
        return file.finding(one.call, message, LOW)
    if end.kind == "dropped" and (one.delay or 0) >= _LONG and (what := _acts_late(one)):
        minutes = f"{(one.delay or 0) / 60_000:g}"
        message = f"{one.name}() is dropped: {minutes} min later {what}() still acts on whatever is shown by then"
        return file.finding(one.call, message, LOW)
    return file.silence(one.call, "it fires once and can do little harm")


_HARD = re.compile(rb"^[^#\n]*\bos\._exit\(", re.M)
_FORKS = re.compile(rb"\bos\.fork\(|\bmultiprocessing\b")  # in a child, os._exit() ends that alone


def _ends_hard(file: File) -> bool:
    """Whether a file ends its process without waiting for threads."""
    source = file.module.source
    return _HARD.search(source) is not None and not _FORKS.search(source)


_ACTS = re.compile(r"(?:set|on|handle|close|hide|reset|clear|dismiss|cancel|stop)(?:[A-Z]|$)")
_CLEARS = frozenset({"clearInterval", "clearTimeout"})


def _acts_late(one: Timer) -> str:
    """What the callback of a component's handler calls to change what is shown; "" where it changes nothing."""
    component = _component(one.function)
    if component is None or component is one.function or one.callback is None or one.callback.index is None:
        return ""
    called = [c.callee.id for c in one.callback.index.calls if isinstance(c.callee, Name)]
    return next((name for name in called if _ACTS.match(name) and name not in _CLEARS), "")


def _endless(one: Timer, file: File) -> Finding | Silence:
    message = f"{one.name}() starts itself again for ever and its handle is dropped, so nothing can stop it"
    if any(isinstance(up, Handler) for up in above(one.call)):
        return file.finding(one.call, f"{message} (but only after a failure)", LOW)
    if one.name == "Timer" and class_around(one.function) is None and _daemon(one, file):
        return file.silence(one.call, "a daemon timer of a module lives as long as the process")
    if is_page(file) and _component(one.function) is not None:
        return file.finding(one.call, message, MEDIUM)
    # elsewhere such a chain is mostly the program's own work, which is to go on as long as its process
    return file.finding(one.call, message, LOW)


def _starts_a_chain(one: Timer, file: File) -> bool:
    """Whether the callback starts a timer for itself: `call_later(30, self.beat)`, of which `beat` does the same."""
    inner = (timer(site, file) for site in file.calls if site.function is one.callback)
    return any(t is not None and t.callback is one.callback and rearms(t, file) for t in inner)


def _works_on(one: Timer, owner: Class, file: File) -> bool:
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


def _daemon(one: Timer, file: File) -> bool:
    """Whether `t.daemon = True` is said of the timer."""
    use = use_of(one.call)
    targets = use.node.targets if isinstance(use.node, Assign) else []
    texts = [f"{file.text(t)}.{word}" for t in targets for word in ("daemon", "setDaemon", "join", "cancel")]
    source = file.text(file.module.top)
    return any(t in source for t in texts)


_PAGES = frozenset({"loop", "periodic"})  # by which a function of a page may seem to run often


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """A timer of a function that runs once is the process's own. A page's clocks run as long as the page, as a rule."""
    made = project.names.function(finding.path, finding.pending["start"])
    heat = project.heats.of(made) if made is not None else None
    if heat is not None and heat.hot is False:
        return Silence(finding.rule, finding.path, finding.span, f"it is started once: {heat.reason}")
    if heat is None or heat.hot is None or (finding.pending["pages"] and heat.kind in _PAGES):
        finding.confidence = LOW
    return finding
