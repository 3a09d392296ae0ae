"""What is said of a client that is built again and again, and by what it is believed."""

from asynccost.flow.linked.by_name import in_turns
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.words import words
from asynccost.model import Confidence, Finding, Related, Silence

COST = {
    "pool": "opens new connections, with their TCP and TLS handshakes",
    "certificates": "loads the CA certificates (20-40 ms of CPU) and opens new connections, with their TLS handshakes",
    "models": "sets up the service's API (2 ms of CPU, with a new session 70 and more) and opens new connections, with"
    " their TLS handshakes",
    "database": "opens new connections to the database, each with its handshake and login",
    "channel": "opens a new HTTP/2 channel, with its TCP and TLS handshakes",
    "socket": "opens a new connection",
    "nothing": "sets up the same options once more",
    "light": "sets up the same object once more, sharing no connections or caches with the last",
}
_NOT_WORK = {
    "test": "it is part of a test",
    "script": "it is part of a script or an example",
}


def says(finding: Finding, start: str, confidence: Confidence, related: tuple[Related, ...]) -> Finding:
    """A finding: low where the code around the client says that it is built seldom, or on purpose."""
    pending = finding.pending
    finding.message = f"{start} builds {pending['what']} and {COST[pending['cost']]}: build it once and keep it"
    if pending["rare"]:
        confidence = Confidence.LOW
    finding.confidence = confidence
    finding.resource = pending["cost"]
    finding.related = related
    return finding


def silent(finding: Finding, reason: str) -> Silence:
    """Why nothing is said of a place."""
    return Silence("", finding.path, finding.span, reason)


def heat_of(made: Def, project: Project) -> Heat:
    """How often a function runs, also where a loop calls a method of its name on something unknown."""
    heat = project.heats.of(made)
    return in_turns(project, made) or heat if heat.kind == "unknown" else heat


def is_test(caller: Caller, project: Project) -> bool:
    """Whether a call stands in a test, a script or an example."""
    entry = project.heats.entry(caller.by)
    return entry is not None and entry[0] in _NOT_WORK


def ways(heat: Heat) -> list[str]:
    """The functions on the way to the one that is known to run often, and that one."""
    said = (*(place.message for place in heat.chain), heat.reason)
    return [text.partition("()")[0] for text in said if "()" in text]


def leads_seldom(heat: Heat) -> bool:
    """Whether the way to what runs often leads through what runs seldom: a login, a start, an answer from a cache.

    The function that loops, or that is entered, comes last: how often that runs is known.
    """
    callers = [words(place.message.partition("()")[0]) for place in heat.chain]
    between = (word for said in callers[:-1] for word in said)
    callers.append(words(heat.reason.partition("() calls ")[2]))  # what the loop calls
    return not _BETWEEN.isdisjoint(between) or any(not _BEGINS.isdisjoint(said) for said in callers)


_BETWEEN = frozenset({
    "login", "logout", "auth", "authenticate", "authorize", "oauth", "connect", "reconnect", "handshake", "signin",
    "signup", "register", "registration", "cached", "cache", "memoized",
})
_BEGINS = frozenset({
    "upgrade", "migrate", "migration", "bootstrap", "install", "onboard", "onboarding", "wizard", "backfill", "seed",
    "installer", "startup", "recover", "recovery", "orphan", "orphans", "orphaned",
})


def title(made: Def) -> str:
    """A function as a message names it."""
    name = made.facts["qualname"].rpartition("<locals>.")[2]
    return f"{name}()" if name and not name.endswith("<lambda>") else "this function"
