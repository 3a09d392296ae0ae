"""What a loop does only when it is due: `if now - last_run >= 24 * 60 * 60: import_all()`."""

from math import prod

from asynccost.flow.around import above, words_in
from asynccost.flow.tree import Constant, Expr, If, Loop, Node, Other
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_LONG = 300  # seconds: a server has closed what was left open by then
_PASSED = frozenset({"<", "<=", ">", ">="})
_TIMES = frozenset({"now", "time", "last", "today", "utcnow", "monotonic", "current", "since", "started", "timestamp"})


def is_due(node: Node) -> bool:
    """Whether a node stands in a loop that goes on for ever, under a test that minutes or more have passed since.

    How long is a number; or the name says that it is a job, whose last run is known: `current - last_run >= interval`.
    """
    below, passed = node, False
    for up in above(node):
        if isinstance(up, If) and any(s is below for s in up.body):
            passed = passed or any(_tells(n) for n in walk(up.test) if isinstance(n, Other))
        if isinstance(up, Loop):
            return passed and up.kind == "while"
        below = up
    return False


def _tells(test: Other) -> bool:
    """Whether a comparison tells that time has passed."""
    if test.op not in _PASSED or len(test.parts) != 2:
        return False
    gone, limit = test.parts if test.op in (">", ">=") else test.parts[::-1]
    if not isinstance(gone, Other) or gone.op != "-":
        return False
    names = [words(name) for part in gone.parts for name in words_in(part)]
    of_times = any(not _TIMES.isdisjoint(said) for said in names)
    return of_times and (_seconds(limit) >= _LONG or any({"last", "run"}.issubset(said) for said in names))


def _seconds(expr: Expr) -> float:
    """What a number is, also where it is written as a product: `24 * 60 * 60`."""
    if isinstance(expr, Other) and expr.op == "*":
        return prod(map(_seconds, expr.parts))
    return float(expr.value) if isinstance(expr, Constant) and isinstance(expr.value, (int, float)) else 0.0
