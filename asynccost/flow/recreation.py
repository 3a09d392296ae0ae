"""How often a client is built, over the whole project, and what to say of it."""

from asynccost.flow.calls import Caller
from asynccost.flow.heat import Heat
from asynccost.flow.linking import Def
from asynccost.flow.project import Project
from asynccost.flow.words import words
from asynccost.flow.worth import (
    fetches_a_file,
    looks_after,
    manages,
    notifies,
    now_and_then,
    reads_documents,
    reads_messages,
    reports,
    reports_an_event,
    takes_long,
)
from asynccost.model import Confidence, Finding, Related, Silence

COST = {
    "pool": "opens new connections, with their TCP and TLS handshakes",
    "certificates": "loads the CA certificates (20-40 ms of CPU) and opens new connections, with their TLS handshakes",
    "models": "parses the service's API description and opens new connections, with their TLS handshakes",
    "database": "opens new connections to the database, each with its handshake and login",
    "channel": "opens a new HTTP/2 channel, with its TCP and TLS handshakes",
    "socket": "opens a new connection",
    "nothing": "sets up the same options once more",
    "light": "sets up the same object once more, sharing no connections or caches with the last",
}
_DIRECT = frozenset({"handler", "tool", "command", "consumer", "periodic", "job", "render", "loop"})
_KEEPS = frozenset({"attribute", "global", "element"})
_USES = frozenset({"with", "local", "awaited", "other", "dropped", "argument"})
_MANY = 5  # so many functions that use a factory once each make it a hot one, whatever calls them
_NEAR = 1  # a loop that many calls away asks for addresses of one list; one further away may serve anybody
_FAR = 3  # a loop further away than this says little of how often a function runs
_LISTENS = frozenset({"listen", "listener", "listens"})  # what waits for messages needs a connection of its own
_NODES = frozenset({"node", "step", "stage"})
_RUNS = frozenset({"execute", "run", "invoke", "process", "forward", "__call__", "arun", "ainvoke", "aexecute"})
_NEVER_PAYS = frozenset({"fixed", "cached", "no pool", "an error", "lent keys"})
_NOT_WORK = {
    "test": "it is part of a test",
    "script": "it is part of a script or an example",
}


def judge(finding: Finding, project: Project) -> Finding | Silence:
    """Settle one open finding."""
    if finding.pending.get("entry") == "script":
        finding.confidence = Confidence.LOW
        return finding
    if finding.pending.get("entry"):
        return finding
    made = project.names.function(finding.path, finding.pending["start"])
    if made is None:
        return _silent(finding, "its function is not known to the project")
    life = finding.pending["life"]
    if life == "returned":
        return _factory(finding, made, project)
    if life == "kept":
        return _constructor(finding, made, project)
    heat = project.heats.of(made)
    return _called(finding, made, heat)


def _silent(finding: Finding, reason: str) -> Silence:
    return Silence("", finding.path, finding.span, reason)


def _says(finding: Finding, start: str, confidence: Confidence, related: tuple[Related, ...]) -> Finding:
    pending = finding.pending
    finding.message = f"{start} builds {pending['what']} and {COST[pending['cost']]}: build it once and keep it"
    if pending["rare"] and (confidence is not Confidence.HIGH or pending["rare"] in _NEVER_PAYS or related):
        confidence = Confidence.LOW
    finding.confidence = confidence
    finding.resource = pending["cost"]
    finding.related = related
    return finding


def _called(finding: Finding, made: Def, heat: Heat) -> Finding | Silence:
    """A client that lives as long as one call of its function."""
    name = _name(made)
    if heat.hot is False or heat.kind == "effect":
        return _silent(finding, heat.reason)
    if heat.kind == "job" and finding.pending["is_async"]:
        return _silent(finding, "a job runs in an event loop of its own")
    if heat.hot:
        confidence = (
            Confidence.HIGH if not heat.chain or (heat.kind == "loop" and len(heat.chain) == 1) else Confidence.MEDIUM
        )
        known = made.facts["qualname"]
        returns = heat.kind == "handler" and "callback" in words(known)  # where an authorisation leads back to
        seldom = heat.kind != "loop" and (returns or now_and_then(finding.path, known, heat.reason))
        if seldom or _hardly_pays(finding, made, heat) or (heat.kind == "tool" and finding.pending["rare"]):
            confidence = Confidence.LOW
        elif heat.kind == "tool" and confidence is Confidence.HIGH:
            confidence = Confidence.MEDIUM  # an agent asks now and then, and waits longer for its model
        if heat.kind == "job":
            confidence = Confidence.LOW  # a worker forks for it, or it takes minutes: nobody waits for its client
        return _says(finding, f"every call of {name} ({heat.reason})", confidence, heat.chain)
    if finding.pending["property"]:
        return _says(finding, f"every read of {name.removesuffix('()')}", Confidence.MEDIUM, heat.chain)
    if heat.kind == "unknown" and finding.pending["owner"] and made.facts["kind"] != "constructor":
        known = made.facts["qualname"]
        rarely = takes_long(known) or reports(known) or reports_an_event(known) or manages(known)
        rarely = rarely or notifies(known) or reads_documents(known) or bool(now_and_then(finding.path, known))
        sure = Confidence.LOW if rarely or finding.pending["free"] or _is_node(made) else Confidence.MEDIUM
        return _says(finding, f"every call of {name}", sure, heat.chain)
    return _says(finding, f"every call of {name}", Confidence.LOW, heat.chain)


def _hardly_pays(finding: Finding, made: Def, heat: Heat) -> bool:
    """One page of whatever host somebody names has no connection to use again; a job of minutes dwarfs a client."""
    name, free = made.facts["qualname"], finding.pending["free"]
    if heat.kind != "loop":
        ways = (name, *_ways(heat))
        return free or reports(name) or manages(name) or any(map(looks_after, ways)) or any(map(takes_long, ways))
    if any("cli" in place.path.split("/") for place in heat.chain):
        return True
    if free and fetches_a_file(name) and any(map(reads_messages, _ways(heat))):
        return True
    return len(heat.chain) > (_NEAR if free else _FAR) or reports(name)


def _ways(heat: Heat) -> list[str]:
    """The functions on the way to the one that is known to run often, and that one."""
    said = (*(place.message for place in heat.chain), heat.reason)
    return [text.partition("()")[0] for text in said if "()" in text]


def _is_node(made: Def) -> bool:
    """Whether a method is a step of a graph: it runs once for each run of the graph."""
    name, owner = made.facts["qualname"].rpartition(".")[2], made.facts["owner"]
    return name in _RUNS and not _NODES.isdisjoint(words(owner))


def _name(made: Def) -> str:
    name = made.facts["qualname"].rpartition("<locals>.")[2]
    return f"{name}()" if name and not name.endswith("<lambda>") else "this function"


def _factory(finding: Finding, made: Def, project: Project) -> Finding | Silence:
    """A function that returns the client: its callers keep it, or throw it away."""
    entry = project.heats.entry(made)
    if entry is not None and entry[0] == "cached":
        return _silent(finding, entry[1])
    if finding.pending["property"]:
        return _says(finding, f"every read of {_name(made).removesuffix('()')}", Confidence.MEDIUM, ())
    callers = [c for c in project.calls.callers(made) if not _is_test(c, project)]
    if not callers:
        return _silent(finding, "it is returned: whoever calls this owns it")
    if any(c.call["use"] in _KEEPS for c in callers):
        return _silent(finding, "a caller keeps what this returns")
    worst: tuple[bool, int, str, Heat, Caller] | None = None
    for caller in callers:
        if caller.call["use"] not in _USES or not _LISTENS.isdisjoint(words(caller.by.facts["qualname"])):
            continue
        heat = _caller_heat(caller, project)
        if heat.hot:
            rank = (
                takes_long(caller.by.facts["qualname"]),
                len(heat.chain) + (heat.kind != "loop"),
                caller.by.file["path"] + str(caller.call["start"]).zfill(9),
                heat,
                caller,
            )
            worst = rank if worst is None else min(worst, rank, key=lambda r: r[:3])
    if worst is None and len(spread := _users(callers, project)) >= _MANY:
        place = spread[0].related(f"{_name(spread[0].by)} uses it for one call and drops it")
        many = f"every call of {_name(made)}, by {len(spread)} functions that use it once,"
        return _says(finding, many, Confidence.MEDIUM, (place,))
    if worst is None and (own := _own_users(made, callers)):
        place = own[0].related(f"{_name(own[0].by)} uses it for one call and drops it")
        return _says(finding, f"every call of {_name(made)} from {_name(own[0].by)}", Confidence.MEDIUM, (place,))
    if worst is None:
        return _silent(finding, "it is returned, and nothing shows that its callers throw it away often")
    long, _, _, heat, caller = worst
    if heat.kind == "job" and finding.pending["is_async"]:
        return _silent(finding, "a job runs in an event loop of its own")
    place = caller.related(f"{_name(caller.by)} uses it for one call and drops it")
    confidence = Confidence.HIGH if not heat.chain and heat.kind in _DIRECT else Confidence.MEDIUM
    by = caller.by.file["path"]
    if long or any(map(takes_long, _ways(heat))) or now_and_then(by, caller.by.facts["qualname"]):
        confidence = Confidence.LOW
    return _says(finding, f"every call of {_name(made)} from {_name(caller.by)}", confidence, (place, *heat.chain))


def _own_users(made: Def, callers: list[Caller]) -> list[Caller]:
    """The calls of a factory method, where the methods of its own class alone use it, each for one call."""
    owner = made.facts["owner"]
    for caller in callers:
        facts = caller.by.facts
        if not owner or facts["owner"] != owner or facts["kind"] == "constructor" or facts["seldom"]:
            return []
        if caller.call["use"] not in _USES or caller.call["cold"] or facts["qualname"] == made.facts["qualname"]:
            return []
    return [c for c in callers if not takes_long(c.by.facts["qualname"])]


def _users(callers: list[Caller], project: Project) -> list[Caller]:
    """One call for each function that uses what it gets and drops it, those that are known to run once left out."""
    found: dict[tuple[str, int], Caller] = {}
    for caller in callers:
        facts, call = caller.by.facts, caller.call
        if call["use"] not in _USES or call["cold"] or facts["kind"] == "module" or facts["seldom"]:
            continue
        if project.heats.of(caller.by).hot is not False:
            found.setdefault(caller.by.place, caller)
    return sorted(found.values(), key=lambda c: c.by.place)


def _is_test(caller: Caller, project: Project) -> bool:
    entry = project.heats.entry(caller.by)
    return entry is not None and entry[0] in _NOT_WORK


def _caller_heat(caller: Caller, project: Project) -> Heat:
    if caller.call["cold"]:
        return Heat(False, caller.call["cold"], "")
    if caller.call["loop"]:
        return Heat(True, "loop", f"{_name(caller.by)} calls it in a loop")
    return project.heats.of(caller.by)


def _constructor(finding: Finding, made: Def, project: Project) -> Finding | Silence:
    """A client that an object makes for itself: it lives as long as the object."""
    reason = "the object keeps it"
    for caller in sorted(project.calls.callers(made), key=lambda c: (c.by.file["path"], c.call["start"])):
        if _is_test(caller, project) or caller.call["cold"] or caller.call["use"] not in ("local", "other", "dropped"):
            continue
        entry = project.heats.entry(caller.by)
        if caller.call["loop"]:
            place = caller.related("every turn of this loop builds an object, and a client with it")
            return _says(
                finding,
                f"every {finding.pending['owner']} that {_name(caller.by)} makes in a loop",
                Confidence.MEDIUM,
                (place,),
            )
        if entry is not None and entry[0] in ("handler", "tool", "command"):
            place = caller.related(f"{_name(caller.by)} builds an object for each call, and a client with it")
            known = caller.by.facts["qualname"]
            seldom = manages(known) or looks_after(known) or now_and_then(caller.by.file["path"], known)
            sure = Confidence.LOW if seldom else Confidence.MEDIUM
            return _says(finding, f"every {finding.pending['owner']} that {_name(caller.by)} makes", sure, (place,))
    return _silent(finding, reason)
