"""A container that a loop's turns fill under keys of their own, and look into under others."""

from collections.abc import Sequence

from asynccost.flow.file import File
from asynccost.flow.tree import Argument, Assign, Await, Call, Closure, Drop, Member, Name, Node, Other, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, root

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
