"""What ties a loop's turns together, in the code around it: a list filled in order, an attribute set for one turn."""

import re
from collections.abc import Iterator, Sequence

from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function
from asynccost.flow.sharing import answers_from_cache
from asynccost.flow.touches import touches
from asynccost.flow.tree import Await, Call, Collection, Comprehension, Function, Loop, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

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
