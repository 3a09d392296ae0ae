"""One turn of a loop or a comprehension: what it takes from, which names it gets, and what it does."""

from asynccost.flow.tree import Comprehension, Expr, Loop, Name, Node
from asynccost.flow.walk import walk


def gone_through(loop: Loop | Comprehension) -> Expr | None:
    """What a loop takes its items from, of several clauses the first; None where it has no items."""
    if isinstance(loop, Loop):
        return loop.iter
    return loop.clauses[0].iter if loop.clauses else None  # broken code may have none


def turn_names(loop: Loop | Comprehension) -> set[str]:
    """The names that change with each turn."""
    targets = [loop.target] if isinstance(loop, Loop) else [clause.target for clause in loop.clauses]
    return {n.id for n in walk(*targets) if isinstance(n, Name)}


def turn_body(loop: Loop | Comprehension) -> list[Node]:
    """What a turn does: of several clauses all but the first run in it."""
    if isinstance(loop, Loop):
        return list(loop.body)
    first, *rest = loop.clauses
    return [*first.conditions, *rest, loop.element]
