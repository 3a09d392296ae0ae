"""What shows that a loop asks one host again and again: many items of one host, the pages of an answer, a queue.

A loop alone is no sign of it: many try one thing again, wait for something, or have a turn or two.
"""

from collections.abc import Iterator, Sequence

from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder
from asynccost.flow.sessions.oneshot import address, in_chunks
from asynccost.flow.sessions.own_hosts import beginning
from asynccost.flow.tree import (
    Assign,
    Call,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)
from asynccost.flow.turn import gone_through, turn_names
from asynccost.flow.varies import parameters
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_MANY = 12  # items of a literal list that are many
_VIEWS = frozenset({
    "items", "values", "keys", "enumerate", "sorted", "list", "set", "tuple", "reversed", "zip", "tqdm",
})  # fmt: skip
_SENT = frozenset({"url", "params", "json", "data", "content", "headers", "files", None})
_FILES = frozenset({"upload", "download"})  # a handshake is small beside them


def asked_often(file: File, loop: Loop | Comprehension, site: Site) -> str:
    """What shows that a loop asks one host often, as a clause; "" where nothing does."""
    if not _FILES.isdisjoint(words(site.function.name)[:1]):
        return ""
    if isinstance(loop, Comprehension) or loop.kind in ("for", "keys"):
        return _of_items(file, loop, site)
    return _of_a_queue(file, loop, site) or _of_pages(file, loop, site)


def _of_items(file: File, loop: Loop | Comprehension, site: Site) -> str:
    """Each item is asked for, its address begins as those of all others do, and nothing says that they are few."""
    names, source = turn_names(loop), gone_through(loop)
    if not names or source is None or in_chunks(loop) or not _may_be_many(source, site.function, 0):
        return ""
    if not _depends(site, names) or not _one_host(file, site, names):
        return ""
    return f"one request for each of {_short(file, source)}, all of them to one host"


def _short(file: File, source: Expr) -> str:
    text = " ".join(file.text(source).split())
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


_SHORT = 40


def _may_be_many(source: Expr, function: Function, depth: int) -> bool:
    """Whether a loop's source is no literal of a few, no count of turns, and nothing that somebody configured."""
    if depth > _HOPS:
        return True
    if isinstance(source, Collection):
        spread = any(isinstance(i, Other) and i.op.startswith("spread") for i in source.items)
        return spread or len(source.items) >= _MANY
    if isinstance(source, Constant):
        return False
    if isinstance(source, Call):
        name = chain(source.callee)[-1:]
        if name == ["range"]:
            return _counts_many(source)
        inner = source.callee.value if isinstance(source.callee, Member) and not source.arguments else None
        given = inner if inner is not None else source.arguments[0].value if source.arguments else None
        return given is None or set(name).isdisjoint(_VIEWS) or _may_be_many(given, function, depth + 1)
    if isinstance(source, Member):
        return not (isinstance(source.value, Name) and source.value.id in ("self", "cls"))
    if isinstance(source, Name):
        scope = binder(source.id, function)
        if scope is None or scope.kind == "module":
            return not source.id.isupper()
        bound = [v for v in (scope.index.bound.get(source.id, []) if scope.index else []) if v is not None]
        filled = any(isinstance(v, Collection) and not v.items for v in bound)
        return filled or not bound or any(_may_be_many(v, function, depth + 1) for v in bound)
    return True


def _counts_many(count: Call) -> bool:
    """`range(total)`, but not `range(3)` or `range(tries)`."""
    last = count.arguments[1 if len(count.arguments) > 1 else 0].value if count.arguments else None
    if isinstance(last, Constant):
        return isinstance(last.value, int) and last.value >= _MANY
    return not any(not _TURNS.isdisjoint(words(n.id)) for n in walk(last) if isinstance(n, Name))


_TURNS = frozenset({"tries", "retries", "retry", "attempts", "attempt"})
_HOPS = 4


def _sent(site: Site) -> Iterator[Expr]:
    """What makes one request another than the last: its address, its query, what it carries."""
    yield from (a.value for a in site.call.arguments if a.keyword in _SENT)


def _depends(site: Site, names: set[str]) -> bool:
    """Whether what is sent says something of these names, through the names of the function."""
    return not names.isdisjoint(_names_of(list(_sent(site)), site.function))


def _names_of(parts: Sequence[Node], function: Function) -> set[str]:
    """The names that expressions are made of, those that their own names were bound to included."""
    seen: set[str] = set()
    todo: list[Node] = list(parts)
    while todo:
        for name in {n.id for n in walk(todo.pop()) if isinstance(n, Name)} - seen:
            seen.add(name)
            todo += [v for v in (function.index.bound.get(name, []) if function.index else []) if v is not None]
    return seen


def _one_host(file: File, site: Site, names: set[str]) -> bool:
    """Whether an address begins with what is the same in each turn: of httpx the certificates alone are enough."""
    if (site.name or "").startswith("httpx"):
        return True
    first = beginning(file, address(site), site, names)
    if first is None:
        return True
    if isinstance(first, Call):  # `self.address_of(item)`: an object's own is of its service
        return chain(first.callee)[:1] in (["self"], ["cls"]) and len(chain(first.callee)) == 2
    return bool(chain(first)) and names.isdisjoint(_names_of([first], site.function))


def _of_pages(file: File, loop: Loop, site: Site) -> str:
    """What is sent comes of the last answer, or is counted on, and the function is asked for one thing of many."""
    own = _names_of(list(_sent(site)), site.function)
    turned = _turned(loop, site) & own
    if not turned:
        return ""
    if any(_slices(v) for name in turned for v in _values(site.function, name)):
        return "one request for each part of a list, all of them to one host" if _one_host(file, site, turned) else ""
    given = parameters(address(site), site.function) - {"?"}
    if not given:
        return ""
    return f"each page of one answer, for every {min(given)} that it is called for"


def _turned(loop: Loop, site: Site) -> set[str]:
    """The names that a turn binds to what its request answered, or counts on: `cursor = page["next"]`, `page += 1`."""
    assigns = [a for a in walk(*loop.body) if isinstance(a, Assign) and a.value is not None]
    found: set[str] = set()
    for _ in range(_HOPS):
        for assign in assigns:
            made = list(walk(assign.value))
            said = {n.id for n in made if isinstance(n, Name)}
            targets = {n.id for t in assign.targets for n in walk(t) if isinstance(n, Name)}
            goes_on = assign.op != "=" or not said.isdisjoint(found | targets)
            if goes_on or any(n is site.call for n in made):
                found |= targets
    return found


def _values(function: Function, name: str) -> list[Expr]:
    return [v for v in (function.index.bound.get(name, []) if function.index else []) if v is not None]


def _slices(value: Expr) -> bool:
    """`rest = rest[20:]`."""
    return isinstance(value, Subscript) and isinstance(value.index, Other)


def _of_a_queue(file: File, loop: Loop, site: Site) -> str:
    """`data = logs.get()` in a loop that goes on for ever, where each goes to one address."""
    endless = isinstance(loop.test, Constant) and bool(loop.test.value)
    got = [a for a in walk(*loop.body) if isinstance(a, Assign) and _takes(a.value) and a.start < site.call.start]
    names = {n.id for a in got for t in a.targets for n in walk(t) if isinstance(n, Name)}
    if not endless or not names or not _depends(site, names) or not _one_host(file, site, names):
        return ""
    return "one request for each thing that the queue brings, all of them to one host"


def _takes(value: Expr | None) -> bool:
    """`logs.get()`, `events.get(timeout=5)`."""
    callee = value.callee if isinstance(value, Call) else None
    plain = [a for a in value.arguments if a.keyword not in ("block", "timeout")] if isinstance(value, Call) else []
    return isinstance(callee, Member) and callee.attr in ("get", "get_nowait", "popleft") and not plain
