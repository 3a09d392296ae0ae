"""Whether the turns of a loop send things to one receiver, who sees them in their order."""

from collections.abc import Iterable, Iterator

from asynccost.flow.awaits import Wait
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Collection, Constant, Member, Name, Node, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words


def to_one_receiver(waits: Iterable[Wait], made: set[str], file: File) -> str:
    """The call by which every turn sends something to the same receiver; empty where there is none.

    made: the names that belong to a turn. A receiver is an argument, or a part of one, whose name says so.
    """
    table = file.knowledge.table("turns")
    for wait in waits:
        said = words(wait.name)
        if wait.kind not in ("project", "unknown", "maybe") or not isinstance(wait.node, Call):
            continue
        if not said or said[0] not in table["sends"]:
            continue
        if set(said[1:]) & set(table["not_sends"]) or _has_receiver(wait.node, made, set(table["receivers"])):
            continue
        return wait.label
    return ""


def _has_receiver(call: Call, made: set[str], receivers: set[str]) -> bool:
    names = chain(call.callee)
    if names[0] in made and len(names) > 1:
        return True
    for word, value in _given(call):
        mine = any(isinstance(n, Name) and n.id in made for n in walk(value))
        if mine and receivers & set(words(word)):
            return True
    return False


def _given(call: Call) -> Iterator[tuple[str, Node]]:
    """Every argument under each name that it has: its keyword, its key, its own last name and its first."""
    for argument in call.arguments:
        if argument.keyword:
            yield argument.keyword, argument.value
        yield from _named(argument.value)


def _named(value: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(value, Collection) and value.kind == "dict":
        for key, item in zip(value.keys, value.items, strict=False):
            if isinstance(key, Constant):
                yield str(key.value), item
            yield from _named(item)
    for node in walk(value):
        if isinstance(node, Member):
            yield node.attr, node
        elif isinstance(node, Subscript) and isinstance(node.index, Constant):
            yield str(node.index.value), node
        elif isinstance(node, Name):
            yield node.id, node
