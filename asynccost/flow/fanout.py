"""Places that start one coroutine for every item of something: gather, Promise.all, a task group in a loop."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import loops_around
from asynccost.flow.file import File
from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import (
    Argument, Await, Bind, Call, Choice, Closure, Collection, Comprehension, Constant, Expr, Function, Loop, Member, Name,
    Node, Other, Subscript,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_ALL = frozenset({
    "asyncio.gather", "asyncio.wait", "asyncio.as_completed", "Promise.all", "Promise.allSettled", "Promise.any", "asyncio.tasks.gather",
})
_GROUPS = frozenset({"create_task", "start_soon"})
_SAME = frozenset({"filter", "sorted", "list", "set", "tuple", "enumerate", "reversed", "flat", "flatMap", "from", "concat", "values", "items",
                   "keys", "entries", "zip", "tqdm", "dict", "sort", "reverse", "toSorted", "fromkeys", "map"})
_DEPTH = 8


@dataclass(slots=True)
class FanOut:
    """One fan-out: the call that starts it, the items it walks, the code that runs for each, and the function of that code."""

    call: Call
    items: Expr
    work: list[Node]
    home: Function
    function: Function


def fan_outs(file: File, function: Function) -> Iterator[FanOut]:
    """Every fan-out of one function's own body."""
    for call in function.index.calls if function.index else ():
        name = file.resolve(call.callee, function) or ""
        if name in _ALL:
            for argument in call.arguments[: None if name == "asyncio.gather" else 1]:
                yield from _sources(call, argument.value, argument.star == 1 or name != "asyncio.gather", function, 0)
        elif chain(call.callee)[-1] in _GROUPS and isinstance(call.callee, Member) and _is_group(call.callee.value, function):
            loops = [one for one in loops_around(call) if isinstance(one, Loop) and one.iter is not None]
            if loops and loops[0].iter is not None:
                yield FanOut(call, loops[0].iter, [a.value for a in call.arguments[:1]], function, function)


def _sources(call: Call, expr: Expr, spread: bool, function: Function, depth: int) -> Iterator[FanOut]:
    """Where the awaitables come from."""
    if depth > _DEPTH or not spread:
        return
    if isinstance(expr, Comprehension):
        yield FanOut(call, expr.clauses[0].iter, [expr.element], function, function)
    elif isinstance(expr, Call):
        yield from _mapped(call, expr, function, depth)
    elif isinstance(expr, Name):
        yield from _named(call, expr, function, depth)
    elif isinstance(expr, Collection):
        for item in expr.items:
            if isinstance(item, Other) and item.op == "spread" and item.parts:
                yield from _sources(call, item.parts[0], True, function, depth + 1)
    elif isinstance(expr, (Argument, Await)):
        yield from _sources(call, expr.value, True, function, depth + 1)


def _mapped(call: Call, expr: Call, function: Function, depth: int) -> Iterator[FanOut]:
    """`xs.map(f)`, `map(f, xs)`, `[...].flat()`."""
    last = chain(expr.callee)[-1]
    if last == "map" and isinstance(expr.callee, Name) and len(expr.arguments) > 1:
        yield FanOut(call, expr.arguments[1].value, [expr.arguments[0].value], function, function)
    elif last in ("map", "flatMap") and isinstance(expr.callee, Member) and expr.arguments:
        work = expr.arguments[0].value
        if isinstance(work, Closure):
            yield FanOut(call, expr.callee.value, list(work.function.body), work.function, function)
        else:
            yield FanOut(call, expr.callee.value, [work], function, function)
    elif last == "from" and len(expr.arguments) > 1 and isinstance(expr.arguments[1].value, Closure):
        inner = expr.arguments[1].value.function
        yield FanOut(call, expr.arguments[0].value, list(inner.body), inner, function)
    elif last in ("filter", "flat", "concat") and isinstance(expr.callee, Member):
        yield from _sources(call, expr.callee.value, True, function, depth + 1)
    elif last in ("list", "tuple", "set") and expr.arguments:
        yield from _sources(call, expr.arguments[0].value, True, function, depth + 1)


def _named(call: Call, name: Name, function: Function, depth: int) -> Iterator[FanOut]:
    """A list that was made or filled before."""
    for value in function.index.bound.get(name.id, []) if function.index else ():
        if isinstance(value, (Comprehension, Call)):
            yield from _sources(call, value, True, function, depth + 1)
    for filled in function.index.calls if function.index else ():
        callee = filled.callee
        if not (isinstance(callee, Member) and callee.attr in MUTATORS and isinstance(callee.value, Name) and callee.value.id == name.id):
            continue
        if not filled.arguments or filled.start > call.start:
            continue
        loops = [one for one in loops_around(filled) if isinstance(one, Loop)]
        again = {id(one) for one in loops_around(call)}
        loops = [one for one in loops if id(one) not in again]
        if callee.attr in ("extend",) and isinstance(filled.arguments[0].value, Comprehension):
            made = filled.arguments[0].value
            yield FanOut(call, made.clauses[0].iter, [made.element], function, function)
        elif loops and loops[-1].iter is not None:
            yield FanOut(call, loops[-1].iter, [filled.arguments[0].value], function, function)


def _is_group(expr: Expr, function: Function) -> bool:
    """Whether a name is a task group that a `with` around it opened."""
    if not isinstance(expr, Name) or function.index is None:
        return False
    for block in function.index.withs:
        for item in block.items:
            if isinstance(item.target, Name) and item.target.id == expr.id:
                return chain(item.value)[-1] in ("TaskGroup", "create_task_group", "open_nursery")
    return False


# ------------------------------------------------------------------- items


def bounded(expr: Expr, file: File, function: Function, depth: int = 0) -> str:
    """Why a list is short whatever happens; empty where nothing says so."""
    if depth > _DEPTH:
        return ""
    if isinstance(expr, Collection):
        spread = any(isinstance(i, Other) and i.op == "spread" for i in expr.items)
        return "" if spread else "the list is written out"
    if isinstance(expr, Constant):
        return "the list is written out"
    if isinstance(expr, (Await, Argument)):
        return bounded(expr.value, file, function, depth + 1)
    if isinstance(expr, Subscript) and isinstance(expr.index, Other) and expr.index.op == "slice":
        return "it takes a slice"
    if isinstance(expr, Member):
        return _enumeration(expr)
    if isinstance(expr, Name):
        return _bounded_name(expr, file, function, depth)
    if isinstance(expr, Call):
        return _bounded_call(expr, file, function, depth)
    return ""


def _enumeration(expr: Member) -> str:
    said = words(chain(expr)[0]) if chain(expr) else ()
    return "the list is a constant" if chain(expr)[-1].isupper() and said else ""


def _bounded_name(expr: Name, file: File, function: Function, depth: int) -> str:
    for word in words(expr.id)[-1:]:
        if word in file.knowledge.table("turns")["chunks"]:
            return f"it goes chunk by chunk (`{expr.id}`)"
    if expr.id.isupper() and len(expr.id) > 1:
        return "the list is a constant"
    scope: Function | None = function
    while scope is not None:
        values = scope.index.bound.get(expr.id, []) if scope.index else []
        if values:
            filled = any(
                isinstance(c.callee, Member) and c.callee.attr in MUTATORS and isinstance(c.callee.value, Name)
                and c.callee.value.id == expr.id for c in (scope.index.calls if scope.index else ())
            )
            whys = [bounded(v, file, scope, depth + 1) if v is not None else "" for v in values]
            return whys[0] if all(whys) and not filled else ""
        scope = scope.scope
    return ""


def _bounded_call(expr: Call, file: File, function: Function, depth: int) -> str:
    last = chain(expr.callee)[-1]
    if last == "range":
        numbers = [a.value.value for a in expr.arguments if isinstance(a.value, Constant) and isinstance(a.value.value, int)]
        return "it counts to a constant" if len(numbers) == len(expr.arguments) and numbers and max(numbers) <= 100 else ""
    if last in ("slice", "islice", "take", "slice_", "sample", "head"):
        return "it takes a slice"
    if limited := _query_limit(expr):
        return limited
    if last in _SAME:
        inner: list[Expr] = [a.value for a in expr.arguments if not isinstance(a.value, Closure)]
        if isinstance(expr.callee, Member) and not (isinstance(expr.callee.value, Name) and expr.callee.value.id in ("Object", "Array")):
            inner = [expr.callee.value]
        return bounded(inner[0], file, function, depth + 1) if inner else ""
    return ""


def _query_limit(expr: Call) -> str:
    """`find(...).limit(50)`, `findMany({take: 50})`, `list(limit=50)`."""
    if any(n in ("limit", "take", "top", "first", "page") for n in chain(expr.callee)[1:]):
        return "the query is limited"
    for argument in expr.arguments:
        keys = [argument.keyword] if argument.keyword else []
        if isinstance(argument.value, Collection):
            keys += [str(k.value) for k in argument.value.keys if isinstance(k, Constant)]
        if any(k in ("limit", "take", "first", "page_size", "pageSize", "top_k", "topK", "per_page", "perPage", "max_results") for k in keys):
            return "the query is limited"
    return ""


_OUTSIDE = {
    "walk": "a directory walk", "glob": "a directory walk", "rglob": "a directory walk", "iglob": "a directory walk", "listdir": "a directory",
    "iterdir": "a directory", "scandir": "a directory", "readdir": "a directory", "readdirSync": "a directory", "globby": "a directory walk",
    "findMany": "a query", "find_many": "a query", "fetchall": "a query", "fetch_all": "a query", "findAll": "a query", "find_all": "a query",
    "to_list": "a query", "toArray": "a query", "scalars": "a query", "getMany": "a query", "list_objects_v2": "a bucket", "paginate": "all pages",
    "readlines": "a file's lines", "splitlines": "a file's lines", "read_csv": "a file's rows", "DictReader": "a file's rows",
    "get_paginator": "all pages", "objects": "a query", "lrange": "a query", "smembers": "a query", "scan_iter": "a query",
    "find_elements": "a page's elements", "querySelectorAll": "a page's elements", "findall": "what a page holds", "matchAll": "what a text holds",
}
_LISTS = frozenset({"list", "all", "find", "query", "select", "search", "scan", "crawl"})
_REQUEST = frozenset({"body", "params", "query", "payload"})


def outside(expr: Expr | None, file: File, function: Function, depth: int = 0) -> str:
    """Where a list comes from, if it comes from where nobody here bounds it."""
    if expr is None or depth > _DEPTH:
        return ""
    if isinstance(expr, (Await, Argument, Subscript)):
        return outside(expr.value, file, function, depth + 1)
    if isinstance(expr, Choice) and expr.options:
        return outside(expr.options[0], file, function, depth + 1)
    if isinstance(expr, Other) and len(expr.parts) == 1:
        return outside(expr.parts[0], file, function, depth + 1)
    if isinstance(expr, Member):
        names = chain(expr)
        if len(names) > 1 and names[0] in ("req", "request", "ctx", "event") and any(n in _REQUEST for n in names[1:]):
            return "a request"
        return outside(expr.value, file, function, depth + 1)
    if isinstance(expr, Name):
        return _outside_name(expr, file, function, depth)
    if isinstance(expr, Comprehension):
        return outside(expr.clauses[0].iter, file, function, depth + 1)
    if isinstance(expr, Call):
        return _outside_call(expr, file, function, depth)
    return ""


def _outside_name(expr: Name, file: File, function: Function, depth: int) -> str:
    scope: Function | None = function
    while scope is not None and scope.index is not None:
        for value in scope.index.bound.get(expr.id, []):
            if value is not None and (where := outside(value, file, scope, depth + 1)):
                return where
        for loop in scope.index.loops:  # `for root, dirs, files in os.walk(...)`, lists filled in a loop
            if isinstance(loop, Loop) and loop.target is not None and loop.iter is not None:
                if any(isinstance(n, Name) and n.id == expr.id for n in walk(loop.target)):
                    return outside(loop.iter, file, scope, depth + 1)
        if expr.id in scope.bindings:
            return ""
        scope = scope.scope
    return ""


def _outside_call(expr: Call, file: File, function: Function, depth: int) -> str:
    name = chain(expr.callee)[-1]
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    said = words(name)
    if isinstance(expr.parent, Await) and not expr.arguments and said and (said[0] in _LISTS or "all" in said):
        return f"{name}()"
    if name in ("json",) and chain(expr.callee)[0] in ("req", "request"):
        return "a request"
    if name in _SAME:
        inner = [a.value for a in expr.arguments if not isinstance(a.value, Closure)]
        if isinstance(expr.callee, Member) and chain(expr.callee)[0] not in ("Object", "Array", "itertools"):
            return outside(expr.callee.value, file, function, depth + 1)
        return outside(inner[0], file, function, depth + 1) if inner else ""
    return ""


def chunked(call: Call, file: File) -> bool:
    """Whether a loop around hands the fan-out one chunk at a time."""
    for loop in loops_around(call):
        if isinstance(loop, Loop):
            if loop.kind == "count" and isinstance(loop.update, Bind) and not (
                isinstance(loop.update.value, Constant) and loop.update.value.value == 1
            ):
                return True
            if isinstance(loop.iter, Call) and chain(loop.iter.callee)[-1] == "range" and len(loop.iter.arguments) == 3:
                return True
            names = [loop.target, loop.iter]
            if any(w in file.knowledge.table("turns")["chunks"] for n in names if n is not None for i in chain(n) for w in words(i)):
                return True
            if loop.kind in ("while", "do"):
                return True
    return False

