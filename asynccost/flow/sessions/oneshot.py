"""Whether requests without a client go to one host often enough for a kept connection to pay."""

import re
from collections.abc import Iterable

from asynccost.flow.around import above
from asynccost.flow.facts.entries import seldom
from asynccost.flow.file import File, Site
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.sessions.addresses import holds_data, is_own
from asynccost.flow.sessions.recreated import is_test
from asynccost.flow.tree import (
    Call,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
    Subscript,
)
from asynccost.flow.turn import gone_through
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_CLASS = 6  # so many requests to one host make a class its client
_LONE = frozenset({"handler", "tool", "command", "job", "rare"})
_LOCAL = frozenset({"server", "service", "port", "url", "http", "host", "endpoint", "app", "site", "ready"})


def address(site: Site) -> Expr | None:
    """What a request is sent to."""
    place = 1 if site.name and site.name.endswith("request") else 0
    for at, argument in enumerate(site.call.arguments):
        if argument.keyword == "url" or (argument.keyword is None and at == place):
            return argument.value
    return None


def one_host(expr: Expr | None) -> bool:
    """Whether an address begins with something that stays the same."""
    if isinstance(expr, (Other, Collection)):
        parts = expr.parts if isinstance(expr, Other) else expr.items
        return bool(parts) and isinstance(parts[0], (Constant, Name)) and one_host(parts[0])
    return isinstance(expr, Constant) or (isinstance(expr, Name) and expr.id.isupper())


def any_host(site: Site) -> bool:
    """Whether the whole address is a variable that the caller, or a list, gives, or the url of such a thing."""
    expr = address(site)
    while isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.attr in ("strip", "rstrip"):
        expr = expr.callee.value
    if isinstance(expr, Member) and isinstance(expr.value, Name):  # `webhook.url`
        if is_own(expr, site.function):
            return holds_data(site.function)
        return expr.attr == "url" and expr.value.id not in ("self", "cls", "this", "settings", "config")
    if isinstance(expr, Subscript) and isinstance(expr.index, Constant):  # `result["href"]`
        return expr.index.value == "href"
    if not isinstance(expr, Name) or expr.id.isupper():
        return False
    values = site.function.index.bound.get(expr.id, [None]) if site.function.index else [None]
    return None in values


def starts_something(file: File, function: Function) -> bool:
    """Whether a function's loop waits for something that was just started: `wait_for_server`, `until_ready`."""
    word = seldom(file, function)
    if word is None:
        return False
    return word != "wait" or any(w in _LOCAL for w in words(function.name))


def pauses(loop: Loop | Comprehension, file: File) -> bool:
    """Whether a loop sleeps between its turns: by then the server may have closed the connection."""
    said = frozenset(file.knowledge.table("entries")["pauses"]["words"])
    called = (n for n in walk(*loop.body) if isinstance(n, Call)) if isinstance(loop, Loop) else ()
    return any(not said.isdisjoint(words(chain(call.callee)[-1])) for call in called if chain(call.callee))


def hardly_many(loop: Loop | Comprehension, site: Site) -> bool:
    """Whether a loop goes through the few things that a text refers to, follows a redirect, or fetches archives."""
    if isinstance(loop, Loop) and any("redirect" in words(n.attr) for n in walk(loop.test) if isinstance(n, Member)):
        return True
    source = gone_through(loop)
    if isinstance(source, (Name, Member)) and not _FEW.isdisjoint(words(chain(source)[-1])):
        return True
    expr = address(site)
    return isinstance(expr, (Name, Member)) and not _HEAVY.isdisjoint(words(chain(expr)[-1]))


_FEW = frozenset({"reference", "references", "mentions"})
_HEAVY = frozenset({"pdf", "zip", "archive", "tarball", "video"})


def in_chunks(loop: Loop | Comprehension) -> bool:
    """`for i in range(0, len(items), 100)`: one request for many items is one request, as a rule."""
    count = loop.iter if isinstance(loop, Loop) else None
    return isinstance(count, Call) and chain(count.callee)[-1:] == ["range"] and len(count.arguments) == 3


def together(file: File, site: Site, sites: Iterable[Site]) -> int:
    """How many requests of the same function, this one too, may go to the same host in one call of it."""
    root = _root(file, site)
    beside = (s for s in sites if s.function is site.function and s is not site and _library(s) == _library(site))
    others = [s for s in beside if root and _root(file, s) == root]
    return 1 + sum(not _apart(file, site.call, other.call) for other in others)


def _library(site: Site) -> str:
    return (site.name or "").partition(".")[0]


def of_class(file: File, site: Site, sites: Iterable[Site]) -> bool:
    """Whether a class sends so many requests to this one host that it is the host's client."""
    owner, root = site.function.owner, _root(file, site)
    if owner is None or not root:
        return False
    return sum(s.function.owner is owner and _root(file, s) == root for s in sites) >= _CLASS


def _root(file: File, site: Site) -> str:
    """What an address begins with: a host, or the name of one; "" where that is not seen."""
    expr = address(site)
    for _ in range(4):
        if isinstance(expr, Name) and site.function.index and not expr.id.isupper():
            values = site.function.index.bound.get(expr.id, [])
            if not values or values[0] is None:
                return ""
            expr = values[0]
        elif isinstance(expr, (Other, Collection)):
            parts = expr.parts if isinstance(expr, Other) else expr.items
            expr = next((p for p in parts if not (isinstance(p, Constant) and not p.value)), None)
    if isinstance(expr, Constant) and isinstance(expr.value, str):
        return "/".join(expr.value.split("/")[:3]) if "://" in expr.value else ""
    return file.text(expr) if isinstance(expr, Member) or (isinstance(expr, Name) and expr.id.isupper()) else ""


_FAILED = re.compile(
    r"status(?:_code)?\b\s*(?:(?:==|>=|>|in)\s*[\[({]*\s*[345]|!=\s*2)|\bnot\s+\w+\.(?:ok|is_success)\b"
)


def _apart(file: File, one: Node, other: Node) -> bool:
    """Whether two nodes hardly run in the same call: in two arms of an if, the first one leaves, or one stands in."""
    first, second = sorted((one, other), key=lambda n: n.start)
    if any(isinstance(up, If) and _FAILED.search(file.text(up.test)) and not _arm(up, second) for up in above(second)):
        return True
    if any(isinstance(up, Return) for up in above(first)):
        return True
    if any(isinstance(up, Handler) and not up.start <= first.start for node in (one, other) for up in above(node)):
        return True
    arms = {id(up): _arm(up, one) for up in above(one) if isinstance(up, If)}
    return any(arms.get(id(up), arm) != arm for up in above(other) if isinstance(up, If) for arm in [_arm(up, other)])


def _arm(branch: If, node: Node) -> bool:
    return any(s.start <= node.start and node.end <= s.end for s in branch.orelse)


def pays(project: Project, made: Def, heat: Heat, near: int, shared: bool) -> bool:
    """Whether a kept connection would be used again before it is closed.

    A person, or a model, takes far longer than a handshake to ask once more, whoever else sends through the same
    function: what counts is what one call sends.
    """
    if heat.kind not in _LONE:
        return True
    callers = [caller for caller in project.calls.callers(made) if not is_test(caller, project)]
    if shared or any(c.call["loop"] for c in callers):
        return True
    return near > 1 and heat.kind != "job"  # nobody waits for the few requests of a job
