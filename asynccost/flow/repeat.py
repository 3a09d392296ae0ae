"""Which loops repeat work: those whose turns are not just tries of one thing."""

import re

from asynccost.flow.around import callback_call, loops_around
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Collection, Comprehension, Function, Loop, Member, Name, Node

_TRIES = re.compile(r"retr(?:y|ies)|attempt|tries|backoff", re.I)
_FEW = 3


def work_loops(file: File, node: Node) -> list[Loop | Comprehension]:
    """The loops around a node in its function that do more than try again, innermost first."""
    return [loop for loop in loops_around(node) if not is_tries(file, loop) and not is_short(loop)]


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
    """A loop over a literal list of one to three things."""
    source = loop.clauses[0].iter if isinstance(loop, Comprehension) and loop.clauses else getattr(loop, "iter", None)
    return isinstance(source, Collection) and 0 < len(source.items) <= _FEW and source.kind != "dict"


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
    if isinstance(expr, Call):
        expr = expr.callee
    return expr.attr if isinstance(expr, Member) else expr.id if isinstance(expr, Name) else ""
