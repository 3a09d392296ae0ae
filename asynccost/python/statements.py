"""Simple statements: those without a block."""

from asynccost.flow.tree import (
    Assign,
    Break,
    Collection,
    Continue,
    Do,
    Drop,
    Expr,
    If,
    Other,
    Raise,
    Return,
    Stmt,
)
from asynccost.python import grammar
from asynccost.python.expressions import has_comma, sole
from asynccost.python.grammar import Cst, kind, solid
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, lower_all, statement

ASSIGNMENT = kind("assignment")
AUGMENTED = kind("augmented_assignment")
GENERIC_TYPE = kind("generic_type")


@statement("comment", "line_continuation", "pass_statement")
def nothing(_low: Lowering, _node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Leave out what does nothing."""


@statement("expression_statement")
def expression_statement(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower an expression or an assignment that stands alone."""
    value = node.named_child(0)
    if value.kind_id == ASSIGNMENT:
        _assign(low, node, value, depth, out)
    elif value.kind_id == AUGMENTED:
        _augment(low, node, value, depth, out)
    elif node.child_count == 1:
        lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
        out.append(Do(node.start_byte, node.end_byte, lowered))
    else:
        start, end = node.start_byte, node.end_byte
        parts = lower_all(low, solid(node), depth)
        tupled = len(parts) > 1 or has_comma(node)
        out.append(Do(start, end, Collection(start, end, "tuple", parts) if tupled else parts[0]))


def _assign(low: Lowering, node: Cst, value: Cst, depth: int, out: list[Stmt]) -> None:
    table = EXPRESSIONS[depth]
    left = value.child_by_field_id(grammar.LEFT)
    right: Cst | None = value.child_by_field_id(grammar.RIGHT)
    targets = [table[left.kind_id](low, left, depth + 1)]
    while right is not None and right.kind_id == ASSIGNMENT:
        left = right.child_by_field_id(grammar.LEFT)
        right = right.child_by_field_id(grammar.RIGHT)
        targets.append(table[left.kind_id](low, left, depth + 1))
    for target in targets:
        low.bind(target)
    lowered = table[right.kind_id](low, right, depth + 1) if right is not None else None
    made = Assign(node.start_byte, node.end_byte, targets, lowered)
    if value.named_child_count > 2 or lowered is None:
        annotation: Cst | None = value.child_by_field_id(grammar.TYPE)
        if annotation is not None:
            made.annotation = table[annotation.kind_id](low, annotation, depth + 1)
    out.append(made)


def _augment(low: Lowering, node: Cst, value: Cst, depth: int, out: list[Stmt]) -> None:
    left, right = value.child_by_field_id(grammar.LEFT), value.child_by_field_id(grammar.RIGHT)
    sign = value.child_by_field_id(grammar.OPERATOR)
    target, lowered = lower_all(low, [left, right], depth)
    low.bind(target)
    op = low.text(sign.start_byte, sign.end_byte)
    out.append(Assign(node.start_byte, node.end_byte, [target], lowered, op))


def _value(low: Lowering, node: Cst, depth: int) -> Expr | None:
    value = sole(node)
    return None if value is None else EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)


@statement("return_statement")
def return_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `return value`."""
    out.append(Return(node.start_byte, node.end_byte, _value(low, node, depth)))


@statement("raise_statement")
def raise_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `raise value from cause`; the cause is evaluated but tells nobody anything."""
    values = lower_all(low, solid(node), depth)
    value = values[0] if values else None
    if value is not None and len(values) > 1:
        value = Other(value.start, values[-1].end, "from", values)
    out.append(Raise(node.start_byte, node.end_byte, value))


@statement("break_statement")
def break_(_low: Lowering, node: Cst, _depth: int, out: list[Stmt]) -> None:
    """Lower `break`."""
    out.append(Break(node.start_byte, node.end_byte))


@statement("continue_statement")
def continue_(_low: Lowering, node: Cst, _depth: int, out: list[Stmt]) -> None:
    """Lower `continue`."""
    out.append(Continue(node.start_byte, node.end_byte))


@statement("assert_statement")
def assert_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `assert test, message` to `if not test: raise message`."""
    start, end = node.start_byte, node.end_byte
    test, *message = lower_all(low, solid(node), depth)
    negated = Other(test.start, test.end, "not", [test])
    out.append(If(start, end, negated, [Raise(start, end, message[0] if message else None)], []))


@statement("delete_statement")
def delete(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `del targets`."""
    value = _value(low, node, depth)
    targets: list[Expr] = value.items if isinstance(value, Collection) else [value] if value is not None else []
    for target in targets:
        low.bind(target)
    out.append(Drop(node.start_byte, node.end_byte, targets))


@statement("global_statement", "nonlocal_statement")
def outer(low: Lowering, node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Note the names that belong to a scope further out."""
    names = {low.text(child.start_byte, child.end_byte) for child in solid(node)}
    low.scope.outer_names |= names
    if low.source.startswith(b"global", node.start_byte):
        low.top.bindings |= names


@statement("type_alias_statement")
def type_alias(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `type Name = value` to an assignment."""
    left, right = node.child_by_field_id(grammar.LEFT), node.child_by_field_id(grammar.RIGHT)
    named = sole(left)
    if named is not None and named.kind_id == GENERIC_TYPE:
        named = sole(named.named_child(0)) or named.named_child(0)
    target, value = lower_all(low, [named or left, right], depth)
    low.bind(target)
    out.append(Assign(node.start_byte, node.end_byte, [target], value))
