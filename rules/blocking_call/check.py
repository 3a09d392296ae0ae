"""blocking-call: calls that stop the event loop, directly (ruff's rows and the table) or through plain functions."""

from collections.abc import Iterator, Sequence
from typing import Any

from asynccost.flow.around import above, holds, loops_around, words_in
from asynccost.flow.blocking.calls import Kind, blocking
from asynccost.flow.blocking.calm import calm
from asynccost.flow.blocking.chains import Reach, blocking_functions, blocking_sites, reaches, title
from asynccost.flow.blocking.harmless import harmless
from asynccost.flow.blocking.remembered import MAY_BE_A_FILE, in_a_file, remembered, way_of
from asynccost.flow.blocking.through import MANY, at_callers, at_its_root
from asynccost.flow.file import File, Site
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.tree import Call, Handler, If, Member
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Fix, Safety, Silence
from asynccost.python.reasons import BOUND, PLAIN, THREAD
from asynccost.python.ruff import Row, rows

_SYNCHRONOUS = 3  # coroutines of one file that ask a synchronous database: the file's design, which is one thing to say
_BEGINS = frozenset({"start", "launch", "spawn", "boot"})
_MAKES_ANEW = frozenset({"reset", "register", "signup", "create", "new", "change"})  # a password, or an account
_HASHES = ("hashlib.", "bcrypt.", "argon2.", "passlib.", "pwdlib.")
_PROGRAMS = frozenset({"subprocess.Popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"})
_ENDS = frozenset({"commit", "rollback", "close", "flush"})
_CONNECTS = {"connect", "reconnect", "connection", "listen", "listener"}  # one context for a connection that is kept
_ONE_FINDING = ("database", "document", "embedded", "cloud")  # of these, one finding a function names the others


def batch(sources: Sequence[tuple[str, bytes]]) -> dict[str, list[Row]]:
    """ruff's rows, by path."""
    return rows(sources)


# ------------------------------------------------------------------ one file


def check(file: File) -> Iterator[Finding | Silence]:
    """Look at blocking calls in coroutines, and at those in plain functions that coroutines may call."""
    if file.is_test:
        return
    table = blocking(file)
    groups: dict[tuple[int, str], list[tuple[Site, Kind]]] = {}
    for site, kind in file.memo(blocking_sites):
        function = site.function
        if not function.is_async:
            if function.kind in ("lambda", "arrow"):
                yield file.silence(site.call, "it is in a lambda, which runs where it is handed to")
            continue
        reason = harmless(file, site, kind)
        if reason:
            yield file.silence(site.call, reason)
        elif kind.name in _ONE_FINDING:
            groups.setdefault((id(function), kind.name), []).append((site, kind))
        else:
            yield _direct(file, site, kind, [])
    yield from _grouped(file, [*groups.values()])
    for site, kind in file.memo(blocking_functions):
        yield file.finding(
            site.call, "", Confidence(kind.confidence), seed=site.function.qualname, does=kind.does, kind=kind.name,
            sometimes=_sometimes(site.call), once=sorted(table.once),
        )


def _grouped(file: File, groups: Sequence[Sequence[tuple[Site, Kind]]]) -> Iterator[Finding | Silence]:
    """One finding a function; where many functions of a file ask a synchronous database, one for all of them."""
    asking = [group for group in groups if group[0][1].name == "database"]
    many = asking if len(asking) >= _SYNCHRONOUS else []
    for group in groups:
        (first, kind), *others = group
        if not any(group is one for one in many):
            yield _direct(file, first, kind, [site for site, _ in others])
    if not many:
        return
    chosen = min(many, key=lambda group: (_only_ends(group), group[0][0].call.start))
    (first, kind), *others = chosen
    rest = [group[0][0] for group in many if group is not chosen]
    found = _direct(file, first, kind, [*rest, *(site for site, _ in others)])
    found.message = (
        f"{_shown(file, first.call)} {kind.does} on the event loop, and {len(rest)} other coroutines of this file do"
        " the same: until each is done, every other task, request and timer of this process stands still"
    )
    found.pending["with"] = sorted({site.function.qualname for site in rest})
    yield found
    line = file.lines.place(first.call.start)[0]
    for site in rest:
        yield file.silence(site.call, f"line {line} speaks of the synchronous database for all coroutines of this file")


def _only_ends(group: Sequence[tuple[Site, Kind]]) -> bool:
    """Whether a function's calls only end a transaction, which takes no longer than a round trip, or nothing at all."""
    return all(isinstance(site.call.callee, Member) and site.call.callee.attr in _ENDS for site, _ in group)


def _direct(file: File, site: Site, kind: Kind, others: list[Site]) -> Finding:
    what = _shown(file, site.call)
    message = (
        f"{what} {kind.does} on the event loop: until it is done, every other task, request and timer of this"
        " process stands still"
    )
    related = tuple(file.related(o.call, f"so does {_shown(file, o.call)}") for o in others[:5])
    if loops_around(site.call):
        related = (*related, file.related(loops_around(site.call)[0], "once per turn"))
    sites = [(one, kind) for one in (site, *others)]
    sure = Confidence.LOW if kind.name == "database" and _only_ends(sites) else Confidence(kind.confidence)
    return file.finding(
        site.call, message, sure, related=related, runs=site.function.qualname, kind=kind.name,
        once=sorted(blocking(file).once), starts=kind.name == "process" and _starts(file, site),
        anew=_anew(site) if (site.name or "").startswith(_HASHES) else "",
    )


def _anew(site: Site) -> str:
    """The word of a coroutine's name, or of a condition, that says that a password is hashed once for long."""
    under = (up for up in above(site.call) if isinstance(up, If) and holds(up, site.call))
    tests = (name for up in under for name in words_in(up.test))
    said = (word for name in (site.function.name, *sorted(tests)) for word in words(name))
    return next((word for word in said if word in _MAKES_ANEW), "")


def _starts(file: File, site: Site) -> bool:
    """Whether the function starts a program afterwards, as its name says: that takes longer than a look before it."""
    later = (one for one in file.calls_of(site.function) if one.call.start > site.call.start)
    said = words(site.function.name)[:1]
    return not _BEGINS.isdisjoint(said) and any(one.name in _PROGRAMS for one in later)


def _shown(file: File, call: Call) -> str:
    text = " ".join(file.text(call.callee).split())
    return f"{text if len(text) <= 50 else '...' + text[-47:]}()"


# --------------------------------------------------------------- whole project


def facts(file: File) -> dict[str, Any]:
    """The plain functions of a file that block, with the bytes at which their calls start that do so."""
    if file.is_test:
        return {}
    seeds: dict[str, list[int]] = {site.function.qualname: [] for site, _ in file.memo(blocking_functions)}
    for site, _ in file.memo(blocking_sites):
        if site.function.qualname in seeds:
            seeds[site.function.qualname].append(site.call.start)
    return seeds | remembered(file)


def _asking(finding: Finding, project: Project, made: Def) -> Finding:
    """A finding, with a question that another file asks of its fix: a call of the handler that is made a plain
    function, or the project's own way into a thread."""
    answers = finding.fix is not None and finding.fix.reason in (PLAIN, THREAD) and project.heats.entry(made)
    if answers:  # a thread is offered where the file has not been asked yet
        others = (c.by for c in project.calls.callers(made) if c.by.file["path"] != finding.path)
        if (caller := next(others, None)) is not None:
            asked = f"{title(caller)} calls it: is it to go on as a coroutine there?"
            finding.fix = shown_only(finding.fix, asked)
    if finding.fix is not None and finding.fix.reason == THREAD and (way := way_of(finding.path, project)):
        name = way.rpartition(".")[2]
        finding.fix = shown_only(finding.fix, f"{name}() takes others of the project into a thread: is it to take it?")
    return finding


def settle(finding: Finding, project: Project) -> list[Finding | Silence] | Finding | Silence:
    """How often the coroutine runs; for a plain function, which coroutines call it."""
    if "seed" in finding.pending:
        return _through(finding, project)
    made = project.names.named_in(finding.path, finding.pending["runs"])
    if made is None:
        return finding
    heat = project.heats.of(made)
    if heat.kind == "test":
        return Silence("", finding.path, finding.span, heat.reason)
    once = calm(made, project, finding.pending["once"])
    if once and not _some_go_on(finding, project):
        finding.confidence = Confidence.LOW
        finding.message += f" (but {once})"
    elif heat.hot and finding.pending["kind"] == "tls" and _CONNECTS.isdisjoint(words(made.facts["qualname"])):
        finding.confidence = Confidence.MEDIUM
    elif finding.pending["starts"]:
        finding.confidence = Confidence.LOW
        finding.message += " (not sure: the program that it starts then takes longer to come up)"
    elif finding.pending["kind"] == "process" and not heat.hot and made.facts["seldom"]:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: {made.facts['seldom']} says that it seldom runs)"
    elif not heat.hot and finding.pending["anew"]:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: {finding.pending['anew']} says that it seldom runs)"
    elif finding.pending["kind"] == "database" and project.memo(in_a_file):
        finding.confidence = Confidence.LOW
        finding.message += MAY_BE_A_FILE
    return _asking(finding, project, made)


def _some_go_on(finding: Finding, project: Project) -> bool:
    """Whether other coroutines that a finding speaks for may run more than once."""
    others = (project.names.named_in(finding.path, name) for name in finding.pending.get("with", ()))
    return any(o is not None and not calm(o, project, finding.pending["once"]) for o in others)


def _through(finding: Finding, project: Project) -> list[Finding | Silence]:
    groups: dict[tuple[str, tuple[str, str]], list[Reach]] = {}
    for reach in project.memo(reaches).get((finding.path, finding.pending["seed"]), []):
        groups.setdefault((reach.caller.by.file["path"], reach.path[0].key), []).append(reach)
    if not groups:
        return [Silence("", finding.path, finding.span, "no coroutine in sight calls it on the event loop")]
    said = [_at_callers(finding, group, project) for group in groups.values()]
    sure = [one for one in said if one.confidence is not Confidence.LOW]
    if len({one.path for one in sure}) < MANY:
        return [*said]
    return [at_its_root(finding, sure), *(one for one in said if one.confidence is Confidence.LOW)]


def _at_callers(finding: Finding, group: list[Reach], project: Project) -> Finding:
    found = at_callers(finding, group, project)
    found.fix = _fix(finding.pending["kind"], group[0].path[0], project)
    return _asking(found, project, group[0].caller.by)


def _fix(kind: str, called: Def, project: Project) -> Fix | None:
    """What is offered where a helper blocks."""
    if kind in ("database", "embedded"):
        return Fix(Safety.DISPLAY_ONLY, BOUND)
    fix, (owner, dot, name) = Fix(Safety.UNSAFE, THREAD), called.facts["qualname"].rpartition(".")
    for twin in (f"a{name}", f"a_{name}", f"async_{name}", f"{name}_async"):
        made = project.names.named_in(called.file["path"], f"{owner}{dot}{twin}")
        if made is not None and made.facts["is_async"]:
            return shown_only(fix, f"{twin}() stands beside it and does not block: is it to be awaited in its place?")
    return fix


def _sometimes(call: Call) -> bool:
    """Whether a call stands under a condition or in a handler, so that most runs may pass it by."""
    return any(isinstance(up, (If, Handler)) for up in above(call))
