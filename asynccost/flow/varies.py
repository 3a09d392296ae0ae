"""Whether a value may differ from one call of a function to the next."""

from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import (
    Argument,
    Await,
    Bind,
    Call,
    Choice,
    Closure,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Other,
    Param,
    Subscript,
    Yield,
)

_SELF = frozenset({"self", "cls", "this"})
_SETTINGS = frozenset(
    {"settings", "config", "cfg", "conf", "env", "app", "hass", "bot", "logger", "app_config", "app_settings"}
)
_REQUEST = ("flask.request", "quart.request", "next/headers:", "bottle.request", "flask.session", "flask.g")
_DEPTH = 8


def varies(file: File, expr: Expr | None, function: Function, depth: int = 0) -> str | None:
    """What a value depends on that changes from call to call, in a word or two; None where nothing is seen."""
    if expr is None or depth > _DEPTH or isinstance(expr, Constant):
        return None
    if isinstance(expr, Name):
        return _name(file, expr, function, depth)
    if isinstance(expr, Member):
        return None if _is_shared(expr) else varies(file, expr.value, function, depth + 1)
    if isinstance(expr, Await):
        return "what it waits for"
    if isinstance(expr, Yield):
        return "what it is sent"
    if isinstance(expr, Call):
        return _call(file, expr, function, depth)
    if isinstance(expr, Closure):
        return _closure(file, expr, function, depth)
    return next((found for part in _parts(expr) if (found := varies(file, part, function, depth + 1))), None)


def _is_shared(expr: Member) -> bool:
    """`request.app.state.settings` belongs to the application, not to the request."""
    return expr.attr == "app" or (isinstance(expr.value, Member) and _is_shared(expr.value))


def _name(file: File, name: Name, function: Function, depth: int) -> str | None:
    if name.id in _SELF:
        return None
    scope = binder(name.id, function)
    if scope is None or scope.kind == "module":
        ref = file.resolve(name, function) or ""
        return name.id if ref.startswith(_REQUEST) else None
    for param in scope.params:
        if param.name == name.id:
            return None if _is_settings(param) else name.id
    for value in scope.index.bound.get(name.id, ()) if scope.index else ():
        if value is None or varies(file, value, scope, depth + 1):
            return name.id
    return None


def _is_settings(param: Param) -> bool:
    return param.name in _SETTINGS


def _call(file: File, call: Call, function: Function, depth: int) -> str | None:
    ref = file.resolve(call.callee, function) or ""
    if ref.startswith(_REQUEST):
        return f"{ref.rpartition(':')[2].rpartition('.')[2]}()"
    from asynccost.flow.clients import clients

    options = clients(file).options
    parts: list[Expr] = [a.value for a in call.arguments if a.keyword not in options]
    if isinstance(call.callee, Member):
        parts.append(call.callee.value)
    return next((found for part in parts if (found := varies(file, part, function, depth + 1))), None)


def parameters(expr: Expr | None, function: Function) -> set[str]:
    """The parameters of a function that a value is made from, through local names; "?" for what is not seen."""
    found: set[str] = set()
    seen: set[str] = set()
    todo: list[Expr | None] = [expr]
    names = function.index.names if function.index else []
    own = {p.name: p for p in function.params}
    while todo:
        part = todo.pop()
        if part is None or isinstance(part, (Await, Yield)):
            found.add("?")
            continue
        for name in names:
            if not (part.start <= name.start and name.end <= part.end) or name.id in seen or name.id in _SELF:
                continue
            seen.add(name.id)
            if name.id in own:
                found |= set() if _is_settings(own[name.id]) else {name.id}
            elif function.index and name.id in function.index.bound:
                todo += function.index.bound[name.id]
    return found


def _closure(file: File, closure: Closure, function: Function, depth: int) -> str | None:
    inner = closure.function
    for name in inner.index.names if inner.index else ():
        if name.id not in inner.bindings and (found := varies(file, name, function, depth + 1)):
            return found
    return None


def _parts(expr: Node) -> list[Expr | None]:
    if isinstance(expr, (Argument, Bind)):
        return [expr.value]
    if isinstance(expr, Subscript):
        return [expr.value, expr.index]
    if isinstance(expr, Choice):
        return [expr.test, *expr.options]
    if isinstance(expr, Collection):
        return [*expr.keys, *expr.items]
    if isinstance(expr, Comprehension):
        return [clause.iter for clause in expr.clauses]
    return list(expr.parts) if isinstance(expr, Other) else []
