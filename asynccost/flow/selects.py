"""Whether a loop looks for one item, so that few of its turns get as far as its wait."""

from asynccost.flow.around import above
from asynccost.flow.tree import (
    Choice,
    Comprehension,
    Constant,
    Continue,
    Expr,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)

_EQUAL, _UNEQUAL = frozenset({"==", "==="}), frozenset({"!=", "!=="})


def selects(loop: Loop | Comprehension, wait: Node) -> bool:
    """Whether a wait is reached only by items that equal something: `if item.id != wanted: continue`."""
    if isinstance(loop, Comprehension):
        return any(_picks(test, clause.target, _EQUAL) for clause in loop.clauses for test in clause.conditions)
    if not isinstance(loop.target, Name):
        return False
    below = wait
    for up in above(wait):
        if isinstance(up, If) and any(below is s for s in up.body) and _picks(up.test, loop.target, _EQUAL):
            # an inner loop that looks its match up in a list finds one for every turn of this
            return not _looks_up(wait, loop, up.test)
        if isinstance(up, If) and any(below is s for s in up.body) and _has(up.test, loop.target):
            return True
        if up is loop:
            break
        below = up
    before = (s for s in loop.body if s.end <= wait.start and isinstance(s, If))
    return any(
        not s.orelse and isinstance(s.body[-1], Continue) and _picks(s.test, loop.target, _UNEQUAL) for s in before
    )


def _looks_up(wait: Node, loop: Loop, test: Expr) -> bool:
    """Whether the test compares with the item of a loop inside this one."""
    roots = {_root(part) for part in test.parts} if isinstance(test, Other) else set()
    for up in above(wait):
        if up is loop:
            return False
        if isinstance(up, Loop) and isinstance(up.target, Name) and up.target.id in roots:
            return True
    return False


def _has(test: Expr, target: Name) -> bool:
    """`"image" in message and message["image"]`: what only some of the items have."""
    asked = test.options[0] if isinstance(test, Choice) and test.options else test
    if not isinstance(asked, Other) or asked.op != "in" or len(asked.parts) != 2:
        return False
    key, whole = asked.parts
    return isinstance(key, Constant) and isinstance(key.value, str) and _root(whole) == target.id


def _picks(test: Expr, target: Expr, signs: frozenset[str]) -> bool:
    """Whether a test holds the loop's item, or a part of it, against a name from outside."""
    if not isinstance(test, Other) or test.op not in signs or len(test.parts) != 2 or not isinstance(target, Name):
        return False
    mine = [_root(part) == target.id for part in test.parts]
    others = [part for part, own in zip(test.parts, mine, strict=True) if not own]
    return any(mine) and all(isinstance(other, (Name, Member)) for other in others)


def _root(expr: Expr) -> str:
    here: Node | None = expr
    while isinstance(here, (Member, Subscript)):
        here = here.value
    return here.id if isinstance(here, Name) else ""
