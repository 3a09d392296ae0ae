"""Operators: logical choices, chains of binary operators, unary ones, and assignments as values."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Bind, Choice, Constant, Expr, Member, Name, Other
from asynccost.javascript.context import Context, LowerExpr, nested

_CHOICES = {"&&": "and", "||": "or", "??": "??"}
_UNARY = {"!": "not"}
_LONGEST = 50  # groups of a chain that still nest; a longer chain becomes one flat node


def binary(cx: Context, node: Cst) -> Expr:
    """Lower a chain of binary operators from left to right; the same operator again is the same node."""
    first, links = _chain(cx, node)
    start = node.start_byte
    lowered = cx.expr[first.kind_id](cx, first)
    operator = ""
    group = [lowered]
    groups = 0
    for symbol, right in links:
        if operator and symbol != operator and groups < _LONGEST:
            group = [_group(start, group, operator)]
            groups += 1
        operator = symbol
        group.append(cx.expr[right.kind_id](cx, right))
    return _group(start, group, operator, node.end_byte)


def _chain(cx: Context, node: Cst) -> tuple[Cst, list[tuple[str, Cst]]]:
    """Return the leftmost operand, and each operator with its right operand in order."""
    kind_id = node.kind_id
    links: list[tuple[str, Cst]] = []
    while node.kind_id == kind_id:
        children = node.children
        if len(children) != 3:
            children = [c for c in children if c.kind_id not in cx.extra]
            if len(children) < 3:
                break
        links.append((cx.kinds[children[-2].kind_id], children[-1]))
        node = children[0]
    links.reverse()
    return node, links


def _group(start: int, parts: list[Expr], symbol: str, end: int | None = None) -> Expr:
    end = parts[-1].end if end is None else end
    if symbol in _CHOICES:
        return Choice(start, end, None, parts, _CHOICES[symbol])
    return Other(start, end, symbol, parts)


def unary(cx: Context, node: Cst) -> Expr:
    """Lower `!x`, `-x`, `typeof x`, `void x`; a negative number is a constant."""
    operand = node.children[-1]
    symbol = cx.kinds[node.children[0].kind_id]
    value = cx.expr[operand.kind_id](cx, operand)
    if symbol == "-" and isinstance(value, Constant) and isinstance(value.value, (int, float)):
        return Constant(node.start_byte, node.end_byte, -value.value)
    return Other(node.start_byte, node.end_byte, _UNARY.get(symbol, symbol), [value])


def target_name(target: Expr) -> str:
    """Return the name that an anonymous function assigned to this target takes."""
    if isinstance(target, Member):
        module = isinstance(target.value, Name) and target.value.id == "module"
        return "default" if module and target.attr == "exports" else target.attr
    return target.id if isinstance(target, Name) else ""


def assignment(cx: Context, node: Cst) -> Expr:
    """Lower `x = v` and `x += v` where their value is used."""
    target, symbol, value = assigned(cx, node)
    return Bind(node.start_byte, node.end_byte, target, value, symbol)


def assigned(cx: Context, node: Cst) -> tuple[Expr, str, Expr]:
    """Return the target, the operator and the value of an assignment."""
    parts = cx.parts(node)
    left, right = parts[0], parts[-1]
    target = cx.target[left.kind_id](cx, left, None)
    symbols = [c.kind_id for c in node.children if not c.is_named]
    symbol = cx.kinds[symbols[-1]] if symbols else "="
    return target, symbol, cx.named(right, target_name(target))


def update(cx: Context, node: Cst) -> Expr:
    """Lower `x++` where its value is used."""
    target, symbol, one = updated(cx, node)
    return Bind(node.start_byte, node.end_byte, target, one, symbol)


def updated(cx: Context, node: Cst) -> tuple[Expr, str, Expr]:
    """Return the target, the operator and the step of `x++` or `--x`."""
    operand = cx.parts(node)[0]
    plus = any(cx.kinds[child.kind_id] == "++" for child in node.children)
    one = Constant(node.end_byte, node.end_byte, 1)
    return cx.target[operand.kind_id](cx, operand, None), "+=" if plus else "-=", one


EXPRESSIONS: dict[str, LowerExpr] = {
    "binary_expression": nested(binary),
    "unary_expression": nested(unary),
    "assignment_expression": nested(assignment),
    "augmented_assignment_expression": nested(assignment),
    "update_expression": nested(update),
}
