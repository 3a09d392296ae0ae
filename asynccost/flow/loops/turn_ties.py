"""What ties a loop's turns together, in the code around it: a list filled in order, an attribute set for one turn.

A container that a loop's turns fill under keys of their own, and look into under others.

What the functions that a loop awaits leave behind for its next turn: a shared memo, a look before a write.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from asynccost.flow.file import File
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.reach import binder, local_function
from asynccost.flow.remembering import answers_from_cache
from asynccost.flow.touches import MUTATORS, Touches, touches
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Call,
    Closure,
    Collection,
    Comprehension,
    Drop,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, root, words

_STREAMS = re.compile(rb"\b(?:controller|ctrl)\.enqueue\(|\bres(?:ponse)?\.write\(")
_OWN = frozenset({"self", "this"})


def ties(loop: Loop | Comprehension, file: File, function: Function) -> str:
    """A doubt of a loop whose turns may hang together; "" where nothing shows one."""
    body = loop.body if isinstance(loop, Loop) else [loop.element]
    calls = [n.value for n in walk(*body) if isinstance(n, Await) and isinstance(n.value, Call)]
    if name := next(filter(None, map(asks_somebody, calls)), ""):
        return f"{name}() waits for somebody, who answers one question after another"
    if name := next(_collected(calls, loop, function), ""):
        return f"each turn adds to {name}, whose order may count"
    if _STREAMS.search(file.module.source, loop.start, loop.end):
        return "each turn writes to one stream, whose parts have an order"
    if key := _set_for_a_turn(body):
        return f"each turn sets {key} for what it waits for"
    if name := _remembered(calls, file, function):
        return f"{name}() remembers what it has asked, and two turns may ask the same"
    return ""


_QUESTIONS = frozenset({"input", "getpass", "readline", "confirm", "prompt_async", "ask_async", "unsafe_ask_async"})


def asks_somebody(call: Call) -> str:
    """What a call asks at a keyboard with, itself or in a thread: `to_thread(input, text)`; "" where it asks nobody."""
    given = [a.value.id for a in call.arguments if isinstance(a.value, Name)]
    return next((name for name in (chain(call.callee)[-1], *given[:1]) if name in _QUESTIONS), "")


def _collected(calls: Sequence[Call], loop: Loop | Comprehension, function: Function) -> Iterator[str]:
    """The lists begun before a loop that an awaited call is handed: `await convert(part, parts)`."""
    for argument in (a for call in calls for a in call.arguments):
        value = argument.value
        scope = binder(value.id, function) if isinstance(value, Name) else None
        if not isinstance(value, Name) or scope is None or scope.index is None:
            continue
        for bound in scope.index.bound.get(value.id, ()):
            if isinstance(bound, Collection) and bound.kind == "list" and not bound.items and bound.end <= loop.start:
                yield value.id


def _set_for_a_turn(body: Sequence[Node]) -> str:
    """An attribute of the object that a turn sets before it waits and reads afterwards."""
    said = touches(list(body))
    for key, writes in sorted(said.writes.items()):
        reads = said.reads.get(key, [])
        if key.partition(".")[0] in _OWN and reads and any(min(writes) < a < max(reads) for a in said.awaits):
            return key
    return ""


def _remembered(calls: Sequence[Call], file: File, function: Function) -> str:
    """A function of this file that returns what it remembers before it waits."""
    for call in calls:
        inner = local_function(call.callee, function, file)
        first = min((a.start for a in inner.index.awaits), default=0) if inner is not None and inner.index else 0
        if inner is None or inner is function or inner.index is None or not first:
            continue
        wait = next((c for c in inner.index.calls if c.start >= first), None)
        if wait is not None and answers_from_cache(file, inner, wait):
            return inner.name
    return ""


_COUNTS = frozenset({"len", "print", "log", "info", "debug", "warn", "warning", "error", "bool", "isinstance"})


def looked_into(body: Sequence[Node], made: set[str], file: File) -> str:
    """A container that one turn fills and the next one reads, before its last await, as a whole or by another key."""
    nodes = deep(body)
    last = max((n.end for n in nodes if isinstance(n, Await)), default=0)
    filled: dict[str, set[str]] = {}
    stores = [t for n in nodes if isinstance(n, (Assign, Drop)) for t in n.targets if isinstance(t, Subscript)]
    for store in stores:
        base = root(store.value)
        if isinstance(base, Name) and base.id not in made and store.index is not None:
            filled.setdefault(file.text(store.value), set()).add(file.text(store.index))
    for node in nodes:
        if not isinstance(node, (Name, Member)) or node.start >= last or any(s.value is node for s in stores):
            continue
        keys = filled.get(file.text(node))
        if keys is not None and _meets(node, keys, file):
            return file.text(node)
    return ""


def _meets(read: Name | Member, keys: set[str], file: File) -> bool:
    """Whether a read of a container may meet what another turn stored."""
    up = read.parent
    if isinstance(up, Subscript) and up.value is read:
        return up.index is not None and file.text(up.index) not in keys
    if isinstance(up, Member):  # `found.get(key)`, `found.length`
        call = up.parent
        if not (isinstance(call, Call) and call.callee is up and call.arguments):
            return False
        return up.attr in ("get", "has", "pop") and file.text(call.arguments[0].value) not in keys
    if isinstance(up, Argument) and isinstance(up.parent, Call):
        return chain(up.parent.callee)[-1] not in _COUNTS
    return not isinstance(up, Other)  # `key in found`


def looked_at_through(body: Sequence[Node], made: set[str], file: File, function: Function) -> str:
    """A container that a turn changes and looks at by a function beside the loop: `rows.filter(isLeft)`."""
    nodes = deep(body)
    changed = {
        n.callee.value.id
        for n in nodes
        if isinstance(n, Call) and isinstance(n.callee, Member) and n.callee.attr in MUTATORS
        if isinstance(n.callee.value, Name) and n.callee.value.id not in made
    }
    for name in (n for n in nodes if changed and isinstance(n, Name) and n.id not in changed):
        inner = local_function(name, function, file)
        if inner is None or inner.scope is None or inner.scope.kind == "module" or inner.index is None:
            continue
        for read in inner.index.names:
            if read.id in changed - set(inner.bindings) and not _is_change(read):
                return read.id
    return ""


def _is_change(name: Name) -> bool:
    up = name.parent
    return isinstance(up, Member) and up.attr in MUTATORS and isinstance(up.parent, Call) and up.parent.callee is up


def deep(body: Sequence[Node]) -> list[Node]:
    """Every node of some code, those of its closures too."""
    found: list[Node] = []
    stack: list[Node] = list(body)
    while stack:
        for inner in walk(stack.pop()):
            found.append(inner)
            if isinstance(inner, Closure):
                stack += inner.function.body
    return found


_LOOKS = frozenset({"get", "find", "search", "query", "lookup", "select", "exists", "has", "fetch", "list", "first"})
_ADDS = frozenset({"insert", "create", "add", "upsert", "append", "push"})


def memo_of(body: Sequence[Node], file: File, function: Function) -> str:
    """A variable of the code around that an awaited local function asks before its await and fills after it."""
    for node in walk(*body):
        if not (isinstance(node, Await) and isinstance(node.value, Call)):
            continue
        inner = local_function(node.value.callee, function, file)
        if inner is not None and inner.index is not None and inner.index.awaits and inner is not function:
            name = _filled(inner)
            if name:
                return name
    return ""


def _filled(inner: Function) -> str:
    said = touches(list(inner.body), set(inner.bindings))
    for key in sorted({*said.writes, *said.mutations}):
        base = key.partition(".")[0]
        scope = None if base in inner.bindings or base in ("self", "this") else binder(base, inner)
        if scope is not None and scope.kind != "module" and _after_await(key, said):
            return key
    return ""


def _after_await(key: str, said: Touches) -> bool:
    """Whether an await stands between a look at something and a later change of it."""
    reads = said.reads.get(key, [])
    changes = [*said.writes.get(key, []), *said.mutations.get(key, [])]
    return bool(reads and changes) and any(min(reads) < a < max(changes) for a in said.awaits)


def looks_and_adds(rows: Iterable[Sequence[str]], near: str, project: Project) -> str:
    """A function of the project that looks for something in a store and adds it there if it is missing."""
    for kind, label, ref, *_ in rows:
        made = project.names.find(ref, near) if ref and kind == "project" else None
        if made is not None and _upserts(made):
            return label
    return ""


def _upserts(made: Def) -> bool:
    looked: dict[str, int] = {}
    for at, (kind, label, *_) in enumerate(made.facts["waits"]):
        store, _, last = label.rpartition(".")
        said = words(last)[:1]
        if not store or kind in ("reads", "writes", "message", "ordered"):
            continue
        if said and said[0] in _LOOKS:
            looked.setdefault(store, at)
        elif said and said[0] in _ADDS and store in looked:
            return True
    return False
