"""Whether an async function lets errors out, and where an error that nobody catches does harm."""

from collections.abc import Iterable

from asynccost.flow.around import above, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import local_function, within
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Raise,
    Switch,
    Try,
    With,
)
from asynccost.flow.waits.side import serves
from asynccost.flow.words import chain, last_word

_DEPTH = 4
_ALL = frozenset({"Exception", "BaseException"})


def failing(file: File, function: Function, depth: int = 0) -> bool:
    """Whether an async function awaits something that may fail where nothing catches it."""
    if function.index is None or depth > _DEPTH:
        return True
    return any(lets_out(file, wait, function, depth) for wait in function.index.awaits)


def uncaught_callees(file: File, function: Function) -> list[Expr | None]:
    """What an async function calls, awaits and lets fail; None for an await of anything but a call."""
    waits = function.index.awaits if function.index else []
    out = [wait.value for wait in waits if lets_out(file, wait, function, 0)]
    return [value.callee if isinstance(value, Call) else None for value in out]


def lets_out(file: File, wait: Await, function: Function, depth: int) -> bool:
    """Whether what is awaited may fail, and nothing in its function catches it."""
    return not (is_caught(wait) or catches_answer(wait.value) or _harmless(file, wait.value, function, depth))


def is_caught(node: Node) -> bool:
    """Whether a node stands in a try whose handler swallows, in its finally, or in a handler itself."""
    below = node
    for up in above(node):
        if isinstance(up, Handler) or (isinstance(up, With) and any(suppresses(i.value) for i in up.items)):
            return True
        within = isinstance(up, Try) and up.handlers and not any(below is s for s in up.orelse)
        if within and isinstance(up, Try) and not any(_raises(h.body) for h in up.handlers if not _stops(h)):
            return True
        below = up
    return False


def _stops(handler: Handler) -> bool:
    """`except asyncio.CancelledError:`: what it raises again is no error."""
    return handler.types is not None and chain(handler.types)[-1] == "CancelledError"


def suppresses(expr: Expr) -> bool:
    """Whether a `with` swallows all that fails in it: `with suppress(Exception):`."""
    names = chain(expr.callee) if isinstance(expr, Call) else []
    given = [chain(a.value)[-1] for a in expr.arguments if isinstance(a.value, Name)] if isinstance(expr, Call) else []
    return names[-1:] == ["suppress"] and not _ALL.isdisjoint(given)


def _raises(body: Iterable[Node]) -> bool:
    """Whether a handler throws again, on any of its ways."""
    for statement in body:
        if isinstance(statement, Raise):
            return True
        if isinstance(statement, If) and (_raises(statement.body) or _raises(statement.orelse)):
            return True
        if isinstance(statement, (Loop, With)) and _raises(statement.body):
            return True
        if isinstance(statement, Switch) and any(_raises(c.body) for c in statement.cases):
            return True
        if isinstance(statement, Try) and any(_raises(h.body) for h in statement.handlers):
            return True
    return False


def catches_answer(value: Node) -> bool:
    """Whether a promise sees to its own errors: `f().catch(g)`, `f().then(g, h)`, `Promise.allSettled(...)`."""
    while isinstance(value, Call) and isinstance(value.callee, Member):
        attr = value.callee.attr
        if attr == "catch" or attr == "allSettled" or (attr == "then" and len(value.arguments) > 1):
            return True
        if attr not in ("then", "finally"):
            return False
        value = value.callee.value
    return False


def _harmless(file: File, value: Node, function: Function, depth: int) -> bool:
    if isinstance(value, Constant):
        return True
    if not isinstance(value, Call):
        return False
    callee = value.callee
    name = last_word(callee)
    if name == "gather" and any(a.keyword == "return_exceptions" for a in value.arguments):
        return True
    if name in _BODIES and _is_caught_answer(callee, function):
        return True
    if name in file.knowledge.table("tasks")["floating"]["harmless"]:
        return True
    if name == "Promise" and value.new:
        return never_rejects(file, value)
    if name in _TOGETHER and chain(callee) == ["Promise", name]:
        given = value.arguments[0].value if len(value.arguments) == 1 else None
        parts = given.items if isinstance(given, Collection) else []
        return bool(parts) and all(catches_answer(p) or _harmless(file, p, function, depth + 1) for p in parts)
    if name in file.knowledge.table("tasks")["floating"]["exclusive"]:
        inside = [a.value.function for a in value.arguments if isinstance(a.value, Closure)]
        return bool(inside) and not any(failing(file, one, depth + 1) for one in inside)
    inner = local_function(callee, function, file)
    return inner is not None and inner is not function and inner.is_async and not failing(file, inner, depth + 1)


_BODIES = frozenset({"text", "blob", "arrayBuffer"})
_TOGETHER = frozenset({"all", "race"})


def _is_caught_answer(callee: Node, function: Function) -> bool:
    """`const answer = await fetch(url).catch(() => null); await answer.text()`: what could fail has been caught."""
    holder = callee.value if isinstance(callee, Member) else None
    made = function.index.bound.get(holder.id, []) if isinstance(holder, Name) and function.index else []
    return bool(made) and all(isinstance(v, Await) and catches_answer(v.value) for v in made)


def never_rejects(file: File, value: Node) -> bool:
    """`new Promise((resolve) => channel.once(id, resolve))`: nothing calls a reject, so it cannot fail."""
    if not (isinstance(value, Call) and value.new and isinstance(value.callee, Name) and value.callee.id == "Promise"):
        return False
    executor = value.arguments[0].value if value.arguments else None
    if not isinstance(executor, Closure):
        return False
    if len(executor.function.params) < 2:
        return True
    reject = executor.function.params[1].name
    inner = (one.index for one in within(executor.function, file) if one.index)
    return not any(name.id == reject for index in inner for name in index.names)


def floats(file: File, function: Function) -> list[str]:
    """What a JavaScript function that other files can call lets fail, if it is an async one of a server."""
    waits = function.is_async and not function.is_generator and bool(function.name)
    top = function.owner is not None or (function.scope is not None and function.scope.kind == "module")
    shown = waits and top and file.language == "javascript" and file.memo(serves)
    return lets(file, function) if shown else []


def lets(file: File, function: Function) -> list[str]:
    """The names of what an async function lets fail: as they resolve, or the last part alone, or "" for no call."""
    called = uncaught_callees(file, function)
    return [file.resolve(c, function) or f".{chain(c)[-1]}" if c is not None else "" for c in called]


def leans_on_answers(file: File, function: Function) -> bool:
    """Whether a function asks an answer that it awaited for a part: who catches its own errors may answer nothing."""
    named: set[str] = set()
    for wait in function.index.awaits if function.index else ():
        use = use_of(wait)
        if use.kind == "receiver":
            return True
        kept = use.node.targets if isinstance(use.node, Assign) else ()
        named.update(target.id for target in kept if isinstance(target, Name))
        if any(isinstance(target, Collection) for target in kept):
            return True
    names = (n for inner in within(function, file) if inner.index for n in inner.index.names)
    return any(n.id in named and isinstance(n.parent, Member) and n.parent.value is n for n in names)


def quiet(file: File, function: Function) -> bool:
    """Whether a function is an async one that waits for something and lets no error out."""
    waits = function.is_async and bool(function.name) and function.index is not None and bool(function.index.awaits)
    return waits and not failing(file, function)
