"""dropped-task in JavaScript: promises that array methods throw away, and calls that nobody waits for."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from asynccost.flow.around import above, tries_of
from asynccost.flow.file import File, Site, is_test
from asynccost.flow.intent import comment_above
from asynccost.flow.linked.aside import at_start
from asynccost.flow.linked.asking import asks
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.quiet import all_quiet
from asynccost.flow.linked.shut_out import given_by
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.last_resorts import ENDS, EVENTS, GOES_ON, after_all, last_resorts
from asynccost.flow.tasks.unawaited_arrays import unawaited
from asynccost.flow.tree import Await, Call, Closure, Do, Function, Handler, Raise, Try
from asynccost.flow.waits.failing import failing, is_caught, lets
from asynccost.flow.waits.picks import fails_given, fails_so
from asynccost.flow.waits.refreshing import leaves_set, reads
from asynccost.flow.waits.risks import risks
from asynccost.flow.waits.side import serves
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.javascript.words import hands_callbacks
from asynccost.model import Confidence, Finding, Related, Silence, Span

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_FAILS = ", and a failure is an unhandled rejection"
_LOST = "when it fails, nothing tells the user and the work is lost"
_UNTOLD = "when it fails, nothing tells the user"
_TOLD = "the user is told of a failure, which goes on as an unhandled rejection"

_RESORT = "only the process's last resort hears of its errors"
_RESORTS = {ENDS: f"{_RESORT}, and ends the process"}


def worth(text: "Text") -> bool:
    """Whether a script hands an async callback to an array, or drops an async function's call, or is a last resort."""
    if any(event.encode() in text.source for event in EVENTS):
        return True
    if text.is_test or b"async" not in text.source:
        return False
    return not (text.async_names - {"default"}).isdisjoint(text.drops) or hands_callbacks(text)


def check(file: File) -> Iterator[Finding | Silence]:
    """Look at async callbacks of array methods, and at async functions called as a statement."""
    yield from unawaited(file)
    yield from _floating(file)


def ask(text: "Text") -> Iterator[Finding]:
    """One open question a file of a server: who, elsewhere, calls its async functions and forgets them?"""
    table = text.knowledge.table("tasks")["floating"]
    serves = ".server." in text.path or not set(table["server"]).isdisjoint(text.modules)
    if text.is_test or not serves or not text.async_names:
        return
    said = {"page": table["page"], "events": table["events"], "best": table["besteffort"]}
    said["floats"] = sorted(text.async_names)
    yield Finding("", text.path, Span(0, 0), "", Confidence.MEDIUM, pending=said)


# --------------------------------------------------------- floating promises


def _floating(file: File) -> Iterator[Finding | Silence]:
    if file.is_test or not any(f.is_async for f in file.functions):
        return
    for site in file.calls:
        function = _plain_call(file, site)
        if function is None:
            continue
        if site.function.kind == "module":
            yield file.silence(site.call, "it is at the top of a script, where a failure ends the program")
        elif not failing(file, function):
            yield file.silence(site.call, f"{function.name}() catches its own errors")
        elif not fails_so(file, site.call, function):
            yield file.silence(site.call, f"with these arguments, {function.name}() waits for nothing that can fail")
        else:
            yield _floats(file, site, function)


def _plain_call(file: File, site: Site) -> Function | None:
    """The async function of this file that a statement calls and forgets."""
    if not isinstance(site.call.parent, Do) or isinstance(site.call.callee, Closure):
        return None
    if site.name is None or ":" not in site.name or "()" in site.name:
        return None  # `stop = await start(); stop()` calls what start() handed out
    function = local_function(site.call.callee, site.function, file) or file.names.function(site.name)
    return function if function is not None and function.is_async and not function.is_generator else None


def _floats(file: File, site: Site, function: Function) -> Finding:
    name = function.name
    table = file.knowledge.table("tasks")["floating"]
    best_effort = any(w in table["besteffort"] for w in words(name)) or _is_log(function.qualname)
    tells = best_effort or (words(name)[:1] and words(name)[0] in table["events"])
    server = serves(file)
    meant = _is_meant(file.module.source, site.call.start, site.call.end)
    left = meant or _is_swallowed(site.call) or (tells if server else best_effort or _only_draws(name, table))
    message = f"Nobody waits for {name}() or catches its errors: " + (
        "a failure is an unhandled rejection, which ends the process"
        if server
        else _LOST
    )
    if not (server or left) and (state := leaves_set(function)):
        message += f", and {state} stays set"
    elif not (server or left) and reads(function):
        left, message = True, f"Nobody waits for {name}() or catches its errors: {_UNTOLD}"
    if not (server or left) and _sees_to_some(function):
        left, message = True, f"{message} (but it sees to some of its errors itself)"
    fails, asked = lets(file, function), risks(file, function)
    sure = Confidence.LOW if left else Confidence.MEDIUM
    again = any(isinstance(up, Handler) for up in above(site.call))  # nothing catches what fails in a handler
    within = site.function.qualname if again or not is_caught(site.call) else ""
    return file.finding(site.call, message, sure, name=name, fails=fails, risks=asked, server=server, within=within)


def _sees_to_some(function: Function) -> bool:
    """Whether an async function waits in a `try` whose handler does something and throws nothing."""
    tries = [one for one in walk(*function.body) if isinstance(one, Try) and any(h.body for h in one.handlers)]
    ends = [one for one in tries if not any(isinstance(n, Raise) for h in one.handlers for n in walk(*h.body))]
    return any(isinstance(node, Await) for one in ends for node in walk(*one.body))


def _is_log(qualname: str) -> bool:
    """Whether a method is one of a log: `LogWriter.writeString`."""
    return not _LOGS.isdisjoint(words(qualname.rpartition(".")[0]))


_LOGS = frozenset({"log", "logs", "logger", "logging"})


def _is_swallowed(call: Call) -> bool:
    """Whether a call is a part of what a function waits for and says that nobody is to hear of: `catch {}`."""
    around = next(tries_of(call), None)
    if around is None or not around.handlers or any(handler.body for handler in around.handlers):
        return False
    return any(isinstance(node, Await) for node in walk(*around.body))


def _only_draws(name: str, table: Mapping[str, list[str]]) -> bool:
    """Whether a function's name says that it only draws or decorates: `drawFavicon`, `updatePageTitle`."""
    first, said = next(iter(words(name)), ""), " ".join(words(name))
    return first in table["draws"] or (first not in _KEEPS and said.endswith(tuple(table["decorates"])))


_KEEPS = frozenset({"save", "upload", "submit", "store", "delete", "create", "post", "persist"})


_MEANT = re.compile(
    rb"\bnon-?blocking|\bin (?:the )?background|\bfire[- ]and[- ]forget"
    rb"|\b(?:do not|don't|not|no need to|without) a?wait",
    re.I,
)


def _is_meant(source: bytes, start: int, end: int) -> bool:
    """Whether a comment right above a statement, or behind it, says that nobody is to wait."""
    said = [source[end : source.find(b"\n", end)], *comment_above(source, start)]
    return any(map(_MEANT.search, said))


# --------------------------------------------------------------- whole project


def facts(file: File) -> dict[str, Any]:
    """What a file has the whole process do with what nobody catches."""
    takes = last_resorts(file)
    return {"takes": takes} if takes else {}


def settle(finding: Finding, project: Project) -> Finding | Silence | list[Finding]:
    """A floating promise of a server, where the process may survive; calls of a file's functions in other files."""
    if "floats" in finding.pending:
        calls = ((one, caller) for one in _left(finding, project) for caller in project.calls.dropping(one))
        lost = [(one, caller) for one, caller in calls if _forgets(finding, caller) and _may_fail(one, caller, project)]
        quiet = {one.key for one, _ in lost if all_quiet(project, one.facts["floats"], one.file["path"])}
        return [_at(finding, one, caller, project) for one, caller in lost if one.key not in quiet]
    if "around" in finding.pending:
        if all_quiet(project, finding.pending.get("fails", []), finding.path):
            finding.message = finding.message.replace(_FAILS, "")
            finding.confidence = Confidence.LOW
        elif "risks" in finding.pending and not asks(project, finding.pending["risks"], finding.path, heard=True):
            finding.confidence = Confidence.LOW
        return _forgotten(finding, project) if finding.pending["around"] else finding
    name, fails = finding.pending["name"], finding.pending["fails"]
    if all_quiet(project, fails, finding.path):
        return Silence("", finding.path, finding.span, f"what {name}() calls catches its own errors")
    if finding.pending["server"] and (after := after_all(project, finding.path)):
        finding.message = f"Nobody waits for {name}(): {_RESORTS.get(after, _RESORT)}"
        finding.confidence = Confidence.LOW if after == GOES_ON else finding.confidence
    asked, page = finding.pending["risks"], not finding.pending["server"]
    if finding.confidence is Confidence.MEDIUM and not asks(project, asked, finding.path, heard=page):
        finding.confidence = Confidence.LOW  # what it waits for is at hand, as far as the project tells, or is told
        if page and asks(project, asked, finding.path):
            finding.message = finding.message.replace(_LOST, _TOLD)
    if finding.pending["within"] and not _is_heard(finding.pending["within"], finding.path, project):
        finding.fix = shown_only(finding.fix, f"who waits for {finding.pending['within']}(), and hears of a failure?")
    return finding


def _hears(caller: Caller, project: Project, depth: int) -> bool:
    """Whether a caller waits for a call, or hands its promise on; `(event) => save(event)` does so to nobody."""
    if caller.call["dropped"]:
        return False
    if caller.call["awaited"] or caller.call["use"] != "returned":
        return True
    return depth > 0 and _is_heard(caller.by.facts["qualname"], caller.by.file["path"], project, depth - 1)


def _is_heard(name: str, path: str, project: Project, depth: int = 3) -> bool:
    """Whether somebody is seen to wait for an async function: what it waits for in its turn is heard of then.

    Vue tells the application's errorHandler of what its components' handlers let fail, where no code forgets them.
    """
    made = project.names.named_in(path, name)
    every = [c for c in project.calls.callers(made) if c.by.key != made.key] if made is not None else []
    callers = [c for c in every if not is_test(c.by.file["path"])]
    if callers:
        return any(_hears(c, project, depth) for c in callers)
    return path.endswith(".vue") and bool(project.code.holding(b".errorHandler"))


def _forgotten(finding: Finding, project: Project) -> Finding:
    """Work of an array's callback that its function could wait for: who waits for the function?"""
    name = finding.pending["around"]
    made = project.names.named_in(finding.path, name)
    callers = project.calls.callers(made) if made is not None else []
    if callers and all(caller.call["dropped"] for caller in callers):
        finding.fix = shown_only(finding.fix, f"nobody waits for {name}(): who is to hear of a failure?")
    return finding


def _left(finding: Finding, project: Project) -> list[Def]:
    """The functions of a file that others may call and forget to their harm; looked for where somebody may do so."""
    if not project.names.scripts.forgetting(finding.path, finding.pending["floats"]):
        return []
    floating = (one.facts["qualname"] for one in project.names.functions_of(finding.path) if one.facts["floats"])
    return [made for name in floating if (made := project.names.named_in(finding.path, name)) is not None]


def _forgets(finding: Finding, caller: Caller) -> bool:
    """Whether a caller in another file of a server makes a statement of the call and takes no answer."""
    file, by = caller.by.file, caller.by.facts
    if file["path"] == finding.path or not caller.call["dropped"] or by["kind"] == "module":
        return False
    modules = {name.partition(":")[0] for name in file["imports"].values()}
    return modules.isdisjoint(finding.pending["page"]) and (by["entry"] or [""])[0] != "test"


def _may_fail(made: Def, caller: Caller, project: Project) -> bool:
    """Whether a function, called so, waits for what may fail: `close()` need not where only `close(true)` does."""
    read = given_by(project, caller, made)
    return read is None or not read[2] or fails_given(*read)


_BOOTS = (("boot",), ("bootstrap",), ("init",), ("initialize",))  # at the start, a failure is seen


def _at(finding: Finding, made: Def, caller: Caller, project: Project) -> Finding:
    place, by, facts_ = caller.related(""), caller.by.facts, made.facts
    name = facts_["qualname"]
    after = after_all(project, place.path)
    said = words(name.rpartition(".")[2])
    tells = (said[:1] and said[0] in finding.pending["events"]) or any(w in finding.pending["best"] for w in said)
    script = project.names.scripts.by_path.get(place.path)
    meant = script is not None and _is_meant(script.source, caller.call["start"], caller.call["end"])
    left = tells or meant or _is_log(name) or said[:1] in _BOOTS or at_start(project, place.path, by["start"])
    asking = not left and after != GOES_ON and asks(project, facts_["risks"], finding.path)
    end = _RESORTS.get(after, _RESORT) if after else "a failure is an unhandled rejection, which ends the process"
    span = Span(facts_["start"], facts_["end"], facts_["line"], facts_["column"], facts_["line"], facts_["column"] + 1)
    return Finding(
        rule=finding.rule,
        path=place.path,
        span=place.span,
        message=f"Nobody waits for {name}() or catches its errors: {end}",
        confidence=Confidence.MEDIUM if asking else Confidence.LOW,
        function="" if by["kind"] == "module" else by["qualname"],
        severity=finding.severity,
        family=finding.family,
        shape=f"floats {name}",
        related=(Related(finding.path, span, f"{name}() is async and lets its errors out"),),
    )
