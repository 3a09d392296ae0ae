"""Who lowers which kind of node, and how deep that may go."""

from collections.abc import Callable

from asynccost.flow.tree import Expr, Other, Stmt
from asynccost.python.grammar import EXTRAS, Cst, kind
from asynccost.python.scopes import DEEPEST, Lowering

ToExpr = Callable[[Lowering, Cst, int], Expr]
ToStmt = Callable[[Lowering, Cst, int, list[Stmt]], None]


def give_up(low: Lowering, node: Cst, _depth: int) -> Other:
    """Stand in for an expression that makes no sense, or stands too deep."""
    return low.give_up(node.start_byte, node.end_byte)


def give_up_statement(low: Lowering, node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Leave out a statement that makes no sense, or stands too deep."""
    if node.kind_id not in EXTRAS:
        low.give_up(node.start_byte, node.end_byte)


class ExpressionTable(dict[int, ToExpr]):
    """Handlers of expressions by kind id."""

    def __missing__(self, _key: int) -> ToExpr:
        return give_up


class StatementTable(dict[int, ToStmt]):
    """Handlers of statements by kind id; each appends what it makes to a list."""

    def __missing__(self, _key: int) -> ToStmt:
        return give_up_statement


SLACK = 4  # what takes many frames counts for several levels
# Indexed by depth: past the deepest level nobody handles anything, so recursion ends without a check.
EXPRESSIONS = [ExpressionTable()] * DEEPEST + [ExpressionTable()] * SLACK
STATEMENTS = [StatementTable()] * DEEPEST + [StatementTable()] * SLACK


def expression(*names: str) -> Callable[[ToExpr], ToExpr]:
    """Register the handler of some kinds of expression."""

    def register(handler: ToExpr) -> ToExpr:
        EXPRESSIONS[0].update((kind(name), handler) for name in names)
        return handler

    return register


def statement(*names: str) -> Callable[[ToStmt], ToStmt]:
    """Register the handler of some kinds of statement."""

    def register(handler: ToStmt) -> ToStmt:
        STATEMENTS[0].update((kind(name), handler) for name in names)
        return handler

    return register


def lower_all(low: Lowering, nodes: list[Cst], depth: int) -> list[Expr]:
    """Lower expressions that stand side by side."""
    table = EXPRESSIONS[depth]
    return [table[node.kind_id](low, node, depth + 1) for node in nodes]


def block(low: Lowering, node: Cst, depth: int, out: list[Stmt] | None = None) -> list[Stmt]:
    """Lower the statements of a block, into a given list or a new one."""
    if out is None:
        out = []
    table = STATEMENTS[depth]
    for child in node.named_children:
        table[child.kind_id](low, child, depth + 1, out)
    return out
