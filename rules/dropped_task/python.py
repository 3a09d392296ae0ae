"""dropped-task in Python: tasks and futures whose only strong reference is thrown away."""

from collections.abc import Iterator
from typing import Any

from asynccost.flow.facts.entry_table import is_own_command
from asynccost.flow.file import File, Site
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.own_request import in_own_request
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.quiet import all_quiet
from asynccost.flow.tasks import task_helpers
from asynccost.flow.tasks.errors_heard import is_guarded, sees_to_its_errors
from asynccost.flow.tasks.holding import ends_with_its_loop, factory, held_here, holders, replacing, starter_of_base
from asynccost.flow.tasks.kept import Fate, fate_of
from asynccost.flow.tasks.own_loops import guessed, own_loop
from asynccost.flow.tasks.requests import asks_others
from asynccost.flow.tasks.spared import harmless, only_closes, where_missing
from asynccost.flow.tasks.takers import drops, takers
from asynccost.flow.tasks.task_helpers import handed_on, runs, spawns, work_of
from asynccost.flow.tree import Call, Name
from asynccost.flow.waits.failing import lets
from asynccost.model import Confidence, Finding, Fix, Related, Safety, Silence
from asynccost.python.reasons import HELD

_MANY = 12  # calls that drop what one function returns


def check(file: File) -> Iterator[Finding | Silence]:
    """Look at every call that starts a task."""
    for site, what in spawns(file):
        if file.is_test:
            yield file.silence(site.call, "it is part of a test, which ends with its event loop")
            continue
        reason = harmless(file, site, what)
        if reason:
            yield file.silence(site.call, reason)
            continue
        if orphan := _orphan(file, site):
            yield file.finding(site.call, orphan, Confidence.HIGH)
            continue
        fate = fate_of(site.call, site.function, file)
        if fate.heard and (future := handed_on(file, site)):
            yield file.silence(site.call, f"its callback hands what comes of it to {future}, for whoever waits there")
        elif fate.kind in ("dropped", "watched"):
            yield _finding(file, site, what, fate)
        elif fate.kind == "returned":
            heard = fate.heard or is_guarded(file, site)
            message = _message(what, "whoever calls this drops it", heard=heard)
            later: dict[str, Any] = {"returned": site.function.qualname, "what": what, "heard": heard}
            sure = Confidence.LOW if heard and what == "future" else Confidence.HIGH  # its callback hears of errors
            yield file.finding(site.call, message, sure, guessed=guessed(file, site), **later)
        else:
            yield file.silence(site.call, fate.why)


def _orphan(file: File, site: Site) -> str:
    """`run_coroutine_threadsafe(ensure_future(f()), loop)` wants the coroutine: given its task, it raises."""
    work = work_of(site)
    if site.name != "asyncio.run_coroutine_threadsafe":
        return ""
    if isinstance(work, Name) and site.function.index:
        made = site.function.index.bound.get(work.id, [])
        work = made[0] if len(made) == 1 else None
    spawn = file.knowledge.table("tasks")["spawn"]
    if not isinstance(work, Call) or spawn.get(file.resolve(work.callee) or "") != "task":
        return ""
    return (
        "This hands run_coroutine_threadsafe a task where it takes a coroutine: it raises TypeError,"
        " and nothing waits for the task that was started"
    )


def _message(what: str, why: str, *, heard: bool = False, threaded: bool = False) -> str:
    """heard: a callback hears how it ends, or it sees to its errors itself. threaded: its thread holds it."""
    if what == "task":
        ends = "and nobody can cancel it" if heard else "nobody can cancel it, and its error is lost"
        if threaded:
            return f"Nothing holds this task: {why}. Nobody waits for what its thread does, {ends}"
        return (
            f"Nothing holds this task: {why}. The event loop keeps only a weak reference, so the task can be"
            f" collected half done, {ends}"
        )
    if heard:
        return f"Nothing holds this {what}: {why}. Nobody waits for it, or can cancel it"
    return f"Nothing holds this {what}: {why}. Nobody waits for it, can cancel it, or hears of its error"


def _told(finding: Finding, why: str) -> str:
    """The message of a finding that waited for its callers."""
    return _message(finding.pending["what"], why, heard=finding.pending["heard"])


def _finding(file: File, site: Site, what: str, fate: Fate) -> Finding:
    sure = Confidence.HIGH if what == "task" else Confidence.MEDIUM
    work = work_of(site)
    threaded = isinstance(work, Call) and file.resolve(work.callee, site.function) == "asyncio.to_thread"
    heard = fate.heard or sees_to_its_errors(file, site)
    if what == "future" and (fate.kind == "watched" or heard or not asks_others(file, site)):
        sure = Confidence.LOW  # the other thread hears how it ends, or it says so itself; or little is seen to be lost
    if what == "task" and heard:
        sure = Confidence.MEDIUM  # it can still be collected half done
    message = _message(what, fate.why, heard=heard, threaded=threaded)
    if what == "task" and only_closes(file, site):
        sure, message = Confidence.LOW, f"{message} (but it only closes what {site.function.name}() leaves behind)"
    if holder := where_missing(site.call):
        sure, message = Confidence.LOW, f"{message} (but it is started so only where there is no {holder}())"
    coroutine = runs(file, site) if what == "task" and not heard else None
    fails = lets(file, coroutine) if coroutine is not None else []
    said = file.finding(site.call, message, sure, guessed=guessed(file, site), fails=fails)
    if what == "task" and file.memo(is_own_command):
        said.pending["by hand"] = False  # a command may run for hours, and its task can be collected in the first
    return said


_OF_TASK = "Nothing holds this task"
_LOST = ", nobody can cancel it, and its error is lost"


# --------------------------------------------------------------- whole project


def facts(file: File) -> dict[str, Any]:
    """What holds tasks here: functions that others may call, what is called of other modules, the loop's factory."""
    return {} if file.is_test else held_here(file)


def settle(finding: Finding, project: Project) -> list[Finding | Silence] | Finding | Silence:
    """Who drops what a function returns, and what else of the project may hold a task."""
    method = finding.pending.get("guessed", "")
    own = own_loop(project, method, finding.path) if method else ""
    said = _asking(finding, project) if "returned" not in finding.pending else _returned(finding, project)
    for one in (said if isinstance(said, list) else [said]) if own else ():
        if isinstance(one, Finding):
            one.confidence = Confidence.LOW
            one.message += f" (but {own} holds the tasks that it starts: is it called here?)"
    return said


def _returned(finding: Finding, project: Project) -> list[Finding | Silence] | Finding | Silence:
    """A function returns its task: find the callers that drop it. Others may keep it, so each is told for itself."""
    helper = project.names.named_in(finding.path, finding.pending["returned"])
    if helper is None:
        return Silence("", finding.path, finding.span, "its caller gets it")
    name = helper.facts["qualname"]
    callers = takers(project, helper)
    dropping = [c for c in callers if drops(c, helper)]
    if not dropping:
        who = "its callers keep it" if callers else "its caller gets it, and none is in sight"
        return Silence("", finding.path, finding.span, who)
    if helper.facts["is_async"]:
        if any(c.call["use"] not in ("awaited", "dropped", "returned") for c in callers):
            return Silence("", finding.path, finding.span, "some callers keep it")
        return _asking(_coroutine(finding, name, dropping), project)
    if len(dropping) >= _MANY:
        if finding.pending["what"] == "gathering future" and len(dropping) < len(callers):
            return Silence("", finding.path, finding.span, "it hands back what it gathers, and some wait for that")
        return _asking(_at_helper(finding, name, callers, dropping), project)
    said = [_asking(_at_caller(finding, caller, name), project) for caller in dropping]
    for one in said if len(callers) == len(said) > 1 else ():
        one.fix = shown_only(one.fix, f"is {name}() to hold what it starts, for all who call it?")
    return [*said, Silence("", finding.path, finding.span, "its callers get it; those that drop it are reported")]


def _asking(finding: Finding, project: Project) -> Finding:
    """A finding, and what else of the project holds tasks: its loop's factory, or what may hold this one as well."""
    if made_by := project.memo(factory):
        finding.confidence = Confidence.LOW
        finding.message += f" (but {made_by} gives the event loop a task factory that holds tasks)"
    elif _OF_TASK in finding.message and (path := project.memo(replacing)):
        finding.confidence = Confidence.LOW
        finding.message += f" (but {path} replaces asyncio.create_task, and may hold tasks)"
    if all_quiet(project, finding.pending.get("fails", []), finding.path):
        finding.message = finding.message.replace(_LOST, ", and nobody can cancel it")
        if finding.confidence is Confidence.HIGH:
            finding.confidence = Confidence.MEDIUM
    made = project.names.named_in(finding.path, finding.function) if finding.function else None
    if made is not None and (ended := in_own_request(made, project)):
        finding.message += f". {ended}, which ends with the request: the task is cancelled then, done or not"
        finding.fix = shown_only(finding.fix, "is it to be awaited, or to run in a thread that outlasts the request?")
    elif made is not None and (ended := ends_with_its_loop(made, project)):
        finding.fix = shown_only(finding.fix, f"{ended}, which ends with it, and the task too: is it to be awaited?")
    if finding.fix is None or finding.fix.reason != HELD:
        return finding
    if base := starter_of_base(finding, project):
        finding.fix = shown_only(finding.fix, f"its base has {base}(), which may hold tasks: is it to start this one?")
        return finding
    held = project.memo(holders)
    if name := next((name for path, name in held if task_helpers.near(finding.path, path)), ""):
        finding.fix = shown_only(finding.fix, f"{name} holds other tasks of the project: is it to hold this one?")
    return finding


def _coroutine(finding: Finding, name: str, dropping: list[Caller]) -> Finding:
    """An `async def` that returns its task: awaiting the call drops the task."""
    why = f"callers await {name}(), which only hands them the task, and drop that"
    finding.message = _told(finding, why)
    finding.related = tuple(c.related("awaits the coroutine and drops the task") for c in dropping[:5])
    return finding


def _at_helper(finding: Finding, name: str, callers: list[Caller], dropping: list[Caller]) -> Finding:
    """Where many drop what a function returns, it is the function that should hold it: that is one thing to do."""
    count = f"all {len(dropping)}" if len(dropping) == len(callers) else f"{len(dropping)} of {len(callers)}"
    finding.message = _told(finding, f"{count} calls of {name}() drop it")
    finding.related = tuple(c.related("this call drops the task") for c in dropping[:5])
    return finding


def _at_caller(finding: Finding, caller: Caller, name: str) -> Finding:
    place = caller.related("")
    by = caller.by.facts
    origin = Related(finding.path, finding.span, "the task is started here")
    return Finding(
        rule=finding.rule,
        path=place.path,
        span=place.span,
        message=_told(finding, f"{name}() returns it, and this call drops it"),
        confidence=finding.confidence,
        function="" if by["kind"] == "module" else by["qualname"],
        severity=finding.severity,
        family=finding.family,
        shape=f"drops {name}",
        fix=Fix(Safety.SAFE, HELD),
        related=(origin,),
    )
