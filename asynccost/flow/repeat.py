"""Which loops repeat work: those whose turns are not just tries of one thing.

How control leaves a loop's body other than by running to its end.
"""

import re
from collections.abc import Iterator
from math import prod
from typing import Any

from asynccost.flow.around import above, callback_call, loops_around
from asynccost.flow.file import File
from asynccost.flow.tree import (
    Await,
    Break,
    Call,
    Choice,
    Collection,
    Comprehension,
    Constant,
    Continue,
    Expr,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
    Switch,
    Try,
    Yield,
)
from asynccost.flow.turn import gone_through
from asynccost.flow.walk import parts_of, walk
from asynccost.flow.words import last_word


def exits(loop: Loop, file: File) -> list[Node]:
    """Every break, return and yield that ends or hands over a turn of this loop, and jumps to a loop around it."""
    catching = (Loop, Switch) if file.language == "javascript" else (Loop,)  # a `match` catches no break
    found: list[Node] = []
    for statement in loop.body:
        found += _exits(statement, loop.label, True, catching)
    return found


def _exits(node: Any, label: str | None, breakable: bool, catching: tuple[type, ...]) -> Iterator[Node]:
    if isinstance(node, (Return, Yield)):
        yield node
    elif isinstance(node, Break):
        if node.label or breakable:
            yield node
    elif isinstance(node, Continue):
        if node.label and node.label != label:
            yield node
    else:
        inside = breakable and not isinstance(node, catching)
        for part in parts_of(node):
            if part is not None:
                yield from _exits(part, label, inside, catching)


_TRIES = re.compile(r"retr(?:y|ies)|attempt|tries|backoff", re.I)
_BLOCKS = ("body", "orelse", "final")
_LONG = 300  # seconds
_FEW = 3
_MANY_TRIES = 10  # nobody tries one thing more often than that; a loop that does waits for something


def work_loops(file: File, node: Node) -> list[Loop | Comprehension]:
    """The loops around a node in its function that do more than try again, innermost first."""
    return [
        loop
        for loop in loops_around(node)
        if _works(file, loop) and not ends_at_success(file, loop, node) and not ends_behind(loop, node)
    ]


def _works(file: File, loop: Loop | Comprehension) -> bool:
    """Whether a loop does more than try again, whatever in it is asked about; found out once for all of its calls."""
    known = file.memo(_known)
    if id(loop) not in known:
        known[id(loop)] = not is_tries(file, loop) and not is_short(loop) and not rests(loop)
    return known[id(loop)]


def _known(_: File) -> dict[int, bool]:
    return {}


def ends_behind(loop: Loop | Comprehension, node: Node) -> bool:
    """Whether a loop is left behind a node, whatever came of it: `if done: return result()`."""
    below, inside = node, False
    for up in above(node):
        if isinstance(up, Return):
            return True
        for block in _BLOCKS:
            rest: list[Node] = [] if isinstance(up, Comprehension) else getattr(up, block, [])
            at = next((n for n, s in enumerate(rest) if s is below), -1)
            if at >= 0 and _leaves(rest[at + 1 :], inside or (isinstance(up, Loop) and up is not loop)):
                return True
        if up is loop:
            return False
        inside |= isinstance(up, Loop)
        below = up
    return False


def _leaves(rest: list[Node], inside: bool) -> bool:
    """Whether statements always come to a return, or to a break of the loop that is asked for. inside: of another."""
    for statement in rest:
        if isinstance(statement, Return) or (isinstance(statement, Break) and not inside):
            return True
        if any(isinstance(n, (Continue, Break)) for n in walk(statement)):
            return False
    return False


def rests(loop: Loop | Comprehension) -> bool:
    """Whether each turn sleeps for five minutes or longer, so that what it does is done seldom."""
    calls = (n for n in walk(*loop.body) if isinstance(n, Call)) if isinstance(loop, Loop) else ()
    slept = (_number(call.arguments[0].value) for call in calls if _last(call) == "sleep" and call.arguments)
    return any(seconds >= _LONG for seconds in slept)


def _number(expr: Expr) -> float:
    """What a number is, also where it is written as a product: `30 * 60`."""
    if isinstance(expr, Other) and expr.op == "*":
        return prod(map(_number, expr.parts))
    return float(expr.value) if isinstance(expr, Constant) and isinstance(expr.value, (int, float)) else 0.0


def ends_at_success(file: File, loop: Loop | Comprehension, node: Node) -> bool:
    """Whether a loop is left as soon as what a node starts has worked: its next turn only follows a failure.

    `for mirror in mirrors: try: return await ask(mirror) except: ...`. Paging leaves when it finds nothing more, and
    polling sleeps between its turns: both repeat their work.
    """
    if isinstance(loop, Comprehension):
        return False
    outs = [out for out in exits(loop, file) if isinstance(out, (Return, Break)) and out.end > node.start]
    outs = [out for out in outs if not _in_handler(out, loop)]
    sleeps = any(_sleeps(n, file) and not _in_handler(n, loop) for n in walk(*loop.body) if isinstance(n, Await))
    if loop.kind in ("while", "do"):
        return any(_is_sure(out, loop) or (_follows_a_try(out, loop) and not sleeps) for out in outs)
    if loop.is_async or not any(_gives(out, loop) for out in outs) or _counts_pages(loop):
        return False
    return not sleeps


def _in_handler(node: Node, loop: Loop) -> bool:
    for up in above(node):
        if up is loop:
            return False
        if isinstance(up, Handler):
            return True
    return False


def _is_sure(out: Node, loop: Loop) -> bool:
    """Whether a turn that raises nothing always comes to a return or break."""
    for up in above(out):
        if up is loop:
            return True
        if isinstance(up, (If, Loop, Handler)):
            return False
    return False


def _follows_a_try(out: Node, loop: Loop) -> bool:
    """`while hosts: try: ip = await ask(hosts.pop()) except TimeoutError: pass else: if is_ip(ip): break`."""
    below = out
    for up in above(out):
        if up is loop:
            return False
        if isinstance(up, Try) and any(below is s for s in up.orelse):
            return True
        below = up
    return False


def _gives(out: Return | Break, loop: Loop) -> bool:
    """Whether a return or break is what follows success: it hands something over, and no emptiness was tested."""
    if isinstance(out, Return) and (
        out.value is None or (isinstance(out.value, Constant) and out.value.value in (None, False, ""))
    ):
        return False
    for up in above(out):
        if up is loop:
            return True
        if isinstance(up, If):
            return not (isinstance(up.test, Other) and up.test.op in ("not", "!"))
    return False


def _counts_pages(loop: Loop) -> bool:
    """Whether a counting loop uses its counter, so that each turn asks for something else, or counts far: it polls."""
    if loop.kind == "count":
        return True
    if not (isinstance(loop.iter, Call) and _last(loop.iter) == "range"):
        return False
    ends = [a.value.value for a in loop.iter.arguments if isinstance(a.value, Constant)]
    name = loop.target.id if isinstance(loop.target, Name) else ""
    far = any(isinstance(end, int) and end > _MANY_TRIES for end in ends)
    return far or any(isinstance(n, Name) and n.id == name for n in walk(*loop.body))


def _sleeps(wait: Await, file: File) -> bool:
    return isinstance(wait.value, Call) and _last(wait.value) in file.knowledge.table("entries")["pauses"]["calls"]


def is_tries(file: File, loop: Loop | Comprehension) -> bool:
    """Whether a loop tries one thing again until it works."""
    if isinstance(loop, Comprehension):
        return False
    table = file.knowledge.table("entries")["tries"]
    if isinstance(loop.target, Name) and loop.target.id in table["names"]:
        return True
    header = file.text(loop.iter) if loop.iter is not None else file.text(loop.test) if loop.test is not None else ""
    if "poll" in header.lower():
        return False
    counted = loop.iter is None or _last(loop.iter) in ("range", *table["iterables"])
    return counted and _TRIES.search(header) is not None


def is_short(loop: Loop | Comprehension) -> bool:
    """A loop over a literal list of one to three things, or over the one of such lists that a condition picks."""
    source = gone_through(loop)
    picked = source.options if isinstance(source, Choice) and source.test is not None else [source]
    return all(isinstance(one, Collection) and 0 < len(one.items) <= _FEW and one.kind != "dict" for one in picked)


def each_call(file: File, function: Function) -> Call | None:
    """The call that runs a closure for every item: `xs.map(async (x) => ...)`."""
    handed = callback_call(function)
    if handed is None or not isinstance(handed[0].callee, Member):
        return None
    call = handed[0]
    callee = call.callee
    if not isinstance(callee, Member) or callee.attr not in file.knowledge.table("entries")["each"]["calls"]:
        return None
    short = isinstance(callee.value, Collection) and len(callee.value.items) <= _FEW
    return None if short else call


def _last(expr: Node) -> str:
    return last_word(expr.callee if isinstance(expr, Call) else expr)
