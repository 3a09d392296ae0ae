"""Whether code can be reached at all, as far as constants in the same function tell."""

import re

from asynccost.flow.around import above
from asynccost.flow.tree import Break, Choice, Constant, Continue, Expr, Function, If, Name, Node, Other, Raise, Return


def is_dead(node: Node, function: Function, source: bytes) -> bool:
    """Whether a node stands in `if False:`, or a statement before it always leaves.

    `enabled = False` ... `if not enabled: return` does so, where nothing else of the function sets `enabled`.
    """
    below = node
    for up in above(node):
        for block in (getattr(up, "body", None), getattr(up, "orelse", None)):
            if not block or not any(s is below for s in block):
                continue
            for statement in block:
                if statement is below:
                    break
                if _leaves(statement, function, source):
                    return True
        if isinstance(up, If) and any(s is below for s in up.body) and _truth(up.test, function, source) is False:
            return True
        below = up
    return False


def _leaves(statement: Node, function: Function, source: bytes) -> bool:
    if isinstance(statement, If):
        ends = bool(statement.body) and isinstance(statement.body[-1], (Return, Raise, Continue, Break))
        return ends and _truth(statement.test, function, source) is True
    return isinstance(statement, (Return, Raise, Continue, Break))


def _truth(expr: Expr, function: Function, source: bytes) -> bool | None:
    """Whether a condition is known to hold or to fail."""
    if isinstance(expr, Constant):
        return bool(expr.value)
    if isinstance(expr, Name):
        if function.index is None or expr.id not in function.bindings or _is_set_again(expr.id, function, source):
            return None
        values = function.index.bound.get(expr.id, [])
        only = values[0] if len(values) == 1 else None
        return bool(only.value) if isinstance(only, Constant) else None
    if isinstance(expr, Other) and expr.op in ("not", "!") and expr.parts:
        inner = _truth(expr.parts[0], function, source)
        return None if inner is None else not inner
    if isinstance(expr, Choice) and expr.test is None:
        known = [_truth(o, function, source) for o in expr.options]
        if expr.op == "or":
            return True if True in known else False if all(k is False for k in known) else None
        if expr.op == "and":
            return False if False in known else True if all(k is True for k in known) else None
    return None


_SETS = (
    rb"(?:\+\+|--)\s*%(name)s(?![\w$])|(?<![\w$.])%(name)s\s*"
    rb"(?:\+\+|--|(?::[^=\n]*)?(?:[^\w\s=!<>()\[\]{},;.]{0,3})=(?![=>]))"
)


def _is_set_again(name: str, function: Function, source: bytes) -> bool:
    """Whether a function, or one that is written in it, sets a name more than once: a callback may do so later."""
    sets = re.compile(_SETS % {b"name": re.escape(name.encode())})
    return len(sets.findall(source, function.start, function.end)) > 1
