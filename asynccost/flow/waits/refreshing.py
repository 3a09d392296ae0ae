"""Functions of a page that only read: when one fails, what it asks for is missing, and no work is lost.

What a function leaves set where it fails half way: `setLoading(true)` that only its last line takes back.
"""

from asynccost.flow.around import above
from asynccost.flow.tree import (
    Assign,
    Call,
    Constant,
    Function,
    Member,
    Name,
    Node,
    Try,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_READS = frozenset({"fetch", "load", "reload", "refresh", "refetch", "get", "list", "query", "retrieve", "read"})
_MAY_READ = frozenset({"update", "sync", "init", "check"})
_WRITES = frozenset({
    "save", "create", "delete", "remove", "post", "put", "patch", "insert", "upsert", "submit", "publish", "mutate",
    "write", "store", "upload", "send", "persist", "rename", "approve", "add", "register", "enroll", "start", "stop",
})  # fmt: skip
_HANDED = frozenset({"post", "put", "patch", "delete"})  # by a client; words of a state's own methods say other things
_ASKED = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BUSY = frozenset({"loading", "busy", "pending", "spinner", "progress", "fetching", "saving"})


def reads(function: Function) -> bool:
    """Whether a function asks for something, and nothing of it says that it changes anything elsewhere."""
    first = words(function.name)[:1]
    if not first or first[0] not in _READS | _MAY_READ:
        return False
    asked = [_said(node) for node in walk(*function.body) if isinstance(node, Call)]
    every = (node.value for node in walk(*function.body) if isinstance(node, Constant))
    values = {value.upper() for value in every if isinstance(value, str)}
    if not _ASKED.isdisjoint(values) or any(_changes(said) for said in _awaited(function)):
        return False
    return first[0] in _READS or "GET" in values or any(said[:1] and said[0] in _READS for said in asked)


def _awaited(function: Function) -> list[tuple[str, ...]]:
    values = [wait.value for wait in function.index.awaits] if function.index else []
    return [_said(node) for value in values for node in walk(value) if isinstance(node, Call)]


def _said(call: Call) -> tuple[str, ...]:
    return tuple(words(chain(call.callee)[-1]))


def _changes(said: tuple[str, ...]) -> bool:
    return bool(said) and (said[0] in _WRITES or said[-1] in _HANDED)


# ------------------------------------------------------------- what stays set


def leaves_set(function: Function) -> str:
    """What a function sets before it waits, and takes back only where nothing fails: `loading`; "" for nothing."""
    waits = function.index.awaits if function.index else []
    if any(_BUSY.intersection(words(chain(one)[-1])) for one in map(_called, function.decorators)):
        return "the state of loading"
    for wait in waits[:1]:
        if any(isinstance(up, Try) and up.final and up.start <= wait.start for up in above(wait)):
            return ""
        for node in walk(*function.body):
            if node.end <= wait.start and (name := _set(node)):
                return name
    return ""


def _called(node: Node) -> Node:
    return node.callee if isinstance(node, Call) else node


def _set(node: Node) -> str:
    """What a statement sets to true, by its name: `setLoading(true)`, `this.loading = true`, `commit("busy", true)`."""
    if isinstance(node, Assign) and isinstance(node.value, Constant) and node.value.value is True:
        target = node.targets[0] if node.targets else None
        names = [name for name in chain(target) if name != "value"] if isinstance(target, (Name, Member)) else []
        return names[-1] if names and not node.declares else ""
    if isinstance(node, Call) and any(_is_true(argument.value) for argument in node.arguments):
        name = chain(node.callee)[-1]
        if name in ("commit", "dispatch"):
            return "a state"
        return name[3:4].lower() + name[4:] if words(name)[:1] == ("set",) and name[3:] else ""
    return ""


def _is_true(value: Node) -> bool:
    return isinstance(value, Constant) and value.value is True
