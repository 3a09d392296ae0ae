"""Comprehensions and generator expressions."""

from typing import Literal

from asynccost.flow.tree import Clause, Collection, Comprehension, Expr
from asynccost.python import grammar
from asynccost.python.expressions import COMMA, last_named
from asynccost.python.grammar import EXTRAS, Cst, kind
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, lower_all

FOR_IN = kind("for_in_clause")
IF = kind("if_clause")
MORE_LEVELS = 2  # a comprehension takes three times the frames of other expressions
ASYNC = ord("a")  # the first byte of "async for", "async with", "async def", and of none without


Kind = Literal["list", "set", "generator"]


@expression("list_comprehension")
def list_comprehension(low: Lowering, node: Cst, depth: int) -> Comprehension:
    """Lower `[element for ...]`."""
    return _comprehension(low, node, depth, "list")


@expression("set_comprehension")
def set_comprehension(low: Lowering, node: Cst, depth: int) -> Comprehension:
    """Lower `{element for ...}`."""
    return _comprehension(low, node, depth, "set")


@expression("generator_expression")
def generator_expression(low: Lowering, node: Cst, depth: int) -> Comprehension:
    """Lower `(element for ...)`."""
    return _comprehension(low, node, depth, "generator")


def _comprehension(low: Lowering, node: Cst, depth: int, kind: Kind) -> Comprehension:
    depth += MORE_LEVELS
    body = node.child_by_field_id(grammar.BODY)
    element = EXPRESSIONS[depth][body.kind_id](low, body, depth + 1)
    return Comprehension(node.start_byte, node.end_byte, kind, element, clauses(low, node, depth))


@expression("dictionary_comprehension")
def dictionary_comprehension(low: Lowering, node: Cst, depth: int) -> Comprehension:
    """Lower `{key: value for ...}`; the element is the tuple of both."""
    depth += MORE_LEVELS
    pair = node.child_by_field_id(grammar.BODY)
    key, value = pair.child_by_field_id(grammar.KEY), pair.child_by_field_id(grammar.VALUE)
    parts = lower_all(low, [key, value] if value else [last_named(pair)], depth)
    element = Collection(pair.start_byte, pair.end_byte, "tuple", parts)
    return Comprehension(node.start_byte, node.end_byte, "dict", element, clauses(low, node, depth))


def clauses(low: Lowering, node: Cst, depth: int) -> list[Clause]:
    """Lower the `for` clauses, each with the conditions after it."""
    out: list[Clause] = []
    for child in node.named_children:
        if child.kind_id == FOR_IN:
            out.append(_for_in(low, child, depth))
        elif child.kind_id == IF and out:
            test = last_named(child)
            out[-1].conditions.append(EXPRESSIONS[depth][test.kind_id](low, test, depth + 1))
            out[-1].end = child.end_byte
    return out


def _for_in(low: Lowering, node: Cst, depth: int) -> Clause:
    left = node.child_by_field_id(grammar.LEFT)
    right = [
        child
        for child in node.children_by_field_id(grammar.RIGHT)
        if child.kind_id != COMMA and child.kind_id not in EXTRAS
    ]
    target = EXPRESSIONS[depth][left.kind_id](low, left, depth + 1)
    values: list[Expr] = lower_all(low, right, depth)
    iterated = values[0]
    if len(values) > 1:
        iterated = Collection(iterated.start, values[-1].end, "tuple", values)
    start = node.start_byte
    return Clause(start, node.end_byte, target, iterated, [], low.source[start] == ASYNC)
