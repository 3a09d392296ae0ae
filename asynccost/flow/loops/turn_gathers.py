"""What the turns of a loop gather together: a list, a set or an object that each of them adds to."""

import re
from collections.abc import Callable, Iterator

from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, values, within
from asynccost.flow.tree import (
    Call,
    Closure,
    Collection,
    Comprehension,
    Do,
    Expr,
    Function,
    Member,
    Name,
    Other,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, verb

_APPENDS = frozenset({"append", "extend", "insert", "push", "unshift", "splice", "appendleft"})
_SETTER = re.compile(r"set[A-Z]\w*$")


def list_handed(call: Call, function: Function, made: set[str]) -> str:
    """A list of the function's own that every turn hands to what it waits for: it is there to be filled."""
    return next((name for name, _ in _handed(call, function, made, _empty_list)), "")


def _empty_list(value: Expr | None) -> bool:
    if isinstance(value, Collection):
        return value.kind == "list" and not value.items
    return isinstance(value, Call) and chain(value.callee)[-1] == "list" and not value.arguments


def shared(call: Call, function: Function, made: set[str]) -> str:
    """A set, or a dict that began empty, which every turn hands on: what has been seen by then."""
    own = (name for name, scope in _handed(call, function, made, _gathers) if scope.kind != "module")
    return next(own, "")


def _handed(
    call: Call, function: Function, made: set[str], fits: Callable[[Expr | None], bool]
) -> Iterator[tuple[str, Function]]:
    """The names that a call is handed, the turn's own aside, all of whose values fit, with where they are bound."""
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Name) and value.id not in made and not argument.star:
            scope = binder(value.id, function)
            if scope is not None and (bound := values(value.id, scope)) and all(map(fits, bound)):
                yield value.id, scope


def _gathers(value: Expr | None) -> bool:
    if isinstance(value, Comprehension):
        return value.kind == "set"
    if isinstance(value, Collection):
        return value.kind == "set" or (value.kind == "dict" and not value.items)
    if isinstance(value, Call):
        word = chain(value.callee)[-1]
        return word in ("set", "Set") or (word in ("dict", "Map", "defaultdict") and not value.arguments)
    return False


def left_by(function: Function, file: File, depth: int) -> str:
    """A list beyond a function that it, or what it calls in its file, appends to."""
    for one in within(function, file):
        for call in one.index.calls if one.index else ():
            if name := _appended(call, one, function):
                return name
            called = local_function(call.callee, one, file) if depth else None
            inner = called is None or called is function or called.scope is one
            if called is not None and not inner and (name := left_by(called, file, depth - 1)):
                return name
    return ""


def _appended(call: Call, here: Function, outermost: Function) -> str:
    callee = call.callee
    if isinstance(callee, Member) and callee.attr in _APPENDS and isinstance(call.parent, Do):
        names = chain(callee.value)
        scope = binder(names[0], here)
        mine = scope is not None and outermost.start <= scope.start and scope.end <= outermost.end
        return "" if mine and names[0] not in ("self", "this") else ".".join(names)
    if isinstance(callee, Name) and _SETTER.match(callee.id) and _grows(call):
        return callee.id
    return ""


def _grows(call: Call) -> bool:
    """`setFiles((files) => [...files, file])`, `setFiles((files) => files.concat(file))`."""
    update = call.arguments[0].value if len(call.arguments) == 1 else None
    if not isinstance(update, Closure):
        return False
    for node in walk(*update.function.body):
        value = node.value if isinstance(node, Return) else None
        if isinstance(value, Collection) and value.kind == "list":
            return any(isinstance(i, Other) and i.op == "spread" for i in value.items)
        if isinstance(value, Call) and chain(value.callee)[-1] == "concat":
            return True
    return False


def fed(calls: list[Call], made: set[str], file: File) -> str:
    """An object of all turns to which one wait of a turn adds, and which another asks; "" where there is none."""
    for call in calls:
        names = chain(call.callee)
        root = names[0]
        changes = verb(names[-1], file.knowledge) in ("add", "write")
        if len(names) < 2 or root in made or root in ("self", "this", "") or not changes:
            continue
        others = (c for c in calls if c is not call)
        if any(_asks(other, root, file) for other in others):
            return root
    return ""


def _asks(call: Call, name: str, file: File) -> bool:
    """Whether a call is handed an object, or asks it something."""
    names = chain(call.callee)
    handed = any(isinstance(n, Name) and n.id == name for a in call.arguments for n in walk(a.value))
    return (handed or names[0] == name) and verb(names[-1], file.knowledge) == "read"
