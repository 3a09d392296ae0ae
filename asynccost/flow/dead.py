"""Whether code can be reached at all, as far as constants in the same function tell."""

from asynccost.flow.around import above
from asynccost.flow.reach import binder
from asynccost.flow.tree import Break, Choice, Constant, Continue, Expr, Function, If, Name, Node, Other, Raise, Return


def is_dead(node: Node, function: Function) -> bool:
    """Whether a statement before a node always leaves: `enabled = False` ... `if not enabled: return`."""
    below = node
    for up in above(node):
        for block in (getattr(up, "body", None), getattr(up, "orelse", None)):
            if not block or not any(s is below for s in block):
                continue
            for statement in block:
                if statement is below:
                    break
                if _leaves(statement, function):
                    return True
        if isinstance(up, If) and any(s is below for s in up.body) and _truth(up.test, function) is False:
            return True
        below = up
    return False


def _leaves(statement: Node, function: Function) -> bool:
    if isinstance(statement, If):
        ends = bool(statement.body) and isinstance(statement.body[-1], (Return, Raise, Continue, Break))
        return ends and _truth(statement.test, function) is True
    return isinstance(statement, (Return, Raise, Continue, Break))


def _truth(expr: Expr, function: Function) -> bool | None:
    """Whether a condition is known to hold or to fail."""
    if isinstance(expr, Constant):
        return bool(expr.value)
    if isinstance(expr, Name):
        if binder(expr.id, function) is not function or function.index is None:
            return None
        values = function.index.bound.get(expr.id, [])
        only = values[0] if len(values) == 1 else None
        return bool(only.value) if isinstance(only, Constant) else None
    if isinstance(expr, Other) and expr.op in ("not", "!") and expr.parts:
        inner = _truth(expr.parts[0], function)
        return None if inner is None else not inner
    if isinstance(expr, Choice) and expr.test is None:
        known = [_truth(o, function) for o in expr.options]
        if expr.op == "or":
            return True if True in known else False if all(k is False for k in known) else None
        if expr.op == "and":
            return False if False in known else True if all(k is True for k in known) else None
    return None
