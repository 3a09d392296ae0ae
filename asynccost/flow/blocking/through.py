"""What is said where a coroutine calls a plain function that blocks, itself or by what it calls.

The findings have no fix yet: what is offered is for the rule to say.
"""

from asynccost.flow.blocking.calm import calm
from asynccost.flow.blocking.chains import RANK, Reach, depends_on_what_is_given, title
from asynccost.flow.blocking.harmless import awaits_the_end
from asynccost.flow.blocking.kept import kept_on_the_way
from asynccost.flow.blocking.remembered import MAY_BE_A_FILE, in_a_file
from asynccost.flow.file import site_at
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.shut_out import lowered
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Related

_SHORT = ("compute", "password", "database", "document", "embedded")  # blocks for milliseconds where not much is asked
_RARE = {(kind, far) for kind in _SHORT for far in (True, False)} | {("process", True)}
_PUTS_UP = frozenset({
    "ensure", "install", "setup", "bootstrap", "migrate", "init", "initialize", "initialise", "warmup", "preload",
})  # fmt: skip
MANY = 4  # files whose coroutines come to one blocking call: as many findings would say one thing


def at_callers(finding: Finding, group: list[Reach], project: Project) -> Finding:
    """One finding a file and function called: at the call that runs most often, with the others as related places."""
    heats = [(reach, project.heats.of(reach.caller.by)) for reach in group]
    quiet = {r.caller.by.place for r in group if calm(r.caller.by, project, finding.pending["once"])}
    reach, heat = min(
        heats, key=lambda p: (p[0].caller.by.place in quiet, _rank(p[1]), p[0].caller.call["start"])
    )
    others = [r.caller.related(f"{title(r.caller.by)} calls it as well") for r in group if r is not reach]
    return _at_caller(finding, reach, heat, tuple(others[:5]), project)


def _rank(heat: Heat) -> int:
    return 0 if heat.hot else 2 if heat.hot is False else 1


def _at_caller(
    finding: Finding, reach: Reach, heat: Heat, others: tuple[Related, ...], project: Project
) -> Finding:
    by = reach.caller.by.facts
    place = reach.caller.related("")
    first, last = title(reach.path[0]), title(reach.path[-1])
    way = f"through {last} " if len(reach.path) > 1 else ""
    message = (
        f"{first} {way}{finding.pending['does']} on the event loop: until it returns, every other task, request and"
        " timer of this process stands still"
    )
    confidence, kind = Confidence.MEDIUM, finding.pending["kind"]
    if once := calm(reach.caller.by, project, finding.pending["once"]):
        confidence = Confidence.LOW
        message += f" (but {once})"
    elif reach.lazy:
        confidence = Confidence.LOW
        message += " (but only until its result is kept)"
    elif keeps := kept_on_the_way(reach, project):
        confidence = Confidence.LOW
        message += f" (not sure: {keeps} keeps its answers)"
    elif kind == "process" and _is_told_to_end(reach, project):
        confidence = Confidence.LOW
        message += " (if only till one has ended that was told to)"
    elif len(reach.path) > 1 and finding.pending["sometimes"]:
        confidence = Confidence.LOW
    elif depends_on_what_is_given(reach, project):
        confidence = Confidence.LOW
        message += " (not sure: what is handed in decides whether it does)"
    elif not heat.hot and (helper := _puts_up(reach)):
        confidence = Confidence.LOW
        message += f" (not sure: {helper} looks as if it had something to do once)"
    elif not heat.hot and (kind, len(reach.path) > 1) in _RARE:
        confidence = Confidence.LOW
        message += " (not sure: nothing shows that it runs often)"
    elif kind == "database" and project.memo(in_a_file):
        confidence = Confidence.LOW
        message += MAY_BE_A_FILE
    elif heat.hot and len(reach.path) == 1:
        confidence = finding.confidence
    end = Related(finding.path, finding.span, "this call blocks")
    return Finding(
        rule=finding.rule,
        path=place.path,
        span=place.span,
        message=message,
        confidence=confidence,
        function=by["qualname"],
        severity=finding.severity,
        family=finding.family,
        shape=f"blocks through {reach.path[0].facts['qualname']}",
        related=(*reach.links, end, *others, *heat.chain[:2]),
    )


def _is_told_to_end(reach: Reach, project: Project) -> bool:
    """Whether the process is waited for by a method of the project's own, on the way, once it was told to end."""
    calls = [(link.path, link.span) for link in (reach.caller.related(""), *reach.links)]
    files = ((lowered(project, path), span) for path, span in calls)
    sites = ((file, site_at(file, span)) for file, span in files if file is not None)
    return any(site is not None and awaits_the_end(file, site) for file, site in sites)


def _puts_up(reach: Reach) -> str:
    """The helper on the way that makes sure of something, or puts it up, by its name: `ensure_client()`."""
    named = ((made, made.facts["qualname"].rpartition(".")[2]) for made in reach.path)
    said = (made for made, name in named if not name.startswith("__") and not _PUTS_UP.isdisjoint(words(name)[:1]))
    return next(map(title, said), "")


def at_its_root(finding: Finding, sure: list[Finding]) -> Finding:
    """One finding at the call that blocks, where coroutines of many files come to it: there it is mended once."""
    does, seed = finding.pending["does"], finding.pending["seed"].rpartition(".")[2]
    finding.message = (
        f"{seed}() {does} on the event loop of {len(sure)} coroutines that come to it: until it returns, every other"
        " task, request and timer of their process stands still"
    )
    finding.confidence = max((one.confidence for one in sure), key=lambda c: RANK[c.value])
    finding.related = tuple(Related(one.path, one.span, f"{one.function}() comes to it here") for one in sure[:5])
    finding.fix = None
    return finding
