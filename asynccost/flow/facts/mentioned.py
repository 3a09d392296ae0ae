"""Which functions of the project a function mentions as values, and so may hand on or keep."""

import re

from asynccost.flow.file import File
from asynccost.flow.tree import Closure, Function, Member


def registered(file: File, function: Function) -> list[str]:
    """The names of functions of this project that are mentioned as values: handed on as callbacks or stored."""
    if function.index is None:
        return []
    called = {id(call.callee) for call in function.index.calls}
    known = file.memo(_asked_names)
    found = set()
    for name in function.index.names:
        holder = name.parent if isinstance(name.parent, Member) else name
        last = holder.attr if isinstance(holder, Member) else name.id
        if id(holder) in called or isinstance(name.parent, Closure):
            continue
        if last not in known:
            known[last] = last in file.memo(_plain_names) or _is_inside(file, last)
        if not known[last]:
            continue
        ref = file.resolve(holder, function)
        if ref and not ref.endswith("()") and file.names.function(ref) is not None:
            found.add(ref)
    return sorted(found)


def _asked_names(_: File) -> dict[str, bool]:
    """Whether a function of the file may be mentioned by a name, its own or one that a closure is bound to."""
    return {}


def _plain_names(file: File) -> frozenset[str]:
    """The names of the functions that stand in no body that waits, or did."""
    outer = file.module.outer
    closures = (name for function in outer if function.late is None for name in _closures(function))
    return frozenset((*(function.name for function in outer), *closures))


def _is_inside(file: File, last: str) -> bool:
    source, known, word = file.module.source, file.memo(_inner_names), last.encode()
    for function in file.memo(_nests):
        if source.find(word, function.start, function.end) < 0:
            continue
        if id(function) not in known:
            function.wake()
            parts = (function, *function.inner)
            known[id(function)] = {f.name for f in function.inner}.union(*map(_closures, parts))
        if last in known[id(function)]:
            return True
    return False


def _nests(file: File) -> list[Function]:
    """The functions that wait, or did, and in whose bodies others may be written."""
    source, waited = file.module.source, (f for f in file.module.outer if f.late is not None)
    return [f for f in waited if _INNER.search(source, f.body_start, f.end)]


def _inner_names(_: File) -> dict[int, set[str]]:
    """The names of the functions written in a body that waited, and of closures bound there."""
    return {}


_INNER = re.compile(rb"\b(?:def|lambda)\b")


def _closures(function: Function) -> set[str]:
    """The names that a function binds to closures."""
    bound = function.index.bound if function.index else {}
    return {name for name, values in bound.items() if any(value.__class__ is Closure for value in values)}
