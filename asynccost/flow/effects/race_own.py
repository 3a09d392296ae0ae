"""Writes that no older answer spoils: they go under a key of their own, or carry what they belong to."""

from asynccost.flow.around import above
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import root_name
from asynccost.flow.reach import binder, values
from asynccost.flow.tree import (
    Assign,
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
    Subscript,
)
from asynccost.flow.words import word_of


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


def own_key(node: Node, function: Function, effect: Effect) -> bool:
    """Whether a write goes under a key of its own, or to the item that is found by it.

    `setAll(all => ({...all, [id]: answer}))`, `all.value = {...all.value, [id]: answer}`, `next.set(id, answer)` of a
    Map that is copied; `all.value[at].text = answer` where `at` was found by a key.
    """
    if isinstance(node, Assign):
        return _makes_entry(node.value) or any(_found_by_key(target, function, effect) for target in node.targets)
    if not isinstance(node, Call) or not node.arguments:
        return False
    update = node.arguments[0].value
    index = update.function.index if isinstance(update, Closure) else None
    if index is None:
        return False
    if any(_makes_entry(returned.value) for returned in index.returns):
        return True
    if any(_looks_for_key(c, effect) for c in index.calls):
        return True
    entries = [c for c in index.calls if isinstance(c.callee, Member) and c.callee.attr == "set"]
    return any(len(c.arguments) == 2 and not isinstance(c.arguments[0].value, Constant) for c in entries)


def _makes_entry(value: Node | None) -> bool:
    """`{...all, [id]: answer}`."""
    return any(key is not None and not isinstance(key, Constant) for key in getattr(value, "keys", []))


_LOOKS = frozenset({"find", "findIndex", "findLast", "findLastIndex", "map"})


def _found_by_key(target: Node, function: Function, effect: Effect) -> bool:
    """`rows.value[at].text`, where `at` is what `findIndex((one) => one.key === key)` has found."""
    while isinstance(target, Member):
        target = target.value
    at = target.index if isinstance(target, Subscript) else None
    made = values(at.id, function) if isinstance(at, Name) else []
    return bool(made) and all(isinstance(value, Call) and _looks_for_key(value, effect) for value in made)


def _looks_for_key(call: Call, effect: Effect) -> bool:
    """`all.find((one) => one.key === key)`, `all.map((one) => one.key === key ? {...one, answer} : one)`.

    The key stays that of the run: Vue, Solid and Svelte read what stands in the component as it is by then.
    """
    given = call.arguments[0].value if len(call.arguments) == 1 else None
    if not isinstance(call.callee, Member) or call.callee.attr not in _LOOKS or not isinstance(given, Closure):
        return False
    looking = given.function
    for name in looking.index.names if looking.index is not None else ():
        up = name.parent
        if not isinstance(up, Other) or up.op not in _EQUALS or len(up.parts) != 2:
            continue
        home = binder(name.id, looking)
        other = next(part for part in up.parts if part is not name)
        stays = effect.framework == "React" or home is not effect.scope
        if home is not None and home is not looking and stays and _is_of(other, looking):
            return True
    return False


def _is_of(part: Node, looking: Function) -> bool:
    """Whether an expression is a part of what a callback is handed: `one.key`."""
    return isinstance(part, Member) and binder(root_name(part), looking) is looking
