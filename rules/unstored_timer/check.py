"""unstored-timer: timers whose handle is dropped, or not cleared on every way out where that matters."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.around import above, class_around
from asynccost.flow.effects.acquisitions import Fate
from asynccost.flow.effects.deadlines import Deadline, deadline
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.effects.leaks import covered
from asynccost.flow.effects.release import fate
from asynccost.flow.effects.timers import (
    Timer,
    cleared_by_name,
    may_end,
    rearms,
    started_once,
    timer,
)
from asynccost.flow.facts.entries import is_script
from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import speaks_of
from asynccost.flow.reach import binder, within
from asynccost.flow.timers.firing import acts_late, restarts, starts_a_chain
from asynccost.flow.timers.holders import asks_owner, component_around, is_whole, title
from asynccost.flow.timers.spared import ends_hard, harmless, is_daemon, kept_and_unref
from asynccost.flow.tree import Class, Function, Handler
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
    if reason := harmless(one, file):
        return file.silence(one.call, reason)
    if (due := deadline(one, file)) is not None:
        if not file.memo(_ending).isdisjoint(words(one.function.name)):
            return file.silence(one.call, f"{one.function.name}() ends the work: this is what it leaves for that")
        return _deadline(one, due, file)
    end = fate(one.got, _everywhere(one, file), file)
    if kept_and_unref(one, file):
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
        f"the handle of {one.name}() is {lost}, and each run of {title(one.function)} adds one that nothing can stop"
    )
    if end.kind == "kept" and end.place is not None and not end.place.path:
        scope = binder(end.place.root, one.function)
        if scope is None or scope.kind == "module":
            return file.silence(one.call, f"{end.place.text} is kept by the module, one for the process")
    component = component_around(one.function) if is_page(file) else None
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
    if ends and asks_owner(one, owner, file):
        return file.silence(one.call, f"its callback asks whether {ends[0]}() has run")
    message = f"the handle of {one.name}() is {lost}: "
    if ends:
        empty = not owner.methods[ends[0]].body  # it stands there only since an interface asks for it
        return file.finding(
            one.call,
            f"{message}{owner.name}.{ends[0]}() cannot stop it, and it keeps the object alive",
            LOW if empty or is_whole(owner, file) else MEDIUM,
        )
    return file.finding(one.call, f"{message}each {owner.name} adds one that nothing can stop", LOW)


# ------------------------------------------------------------------- once


def _once(one: Timer, end: Fate, file: File) -> Finding | Silence:
    owner = class_around(one.function)
    ends = ends_of(owner, file) if owner is not None else []
    again = rearms(one, file)
    soon = one.name == "Timer" and one.delay is not None and one.delay < _SOON
    holds = one.holds and not soon
    acts_on = owner is not None and (again or restarts(one, owner, file) or holds or one.name.startswith("call_"))
    if owner is not None and ends and acts_on and not asks_owner(one, owner, file):
        what = "starts itself again" if again else "still acts on the object"
        lost = "its handle is dropped" if end.kind == "dropped" else "its handle is kept but never used to stop it"
        # what fires once and is over does little harm; that it starts the object, only a name says
        lives = again or starts_a_chain(one, file)
        sure = MEDIUM if lives and not is_whole(owner, file) else LOW
        return file.finding(one.call, f"{one.name}() {what} after {owner.name}.{ends[0]}(): {lost}", sure)
    if again and one.name == "Timer" and ends_hard(file):
        return file.silence(one.call, "it goes on as long as its process, which os._exit() ends without waiting")
    if again and not may_end(one):
        return _endless(one, file)
    if holds and end.kind in ("dropped", "kept") and not is_daemon(one, file):
        message = f"{one.name}() is dropped: nothing can cancel it, and the process cannot end before it fires"
        return file.finding(one.call, message, LOW)
    if end.kind == "dropped" and (one.delay or 0) >= _LONG and (what := acts_late(one)):
        minutes = f"{(one.delay or 0) / 60_000:g}"
        message = f"{one.name}() is dropped: {minutes} min later {what}() still acts on whatever is shown by then"
        return file.finding(one.call, message, LOW)
    return file.silence(one.call, "it fires once and can do little harm")


def _endless(one: Timer, file: File) -> Finding | Silence:
    message = f"{one.name}() starts itself again for ever and its handle is dropped, so nothing can stop it"
    if any(isinstance(up, Handler) for up in above(one.call)):
        return file.finding(one.call, f"{message} (but only after a failure)", LOW)
    if one.name == "Timer" and class_around(one.function) is None and is_daemon(one, file):
        return file.silence(one.call, "a daemon timer of a module lives as long as the process")
    if is_page(file) and component_around(one.function) is not None:
        return file.finding(one.call, message, MEDIUM)
    # elsewhere such a chain is mostly the program's own work, which is to go on as long as its process
    return file.finding(one.call, message, LOW)


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
