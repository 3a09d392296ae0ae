"""A function that returns a client: its callers keep what they get, or throw it away.

A client opened only where the caller handed in none: `if session is None: async with Client() as session`.
"""


from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.sessions.recreated import heat_of, is_test, leads_seldom, says, silent, title, ways
from asynccost.flow.sessions.worth import Worth, worth_of
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Silence

_DIRECT = frozenset({"handler", "tool", "command", "consumer", "periodic", "job", "render", "loop"})
_KEEPS = frozenset({"attribute", "global", "element"})
_USES = frozenset({"with", "local", "awaited", "other", "dropped", "argument"})
_MANY = 5  # so many functions that use a factory once each make it a hot one, whatever calls them
_SOCKETS = frozenset({"ws_connect", "websocket_connect", "connect_ws"})
_LISTENS = frozenset({"listen", "listener", "listens"})  # what waits for messages needs a connection of its own


def judge_factory(finding: Finding, made: Def, project: Project) -> Finding | Silence:
    """A function that returns the client: its callers keep it, or throw it away."""
    entry = project.heats.entry(made)
    if entry is not None and entry[0] == "cached":
        return silent(finding, entry[1])
    if finding.pending["property"]:
        read = f"every read of {title(made).removesuffix('()')}"
        return says(finding, read, Confidence.MEDIUM, ())
    names = project.memo(worth_of)
    callers = [c for c in project.calls.callers(made) if not is_test(c, project)]
    if not callers:
        return silent(finding, "it is returned: whoever calls this owns it")
    if any(c.call["use"] in _KEEPS for c in callers):
        return silent(finding, "a caller keeps what this returns")
    worst: tuple[bool, int, str, Heat, Caller] | None = None
    for caller in callers:
        if caller.call["use"] not in _USES or not _LISTENS.isdisjoint(words(caller.by.facts["qualname"])):
            continue
        if _opens_socket(caller):
            continue
        heat = _caller_heat(caller, project)
        if heat.hot:
            rank = (
                names.takes_long(caller.by.facts["qualname"]),
                len(heat.chain) + (heat.kind != "loop"),
                caller.by.file["path"] + str(caller.call["start"]).zfill(9),
                heat,
                caller,
            )
            worst = rank if worst is None else min(worst, rank, key=lambda r: r[:3])
    if worst is None and len(spread := _users(callers, project)) >= _MANY:
        place = spread[0].related(f"{title(spread[0].by)} uses it for one call and drops it")
        many = f"every call of {title(made)}, by {len(spread)} functions that use it once,"
        return says(finding, many, Confidence.MEDIUM, (place,))
    if worst is None and (own := _own_users(made, callers, names)):
        place = own[0].related(f"{title(own[0].by)} uses it for one call and drops it")
        each = f"every call of {title(made)} from {title(own[0].by)}"
        return says(finding, each, Confidence.LOW if finding.pending["alone"] else Confidence.MEDIUM, (place,))
    if worst is None:
        return silent(finding, "it is returned, and nothing shows that its callers throw it away often")
    long, _, _, heat, caller = worst
    if heat.kind == "job" and finding.pending["is_async"]:
        return silent(finding, "a job runs in an event loop of its own")
    place = caller.related(f"{title(caller.by)} uses it for one call and drops it")
    confidence = Confidence.HIGH if not heat.chain and heat.kind in _DIRECT else Confidence.MEDIUM
    by = caller.by.file["path"]
    known = caller.by.facts["qualname"]
    seldom = heat.kind != "loop" and (names.manages(known) or names.looks_after(known) or names.now_and_then(by, known))
    seldom = seldom or leads_seldom(heat)
    if (heat.kind == "render" and heat.chain) or heat.kind == "job":
        confidence = Confidence.LOW  # a component's handlers run when somebody clicks; nobody waits for a job's client
    if long or seldom or any(map(names.takes_long, ways(heat))) or names.now_and_then(by, known):
        confidence = Confidence.LOW
    each = f"every call of {title(made)} from {title(caller.by)}"
    said = f"{each} ({heat.reason})" if heat.chain else each
    return says(finding, said, confidence, (place, *heat.chain))


def _opens_socket(caller: Caller) -> bool:
    """Whether a caller opens a websocket, as a rule over what it gets, which then lasts as long as that."""
    return any(row[1].rpartition(".")[2] in _SOCKETS for row in caller.by.facts["waits"])


def _own_users(made: Def, callers: list[Caller], names: Worth) -> list[Caller]:
    """The calls of a factory method, where the methods of its own class alone use it, each for one call."""
    owner = made.facts["owner"]
    for caller in callers:
        facts = caller.by.facts
        if not owner or facts["owner"] != owner or facts["kind"] == "constructor" or facts["seldom"]:
            return []
        if caller.call["use"] not in _USES or caller.call["cold"] or facts["qualname"] == made.facts["qualname"]:
            return []
    return [c for c in callers if not (names.takes_long(c.by.facts["qualname"]) or _opens_socket(c))]


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


def _caller_heat(caller: Caller, project: Project) -> Heat:
    if caller.call["cold"]:
        return Heat(False, caller.call["cold"], "")
    if caller.call["loop"]:
        return Heat(True, "loop", f"{title(caller.by)} calls it in a loop")
    return heat_of(caller.by, project)
