"""Operators: those that compute, those that compare and those that choose."""

from asynccost.flow.tree import Choice, Constant, Expr, Other
from asynccost.python import grammar
from asynccost.python.grammar import Cst, kind, solid
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, lower_all

BOOLEAN = kind("boolean_operator")
BINARY = kind("binary_operator")
ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**", "@", "&", "^", "|", "<<", ">>")
LOGIC = ("and", "or", "in", "not in", "is", "is not", "==", "!=", "<", "<=", ">", ">=")
SIGNS = {f" {sign} ".encode(): sign for sign in ARITHMETIC + LOGIC}


@expression("conditional_expression")
def conditional(low: Lowering, node: Cst, depth: int) -> Choice:
    """Lower `a if test else b`."""
    yes, test, no = lower_all(low, solid(node)[:3], depth)
    return Choice(node.start_byte, node.end_byte, test, [yes, no], "?:")


@expression("boolean_operator")
def boolean(low: Lowering, node: Cst, depth: int) -> Choice:
    """Lower `a or b or c` to one Choice."""
    op, operands = chain(low, node, BOOLEAN)
    return Choice(node.start_byte, node.end_byte, None, lower_all(low, operands, depth), op)


@expression("binary_operator")
def binary(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `a + b + c` to one Other, which keeps long sums flat."""
    op, operands = chain(low, node, BINARY)
    return Other(node.start_byte, node.end_byte, op, lower_all(low, operands, depth))


def chain(low: Lowering, node: Cst, number: int) -> tuple[str, list[Cst]]:
    """Unroll a left-leaning chain of one operator; return the operator and the operands in order."""
    left = node.child_by_field_id(grammar.LEFT)
    right = node.child_by_field_id(grammar.RIGHT)
    op = operator(low, node, left, right)
    operands = [right]
    while left.kind_id == number:
        inner, right = left.child_by_field_id(grammar.LEFT), left.child_by_field_id(grammar.RIGHT)
        if operator(low, left, inner, right) != op:
            break
        operands.append(right)
        left = inner
    operands.append(left)
    operands.reverse()
    return op, operands


def operator(low: Lowering, node: Cst, left: Cst, right: Cst) -> str:
    """Read the operator between two operands, beside which comments may stand."""
    op = SIGNS.get(low.source[left.end_byte : right.start_byte])
    if op is None:
        sign = node.child_by_field_id(grammar.OPERATOR)
        op = low.text(sign.start_byte, sign.end_byte)
    return op


@expression("comparison_operator")
def comparison(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `a < b`; a chained `a < b <= c` has the op "< <="."""
    operands = solid(node)
    op = SIGNS.get(low.source[operands[0].end_byte : operands[-1].start_byte])
    if op is None:
        signs = node.children_by_field_id(grammar.OPERATORS)
        op = " ".join([low.text(sign.start_byte, sign.end_byte) for sign in signs])
    return Other(node.start_byte, node.end_byte, op, lower_all(low, operands, depth))


@expression("not_operator")
def not_(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `not value`."""
    value = node.child_by_field_id(grammar.ARGUMENT)
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    return Other(node.start_byte, node.end_byte, "not", [lowered])


@expression("unary_operator")
def unary(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower `-value`; a negative number is a Constant."""
    start = node.start_byte
    argument = node.child_by_field_id(grammar.ARGUMENT)
    value = EXPRESSIONS[depth][argument.kind_id](low, argument, depth + 1)
    op = chr(low.source[start])
    if op == "-" and isinstance(value, Constant) and type(value.value) in (int, float):
        return Constant(start, node.end_byte, -value.value)  # type: ignore[operator]
    return Other(start, node.end_byte, op, [value])
