"""Places that start one coroutine for every item of something: gather, Promise.all, a task group in a loop."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import loops_around
from asynccost.flow.file import File
from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Closure,
    Collection,
    Comprehension,
    Expr,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
)
from asynccost.flow.words import chain

_ALL = frozenset(
    {
        "asyncio.gather",
        "asyncio.wait",
        "asyncio.as_completed",
        "Promise.all",
        "Promise.allSettled",
        "Promise.any",
        "asyncio.tasks.gather",
    }
)
_GROUPS = frozenset({"create_task", "start_soon"})
FAN_OUTS = _ALL | _GROUPS  # code that starts one names one of these
_DEPTH = 8


@dataclass(slots=True)
class FanOut:
    """One fan-out: the call that starts it, the items it walks, the code that runs for each and its function."""

    call: Call
    items: Expr
    work: list[Node]
    home: Function
    function: Function


def fan_outs(file: File, function: Function) -> Iterator[FanOut]:
    """Every fan-out of one function's own body."""
    for site in file.calls_of(function):
        call, name = site.call, site.name or ""
        if name in _ALL:
            for argument in call.arguments[: None if name == "asyncio.gather" else 1]:
                yield from _sources(call, argument.value, argument.star == 1 or name != "asyncio.gather", function, 0)
        elif (
            chain(call.callee)[-1] in _GROUPS
            and isinstance(call.callee, Member)
            and _is_group(call.callee.value, function)
        ):
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
        if not (
            isinstance(callee, Member)
            and callee.attr in MUTATORS
            and isinstance(callee.value, Name)
            and callee.value.id == name.id
        ):
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
