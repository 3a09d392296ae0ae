"""What a call hands in: the values of its callee's parameters, where its arguments or their defaults are literals."""

from asynccost.flow.conditions import UNKNOWN, Known, Told, Value, times_set, value
from asynccost.flow.file import File
from asynccost.flow.tree import (
    Call,
    Choice,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Param,
    Subscript,
)

_LEFT_OUT = None  # `undefined`


def handed(file: File, call: Call, by: File, caller: Function, function: Function, outer: Known) -> dict[str, Value]:
    """The values of those parameters of a function that a call decides, and that the function sets nowhere else.

    file: the function's; by: the caller's. outer: what is known of the caller's own parameters.
    """
    if any(argument.star for argument in call.arguments) or function.index is None:
        return {}
    if file.language == "javascript":
        if any(name.id == "arguments" for name in function.index.names):
            return {}
        said = _by_place(file, call, by, caller, function, outer)
    elif (params := _open(call, function)) is not None:
        said = _by_name(file, call, by, caller, function, params, outer)
    else:
        return {}
    return {name: one for name, one in said.items() if one is not UNKNOWN and _stays(file, function, name, one)}


def leaves_out(call: Call, function: Function, name: str) -> bool:
    """Whether a call hands in nothing for a parameter."""
    params = _open(call, function) or function.params
    place = next((n for n, p in enumerate(params) if p.name == name or (p.pattern and _binds(p.pattern, name))), None)
    if place is None:
        return False
    given = [argument for argument in call.arguments if argument.keyword is None]
    return place >= len(given) and not any(argument.keyword == name for argument in call.arguments)


def _binds(pattern: Expr, name: str) -> bool:
    return isinstance(pattern, Collection) and name in dict(_places(pattern)).values()


def _open(call: Call, function: Function) -> list[Param] | None:
    """The parameters that a call fills, an object's own aside; None where that is not plain to see."""
    params = function.params
    if function.owner is None or function.is_static:
        return params
    if not params or params[0].star:
        return None
    callee = call.callee
    if isinstance(callee, Member) and isinstance(callee.value, Name) and function.name != "__init__":
        if callee.value.id == function.owner.name and params[0].name != "cls":  # `Client.send(client, data)`
            return None
    elif isinstance(callee, Member) and function.name == "__init__" and callee.attr == "__init__":
        if isinstance(callee.value, Name):  # `Base.__init__(self, data)`
            return None
    elif isinstance(callee, Name) and function.name != "__init__":
        return None
    return params[1:]


def _by_name(
    file: File, call: Call, by: File, caller: Function, function: Function, params: list[Param], outer: Known
) -> dict[str, Value]:
    given = [argument.value for argument in call.arguments if argument.keyword is None]
    named = {argument.keyword: argument.value for argument in call.arguments if argument.keyword is not None}
    said: dict[str, Value] = {}
    for place, param in enumerate(params):
        if param.star:
            given = []  # what comes behind it is given by its name
            continue
        expr = given[place] if place < len(given) else named.get(param.name)
        if expr is not None:
            said[param.name] = _literal(by, caller, expr, outer)
        elif param.default is not None:
            said[param.name] = _default(file, function, param.default)
    return said


def _by_place(
    file: File, call: Call, by: File, caller: Function, function: Function, outer: Known
) -> dict[str, Value]:
    said: dict[str, Value] = {}
    given = [argument.value for argument in call.arguments]
    for place, param in enumerate(function.params):
        if param.star:
            break
        expr = given[place] if place < len(given) else None
        if isinstance(expr, Constant) and by.text(expr) == "undefined":
            expr = None
        if param.name:
            left = _default(file, function, param.default) if param.default is not None else _LEFT_OUT
            said[param.name] = _literal(by, caller, expr, outer) if expr is not None else left
        elif isinstance(param.pattern, Collection) and param.pattern.kind == "dict":
            said |= _of_pattern(file, param.pattern, param.default if expr is None else expr, by, caller, outer)
    return said


def _of_pattern(
    file: File, pattern: Collection, given: Expr | None, by: File, caller: Function, outer: Known
) -> dict[str, Value]:
    """`({ force = false } = {}) => ...`, by what an object literal says, or leaves out."""
    if not isinstance(given, Collection) or given.kind != "dict" or None in given.keys:
        return {}
    keys = [key.value if isinstance(key, Constant) else UNKNOWN for key in given.keys]
    if UNKNOWN in keys or len(keys) != len(given.items):
        return {}
    held = dict(zip(keys, given.items, strict=True))
    said: dict[str, Value] = {}
    for (key, local), item in zip(_places(pattern), pattern.items, strict=False):
        default = item.options[1] if isinstance(item, Choice) and len(item.options) > 1 else None
        if not local:
            continue
        if key in held:
            said[local] = _literal(by, caller, held[key], outer)
        else:
            said[local] = _default(file, caller, default) if default is not None else _LEFT_OUT
    return said


def _places(pattern: Collection) -> list[tuple[str, str]]:
    """The keys of an object's pattern, and the names that they are bound to."""
    found = []
    for key, item in zip(pattern.keys, pattern.items, strict=False):
        target = item.options[0] if isinstance(item, Choice) else item
        plain = isinstance(key, Constant) and isinstance(key.value, str) and isinstance(target, Name)
        found.append((str(key.value), target.id) if plain and isinstance(key, Constant) else ("", ""))  # type: ignore[union-attr]
    return found


def _literal(by: File, caller: Function, expr: Expr, outer: Known) -> Value:
    if isinstance(expr, Closure):
        return Told.HOLDS
    if isinstance(expr, Collection):
        return Told.FAILS if by.language == "python" and not expr.items else Told.HOLDS
    if isinstance(expr, Call) and expr.new:
        return Told.HOLDS
    return value(expr, caller, by.module.source, outer)


def _default(file: File, function: Function, expr: Expr | None) -> Value:
    """The value of a default, which is read where the function stands."""
    if isinstance(expr, Constant):
        return expr.value
    return _literal(file, function, expr, {}) if isinstance(expr, (Collection, Closure)) else UNKNOWN


def _stays(file: File, function: Function, name: str, said: Value) -> bool:
    """Whether nothing in a function gives one of its parameters another value, or fills it."""
    index = function.index
    if index is None or index.bound.get(name, [None]) != [None] or name not in function.bindings:
        return False
    if any(define.what.name == name for define in index.defines):
        return False
    if file.language == "javascript":
        return not times_set(name, file.module.source, function.body_start, function.end)
    if any(name in inner.outer_names for inner in _inside(file, function)):
        return False
    return said is not Told.FAILS or not any(_may_fill(read) for read in index.names if read.id == name)


def _inside(file: File, function: Function) -> list[Function]:
    outermost = function
    while outermost.scope is not None and outermost.scope.scope is not None:
        outermost = outermost.scope
    inner = outermost.inner or file.module.outer
    return [f for f in inner if function.start < f.start and f.end <= function.end]


def _may_fill(read: Node) -> bool:
    """Whether something is done to a collection that was handed in empty: `data["key"] = 1`, `data.update(more)`."""
    return isinstance(read.parent, (Member, Subscript)) and read.parent.value is read


