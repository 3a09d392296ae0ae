"""A request without a client, where it is sent again and again."""

import re
from collections.abc import Iterator

from asynccost.flow.facts.entries import seldom
from asynccost.flow.file import File, Site
from asynccost.flow.linked.one_by_one import handed, one_by_one
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.mentions import speaks_of
from asynccost.flow.remembering import answers_from_cache
from asynccost.flow.repeat import work_loops
from asynccost.flow.sessions.asked_often import asked_often
from asynccost.flow.sessions.for_all import kept_for_all
from asynccost.flow.sessions.meant import at_terminal
from asynccost.flow.sessions.oneshot import (
    address,
    any_host,
    hardly_many,
    in_chunks,
    of_class,
    one_host,
    pauses,
    pays,
    starts_something,
    together,
)
from asynccost.flow.sessions.own_hosts import own_host
from asynccost.flow.sessions.recreated import is_test
from asynccost.flow.sessions.worth import worth_of
from asynccost.flow.tree import Constant, Loop
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Fix, Safety, Silence

_REPLACED = re.compile(rb"""["'](?:[\w.]+\.)?((?:requests|httpx|httpx2|niquests)\.\w+)["']""")


def check(file: File) -> Iterator[Finding | Silence]:
    """Every call that sends a request by itself."""
    table: dict[str, str] = file.knowledge.table("requests")["one_shot"]
    for site in file.memo(_sent):
        found = _look(file, site, table[site.name or ""])
        if isinstance(found, Finding):
            found.resource = "certificates" if (site.name or "").startswith("httpx") else "pool"
        yield found


def _look(file: File, site: Site, better: str) -> Finding | Silence:
    call, function = site.call, site.function
    if file.is_test:
        return file.silence(call, "it is part of a test")
    if function.is_async and site.name != "aiohttp.request":
        return file.silence(call, "blocking-call speaks of it: it stops the event loop")
    client = f"a {better} that is kept sends it on an open connection"
    once = f"opens a connection for one {site.name}(), with its TCP and TLS handshakes"
    if any(a.keyword == "stream" and isinstance(a.value, Constant) and a.value.value is True for a in call.arguments):
        return file.silence(call, "it streams a large answer, beside which a handshake is small")
    loops = work_loops(file, call)
    if loops:
        loop = loops[0]
        header = loop.header_end if isinstance(loop, Loop) else loop.end
        confidence = Confidence.HIGH if one_host(address(site)) else Confidence.MEDIUM
        often = next((said for one in loops if (said := asked_often(file, one, site))), "")
        many = (any_host(site) or own_host(file, loop, site)) and not (site.name or "").startswith("httpx")
        if many or function.kind == "module" or starts_something(file, function) or at_terminal(file, function):
            confidence = Confidence.LOW
        if file.memo(worth_of).discovers(file.path):
            confidence = Confidence.LOW
        if not often or pauses(loop, file) or in_chunks(loop) or hardly_many(loop, site):
            confidence = Confidence.LOW
        message = f"every turn of the loop {once}: {client}"
        place = file.related((loop.start, header), often or "every turn of this loop opens another")
        found = file.finding(call, message, confidence, related=(place,), sends=site.name, begins=function.start)
        found.pending["over"] = handed(loops, function)
        return found
    if function.kind == "module":
        return file.silence(call, "a module's top level runs once")
    sites = file.memo(_sent)
    return file.finding(
        call,
        f"{once}: {client}",
        Confidence.LOW,
        sends=site.name,
        start=function.start,
        rare=_rare(file, site),
        near=together(file, site, sites),
        shared=of_class(file, site, sites),
    )


def _rare(file: File, site: Site) -> str:
    """Why a request is hardly sent often, or why a session would not help."""
    function = site.function
    if site.name and not site.name.startswith("httpx") and any_host(site):
        return "any host"
    if not [p for p in function.params if p.name not in ("self", "cls")] and isinstance(address(site), Constant):
        return "fixed"
    if answers_from_cache(file, function, site.call):
        return "cached"
    if "download" in words(function.name)[:1]:
        return "a large answer"
    if any(pauses(loop, file) for loop in (function.index.loops if function.index else ())):
        return "it sleeps between its requests"
    return seldom(file, function) or ("a terminal" if at_terminal(file, function) else "")


def _sent(file: File) -> list[Site]:
    """All requests of a file that are sent without a client."""
    table = file.knowledge.table("requests")["one_shot"]
    return [site for site in file.calls_if(speaks_of(file, table)) if site.name in table]


def facts(file: File) -> list[str]:
    """The functions that a test replaces by name, `patch("app.views.requests.get")`; the session that a module keeps
    for others: "requests: RetrySession"."""
    if not file.is_test:
        return [f"{library}: {name}" for library, name in kept_for_all(file)]
    return sorted({name.decode() for name in _REPLACED.findall(file.module.source)})


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Answer how often the function runs, and whether tests replace what it calls."""
    said = _often(finding, project) if "start" in finding.pending else finding
    over = finding.pending.get("over")
    if over and (few := one_by_one(finding.path, finding.pending["begins"], over, project)):
        finding.confidence = Confidence.LOW
        finding.message += f" (but {few})"
    elif isinstance(said, Finding) and "begins" in finding.pending and _at_beginnings(finding, project):
        said.confidence = Confidence.LOW
        said.message += " (but only what runs seldom calls this)"
    if isinstance(said, Finding) and said.fix is not None:
        name = finding.pending["sends"]
        tests = (p for p, names in project.rows("one-shot-request").items() if name in names)
        if (test := min(tests, default="")) and said.fix.safety is Safety.UNSAFE:
            reason = f"{said.fix.reason}; {test} replaces {name}: should it replace the client's method?"
            said.fix = Fix(Safety.DISPLAY_ONLY, reason)
        elif kept := _kept_for_all(finding.path, name, project):
            said.fix = shown_only(said.fix, f"{kept}: is it to be sent over that?")
    return said


def _kept_for_all(path: str, name: str, project: Project) -> str:
    """The session of the same library that a module keeps which this one could import; "" for none."""
    library, root = name.partition(".")[0], path.partition("/")[0]
    for other, names in sorted(project.rows("one-shot-request").items()):
        kept = next((n.partition(": ")[2] for n in names if n.partition(": ")[0] == library), "")
        if kept and other != path and (root == other.partition("/")[0] or "/" not in other):
            return f"{other} keeps {kept}"
    return ""


def _at_beginnings(finding: Finding, project: Project) -> bool:
    """Whether all that call the function of a loop run seldom, by their names: `setup_webhook`.

    What is written in a function and only handed on there, `pool.submit(fetch)`, runs as often as that.
    """
    made = project.names.function(finding.path, finding.pending["begins"])
    callers = [c.by for c in project.calls.callers(made) if not is_test(c, project)] if made is not None else []
    if made is not None and not callers and made.facts["outer"] >= 0:
        callers = [by for by in [project.names.function(finding.path, made.facts["outer"])] if by is not None]
    said = [words(by.facts["qualname"].rpartition(".")[2]) for by in callers]
    return bool(said) and all(not _BEGINS.isdisjoint(name) for name in said)


_BEGINS = frozenset({
    "setup", "install", "onboard", "onboarding", "migrate", "upgrade", "bootstrap", "register", "validate", "seed",
    "boot", "startup",
})


def _often(finding: Finding, project: Project) -> Finding | Silence:
    made = project.names.function(finding.path, finding.pending["start"])
    heat = project.heats.of(made) if made else None
    if made is None or heat is None or heat.hot is None:
        finding.message = "a call " + finding.message
        return finding
    if not heat.hot:
        return Silence("", finding.path, finding.span, heat.reason)
    name = made.facts["qualname"].rpartition("<locals>.")[2]
    finding.message = f"every call of {name}() ({heat.reason}) {finding.message}"
    finding.related = heat.chain
    if heat.kind == "loop":
        return finding  # a loop of a caller says little of how often, or of how far apart, its turns ask one host
    rare, near, shared = (finding.pending[word] for word in ("rare", "near", "shared"))
    names = project.memo(worth_of)
    seldom = names.now_and_then(finding.path, name, heat.reason) or names.looks_after(name)
    seldom = seldom or (heat.kind == "tool" and words(name)[-1:] == ("status",))  # asked again after a wait
    if not rare and not seldom and pays(project, made, heat, near, shared):
        finding.confidence = Confidence.MEDIUM
    return finding
