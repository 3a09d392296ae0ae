"""How often a client is built, over the whole project, and what to say of it.

What is told for sure is built in code that may run again and again: a loop or an entry that runs often comes to it, or
it is built by every call of a method, or of a function that others of the project call.
"""

from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.one_by_one import Over, one_by_one
from asynccost.flow.linked.own_request import in_own_request
from asynccost.flow.linked.project import Project
from asynccost.flow.sessions.factories import judge_factory
from asynccost.flow.sessions.filled import fills_when_empty
from asynccost.flow.sessions.handed_in import asks_one_service, left_out
from asynccost.flow.sessions.recreated import heat_of, is_test, leads_seldom, says, silent, title, ways
from asynccost.flow.sessions.worth import Worth, worth_of
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Silence

_NEAR = 1  # a loop that many calls away asks for addresses of one list; one further away may serve anybody
_FAR = 3  # a loop further away than this says little of how often a function runs
_OWN_WORK = 2  # so many uses of its client make an object a piece of work that goes on with one connection
_OF_API = 2  # so many other methods of a class that build such a client make it one of an API
_MADE = ("local", "shared", "other", "dropped")  # what becomes of an object that ends with the call
_NODES = frozenset({"node", "step", "stage"})
_RUNS = frozenset({"execute", "run", "invoke", "process", "forward", "__call__", "arun", "ainvoke", "aexecute"})


def judge(finding: Finding, project: Project) -> Finding | Silence:
    """Settle one open finding."""
    if finding.pending.get("entry") == "script":
        finding.confidence = Confidence.LOW
        return finding
    if finding.pending.get("entry"):
        if over := finding.pending.get("over"):
            return _few_turns(finding, over, project)
        return finding
    made = project.names.function(finding.path, finding.pending["start"])
    if made is None:
        return silent(finding, "its function is not known to the project")
    life = finding.pending["life"]
    if life == "returned":
        return judge_factory(finding, made, project)
    if life == "kept":
        return _constructor(finding, made, project)
    return _called(finding, made, project)


def _few_turns(finding: Finding, over: Over, project: Project) -> Finding:
    """A client that each turn of a loop builds, where all that call its function may hand in one thing or a few."""
    made = project.names.function(finding.path, finding.pending["start"])
    if (few := one_by_one(finding.path, finding.pending["start"], over, project)) and made is not None:
        finding.confidence = Confidence.MEDIUM if project.heats.of(made).hot else Confidence.LOW
        finding.message += f" (but {few})"
    return finding


def _called(finding: Finding, made: Def, project: Project) -> Finding | Silence:
    """A client that lives as long as one call of its function."""
    if (instead := finding.pending["instead"]) and not left_out(instead, made, project):
        return silent(finding, f"it only stands in for a {instead[0]} that no caller in sight leaves out")
    name, heat, names = title(made), heat_of(made, project), project.memo(worth_of)
    if finding.pending["free"] and asks_one_service(finding.pending["address"], made, project):
        finding.pending["free"] = False
    if heat.hot is False or heat.kind == "effect":
        return silent(finding, heat.reason)
    if heat.kind == "job" and finding.pending["is_async"]:
        return silent(finding, "a job runs in an event loop of its own")
    if heat.kind == "handler" and finding.pending["is_async"] and (loop := in_own_request(made, project)):
        return silent(finding, f"{loop}, which the client is bound to")
    if heat.hot:
        confidence = (
            Confidence.HIGH if not heat.chain or (heat.kind == "loop" and len(heat.chain) == 1) else Confidence.MEDIUM
        )
        if project.heats.of(made).kind == "unknown" or (heat.kind == "loop" and finding.pending["free"]):
            confidence = Confidence.MEDIUM  # a name alone shows who calls it, or each turn may ask another host
        known = made.facts["qualname"]
        returns = heat.kind == "handler" and "callback" in words(known)  # where an authorisation leads back to
        seldom = heat.kind != "loop" and (returns or names.now_and_then(finding.path, known, heat.reason))
        seldom = seldom or leads_seldom(heat) or names.discovers(finding.path) or _is_remembered(made, project)
        if seldom or _hardly_pays(finding, made, heat, names):
            confidence = Confidence.LOW
        elif heat.kind == "tool" and confidence is Confidence.HIGH:
            confidence = Confidence.MEDIUM  # an agent asks now and then, and waits longer for its model
        if heat.kind == "render" and finding.pending["alone"] and not heat.chain:
            confidence = Confidence.LOW
        if finding.pending["cost"] == "light" and heat.chain and heat.kind != "loop":
            confidence = Confidence.LOW  # its connections are shared, whoever builds it
        if heat.kind == "job":
            confidence = Confidence.LOW  # a worker forks for it, or it takes minutes: nobody waits for its client
        return says(finding, f"every call of {name} ({heat.reason})", confidence, heat.chain)
    if finding.pending["property"]:
        read = f"every read of {name.removesuffix('()')}"
        return says(finding, read, Confidence.MEDIUM, heat.chain)
    asked = finding.pending["owner"] or finding.pending["registered"] or _is_used(made, project)
    if heat.kind == "unknown" and asked and made.facts["kind"] != "constructor":
        rarely = _is_seldom(finding, made, names) or _at_beginnings(made, project) or _is_remembered(made, project)
        # `get_issue` that nothing in sight calls, `drop_table`; of an API's own client, all of whose methods do so, any
        single = names.manages(made.facts["qualname"]) or _looks_up_once(made, project, names)
        rarely = rarely or (single and finding.pending["siblings"] < _OF_API) or _is_node(made)
        rarely = rarely or (finding.pending["alone"] and not _asks_its_own(finding))
        sure = Confidence.LOW if rarely else Confidence.MEDIUM
        return says(finding, f"every call of {name}", sure, heat.chain)
    return says(finding, f"every call of {name}", Confidence.LOW, heat.chain)


def _is_seldom(finding: Finding, made: Def, names: Worth) -> bool:
    """Whether the names of a function and of its file say that somebody sets it off now and then."""
    known = made.facts["qualname"]
    if names.takes_long(known) or names.reports(known) or names.notifies(known) or names.looks_after(known):
        return True
    return bool(names.now_and_then(finding.path, known))


def _asks_its_own(finding: Finding) -> bool:
    """Whether what blocks is a method that asks one address over HTTP; what asks anybody is a script or a set-up."""
    pending = finding.pending
    return bool(pending["owner"]) and not pending["free"] and pending["cost"] not in ("models", "database")


def _is_used(made: Def, project: Project) -> bool:
    """Whether something of the project calls a function: what nothing calls may be left over, or run once."""
    return any(not is_test(caller, project) for caller in project.calls.callers(made))


def _at_beginnings(made: Def, project: Project) -> bool:
    """Whether all that call a function run seldom themselves, by their names: `connect`, `launch`."""
    callers = [caller.by.facts["seldom"] for caller in project.calls.callers(made) if not is_test(caller, project)]
    return bool(callers) and all(callers)


def _is_remembered(made: Def, project: Project) -> bool:
    """Whether all that call a function remember what it answers, and ask for what they do not know yet."""
    callers = [caller for caller in project.calls.callers(made) if not is_test(caller, project)]
    return bool(callers) and all(
        caller.call["cold"] in ("lazy", "keyed") or fills_when_empty(caller, made, project) for caller in callers
    )


def _looks_up_once(made: Def, project: Project, names: Worth) -> bool:
    """`get_issue`, `fetch_members`: what one thing is looked up by, where nothing in sight calls it."""
    return names.looks_up(made.facts["qualname"]) and not project.calls.callers(made)


def _hardly_pays(finding: Finding, made: Def, heat: Heat, names: Worth) -> bool:
    """One page of whatever host somebody names has no connection to use again; a job of minutes dwarfs a client."""
    name, free = made.facts["qualname"], finding.pending["free"]
    if heat.kind != "loop":
        way = (name, *ways(heat))
        if (free and heat.kind != "tool") or names.reports(name) or names.manages(name) or names.administers(name):
            return True
        return any(map(names.looks_after, way)) or any(map(names.takes_long, way))
    if any("cli" in place.path.split("/") for place in heat.chain) or names.administers(name):
        return True
    if len(heat.chain) > _NEAR and names.looks_after(name):
        return True
    if free and names.fetches_a_file(name) and any(map(names.reads_messages, ways(heat))):
        return True
    return len(heat.chain) > (_NEAR if free else _FAR) or names.reports(name) or names.notifies(name)


def _is_node(made: Def) -> bool:
    """Whether a method is a step of a graph: it runs once for each run of the graph."""
    name, owner = made.facts["qualname"].rpartition(".")[2], made.facts["owner"]
    return name in _RUNS and not _NODES.isdisjoint(words(owner))


def _constructor(finding: Finding, made: Def, project: Project) -> Finding | Silence:
    """A client that an object makes for itself: it lives as long as the object."""
    reason, names = "the object keeps it", project.memo(worth_of)
    for caller in sorted(project.calls.callers(made), key=lambda c: (c.by.file["path"], c.call["start"])):
        if is_test(caller, project) or caller.call["cold"] or caller.call["use"] not in _MADE:
            continue
        entry = project.heats.entry(caller.by)
        if caller.call["loop"]:
            place = caller.related("every turn of this loop builds an object, and a client with it")
            once = finding.pending["uses"] < _OWN_WORK
            return says(
                finding,
                f"every {finding.pending['owner']} that {title(caller.by)} makes in a loop",
                Confidence.MEDIUM if once else Confidence.LOW,
                (place,),
            )
        if entry is not None and entry[0] in ("handler", "tool", "command"):
            place = caller.related(f"{title(caller.by)} builds an object for each call, and a client with it")
            known = caller.by.facts["qualname"]
            seldom = names.manages(known) or names.looks_after(known)
            seldom = seldom or bool(names.now_and_then(caller.by.file["path"], known))
            sure = Confidence.LOW if seldom else Confidence.MEDIUM
            each = f"every {finding.pending['owner']} that {title(caller.by)} makes"
            return says(finding, each, sure, (place,))
    return silent(finding, reason)
