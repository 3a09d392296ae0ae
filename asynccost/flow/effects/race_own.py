"""Writes that no older answer spoils: they go under a key of their own, or carry what they belong to."""

from asynccost.flow.around import above
from asynccost.flow.effects.state import root_name
from asynccost.flow.effects.targets import word_of
from asynccost.flow.tree import (
    Call,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
)


def carries_key(write: Node, keys: set[str]) -> bool:
    """Whether the key is written beside the answer: `setLoaded({id, answer})` can be checked when it is shown."""
    value = write.arguments[0].value if isinstance(write, Call) and write.arguments else None
    if not isinstance(value, Collection) or value.kind != "dict":
        return False
    roots = {key.partition(".")[0] for key in keys}
    return any(isinstance(i, (Name, Member)) and root_name(i) in roots for i in value.items)


_EQUALS = ("===", "==", "!==", "!=")


def of_one_kind(write: Node, function: Function, target: str) -> bool:
    """Whether what is asked for chooses the state: `if (kind === "site") setSites(answer); else setFeeds(answer)`."""
    below, given = write, {p.name for p in function.params}
    for up in above(write):
        if isinstance(up, If) and below is not up.test and up.orelse and _asks_kind(up.test, given):
            calls = function.index.calls if function.index else []
            return [c for c in calls if word_of(c) == target] == [write]
        below = up
    return False


def _asks_kind(test: Expr, given: set[str]) -> bool:
    if not isinstance(test, Other) or test.op not in _EQUALS:
        return False
    names = [n for n in test.parts if isinstance(n, Name) and n.id in given]
    return len(names) == 1 and any(isinstance(n, Constant) for n in test.parts)


def own_key(node: Node) -> bool:
    """Whether a write goes under a key of its own: `setAll(all => ({...all, [id]: answer}))`.

    So does `next.set(id, answer)` of a Map that is copied.
    """
    if not isinstance(node, Call) or not node.arguments:
        return False
    update = node.arguments[0].value
    index = update.function.index if isinstance(update, Closure) else None
    if index is None:
        return False
    for returned in index.returns:
        keys = getattr(returned.value, "keys", [])
        if any(k is not None and not isinstance(k, Constant) for k in keys):
            return True
    entries = [c for c in index.calls if isinstance(c.callee, Member) and c.callee.attr == "set"]
    return any(len(c.arguments) == 2 and not isinstance(c.arguments[0].value, Constant) for c in entries)
