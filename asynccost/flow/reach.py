"""Which functions of a file run when one runs: those written in it, and those of the file that it names."""

from collections.abc import Iterable, Iterator

from asynccost.flow.around import class_around
from asynccost.flow.file import File
from asynccost.flow.index import Index
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Call,
    Class,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
)
from asynccost.flow.words import last_word

_THIS = frozenset({"this", "self"})
_DEPTH = 6


def inner_functions(function: Function, file: File) -> list[Function]:
    """The functions written directly in one."""
    outermost = function
    while outermost.scope is not None and outermost.scope.scope is not None:
        outermost = outermost.scope
    outermost.wake()
    return file.memo(_by_scope).get(id(function), []) + [f for f in outermost.inner if f.scope is function]


def _by_scope(file: File) -> dict[int, list[Function]]:
    table: dict[int, list[Function]] = {}
    for function in file.module.outer:
        if function.scope is not None:
            table.setdefault(id(function.scope), []).append(function)
    return table


def within(function: Function, file: File) -> list[Function]:
    """A function and every function written in it."""
    found = [function]
    for one in found:
        found += inner_functions(one, file)
    return found


def binder(name: str, function: Function) -> Function | None:
    """The scope that binds a name seen from a function; None for a global or an import."""
    scope: Function | None = function
    while scope is not None:
        if name in scope.bindings:
            return scope
        scope = scope.scope
    return None


def values(name: str, scope: Function) -> list[Expr | None]:
    """The expressions that a scope binds a name to."""
    return scope.index.bound.get(name, []) if scope.index else []


def local_function(expr: Node | None, function: Function, file: File, depth: int = 0) -> Function | None:
    """The function of this file that an expression stands for.

    Looks through `useCallback(f)`, `debounce(f)`, `f.bind(x)`, `this.method`, `methods: {f() {}}`.
    """
    if expr is None or depth > _DEPTH:
        return None
    if isinstance(expr, Closure):
        return expr.function
    if isinstance(expr, (Argument, Await)):
        return local_function(expr.value, function, file, depth + 1)
    if isinstance(expr, Name):
        return _named(expr.id, function, file, depth)
    if isinstance(expr, Member):
        return _member(expr, function, file, depth)
    if isinstance(expr, Call):
        if isinstance(expr.callee, Member) and expr.callee.attr == "bind":
            return local_function(expr.callee.value, function, file, depth + 1)
        first = expr.arguments[0].value if expr.arguments else None
        if isinstance(first, (Closure, Name)) and not expr.new and _wraps(expr):
            return local_function(first, function, file, depth + 1)
    return None


def _wraps(call: Call) -> bool:
    name = call.callee.id if isinstance(call.callee, Name) else getattr(call.callee, "attr", "")
    return wraps(name)


def wraps(name: str) -> bool:
    """Whether what is called by this name hands back the function that it is given, or one that calls it."""
    return name in _WRAPPERS or name.startswith("use")


_WRAPPERS = frozenset(
    {"debounce", "throttle", "memoize", "once", "untracked", "untrack", "batch", "runOnUI", "markRaw"}
)


def _named(name: str, function: Function, file: File, depth: int) -> Function | None:
    scope = binder(name, function)
    if scope is None or scope.index is None:
        return None
    for define in scope.index.defines:
        if define.what.name == name and isinstance(define.what, Function):
            return define.what
    known = [v for v in values(name, scope) if v is not None and not isinstance(v, Constant)]
    return local_function(known[0], scope, file, depth + 1) if len(known) == 1 else None


def _member(expr: Member, function: Function, file: File, depth: int) -> Function | None:
    if isinstance(expr.value, Name) and expr.value.id in _THIS:
        cls = class_around(function)
        if cls is not None:
            return cls.methods.get(expr.attr)
        return options_around(function).get(expr.attr)
    if isinstance(expr.value, Name) and expr.attr == "current":  # a ref that holds a function
        scope = binder(expr.value.id, function)
        for value in values(expr.value.id, scope) if scope else ():
            if isinstance(value, Call):
                return local_function(value, function, file, depth + 1)
    return None


def options_around(function: Function) -> dict[str, Function]:
    """The functions of the object literal whose method a function is: `{mounted() {}, methods: {f() {}}}`."""
    here: Function | None = function
    while here is not None and here.closure is not None:
        parent = here.closure.parent
        if isinstance(parent, Collection) and parent.kind == "dict":
            return object_functions(_outermost(parent))
        here = here.scope
    return {}


def _outermost(collection: Collection) -> Collection:
    while isinstance(collection.parent, Collection) and collection.parent.kind == "dict":
        collection = collection.parent
    return collection


def object_functions(collection: Collection) -> dict[str, Function]:
    """The functions of an object literal by name, those in `methods` and the like included, watchers aside."""
    found: dict[str, Function] = {}
    for key, item in zip(collection.keys, collection.items, strict=False):
        name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else ""
        if isinstance(item, Closure):
            found.setdefault(name, item.function)
        elif isinstance(item, Collection) and item.kind == "dict" and name in ("methods", "actions", "computed"):
            for inner, made in object_functions(item).items():
                found.setdefault(inner, made)
    return found


def mentioned(function: Function, file: File) -> list[tuple[Function, bool]]:
    """The functions of this file that a function's own code names, and whether it calls them there."""
    if function.index is None:
        return []
    known = file.memo(_known_mentions)
    if id(function) not in known:
        known[id(function)] = list(_mentions(function, function.index, file))
    return known[id(function)]


def _known_mentions(_: File) -> dict[int, list[tuple[Function, bool]]]:
    return {}


def _mentions(function: Function, index: Index, file: File) -> Iterator[tuple[Function, bool]]:
    for name in index.names:
        holder: Node = name
        if name.id in _THIS:
            if not isinstance(name.parent, Member):
                continue
            holder = name.parent
        elif isinstance(name.parent, (Assign, Bind)) and name is not name.parent.value:
            continue
        if isinstance(holder.parent, Argument) and _takes_away(holder.parent.parent):
            continue
        found = local_function(holder, function, file)
        if found is not None:
            called = isinstance(holder.parent, Call) and holder.parent.callee is holder
            yield found, called


def _takes_away(call: Node | None) -> bool:
    """Whether a call names a function only to forget it: `removeEventListener("x", f)`."""
    callee = call.callee if isinstance(call, Call) else None
    word = last_word(callee)
    return word.startswith(("remove", "off", "clear", "cancel", "un"))


def reach(
    starts: Iterable[Function], file: File, *, called_only: bool = False, avoid: Iterable[Function] = ()
) -> list[Function]:
    """The functions that run when these run: themselves, those written in them, those that they name."""
    done = {id(f) for f in avoid}
    found: list[Function] = []
    pending = list(starts)
    while pending:
        one = pending.pop(0)
        if id(one) in done:
            continue
        done.add(id(one))
        found.append(one)
        pending += inner_functions(one, file)
        pending += [f for f, called in mentioned(one, file) if called or not called_only]
    return found


def class_functions(cls: Class, file: File) -> list[Function]:
    """The methods of a class with every function written in them."""
    return [f for method in cls.methods.values() for f in within(method, file)]
