"""How long a list may be: written out, limited, in chunks, or from where nobody in the code bounds it."""

from asynccost.flow.around import loops_around
from asynccost.flow.file import File
from asynccost.flow.touches import MUTATORS
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
    Loop,
    Member,
    Name,
    Other,
    Subscript,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_DEPTH = 8
_SAME = frozenset(
    {
        "filter",
        "sorted",
        "list",
        "set",
        "tuple",
        "enumerate",
        "reversed",
        "flat",
        "flatMap",
        "from",
        "concat",
        "values",
        "items",
        "keys",
        "entries",
        "zip",
        "tqdm",
        "dict",
        "sort",
        "reverse",
        "toSorted",
        "fromkeys",
        "map",
    }
)


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
                isinstance(c.callee, Member)
                and c.callee.attr in MUTATORS
                and isinstance(c.callee.value, Name)
                and c.callee.value.id == expr.id
                for c in (scope.index.calls if scope.index else ())
            )
            whys = [bounded(v, file, scope, depth + 1) if v is not None else "" for v in values]
            return whys[0] if all(whys) and not filled else ""
        scope = scope.scope
    return ""


def _bounded_call(expr: Call, file: File, function: Function, depth: int) -> str:
    last = chain(expr.callee)[-1]
    if last == "range":
        ends = [a.value.value if isinstance(a.value, Constant) else None for a in expr.arguments]
        return "it counts to a constant" if ends and all(isinstance(e, int) and e <= 100 for e in ends) else ""
    if last in ("slice", "islice", "take", "slice_", "sample", "head"):
        return "it takes a slice"
    if limited := _query_limit(expr):
        return limited
    if last in _SAME:
        inner: list[Expr] = [a.value for a in expr.arguments if not isinstance(a.value, Closure)]
        if isinstance(expr.callee, Member) and not (
            isinstance(expr.callee.value, Name) and expr.callee.value.id in ("Object", "Array")
        ):
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
        if any(k in _LIMITS for k in keys):
            return "the query is limited"
    return ""


_LIMITS = frozenset(
    {
        "limit",
        "take",
        "first",
        "page_size",
        "pageSize",
        "top_k",
        "topK",
        "per_page",
        "perPage",
        "max_results",
    }
)
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
        for loop in scope.index.loops:  # `for root, dirs, files in os.walk(...)`
            if isinstance(loop, Loop) and _binds(loop.target, expr.id):
                return outside(loop.iter, file, scope, depth + 1)
        if expr.id in scope.bindings:
            return ""
        scope = scope.scope
    return ""


def _binds(target: Expr | None, name: str) -> bool:
    return any(isinstance(n, Name) and n.id == name for n in walk(target))


def _outside_call(expr: Call, file: File, function: Function, depth: int) -> str:
    name = chain(expr.callee)[-1]
    for where, calls in file.knowledge.table("awaits")["fan_out"].items():
        if name in calls:
            return str(where)
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
            if (
                loop.kind == "count"
                and isinstance(loop.update, Bind)
                and not (isinstance(loop.update.value, Constant) and loop.update.value.value == 1)
            ):
                return True
            if isinstance(loop.iter, Call) and chain(loop.iter.callee)[-1] == "range" and len(loop.iter.arguments) == 3:
                return True
            names = [loop.target, loop.iter]
            said = {w for n in names if n is not None for i in chain(n) for w in words(i)}
            if said & set(file.knowledge.table("turns")["chunks"]):
                return True
            if loop.kind in ("while", "do"):
                return True
    return False
