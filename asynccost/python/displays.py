"""Lists, tuples, sets and dicts, as values and as targets."""

from asynccost.flow.tree import Collection, Expr, Other
from asynccost.python import grammar
from asynccost.python.expressions import has_comma, last_named, parenthesized
from asynccost.python.grammar import Cst, kind, solid
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, lower_all

PAIR = kind("pair")


@expression("list", "list_pattern")
def list_(low: Lowering, node: Cst, depth: int) -> Collection:
    """Lower `[a, b]`."""
    return Collection(node.start_byte, node.end_byte, "list", lower_all(low, solid(node), depth))


@expression("set")
def set_(low: Lowering, node: Cst, depth: int) -> Collection:
    """Lower `{a, b}`."""
    return Collection(node.start_byte, node.end_byte, "set", lower_all(low, solid(node), depth))


@expression("tuple", "expression_list", "pattern_list")
def tuple_(low: Lowering, node: Cst, depth: int) -> Collection:
    """Lower `a, b`, in parentheses or bare."""
    return Collection(node.start_byte, node.end_byte, "tuple", lower_all(low, solid(node), depth))


@expression("tuple_pattern")
def tuple_pattern(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower a target in parentheses; without a comma it is no tuple."""
    if node.named_child_count == 1 and not has_comma(node):
        return parenthesized(low, node, depth)
    return tuple_(low, node, depth)


@expression("dictionary")
def dictionary(low: Lowering, node: Cst, depth: int) -> Collection:
    """Lower `{key: value, **spread}`."""
    table = EXPRESSIONS[depth]
    keys: list[Expr | None] = []
    items: list[Expr] = []
    for child in solid(node):
        value = last_named(child)
        key: Expr | None = None
        if child.kind_id == PAIR:
            first = child.child_by_field_id(grammar.KEY)
            key = table[first.kind_id](low, first, depth + 1)
            value = child.child_by_field_id(grammar.VALUE)
        keys.append(key)
        items.append(table[value.kind_id](low, value, depth + 1))
    return Collection(node.start_byte, node.end_byte, "dict", items, keys)


@expression(
    "list_splat",
    "list_splat_pattern",
    "parenthesized_list_splat",
    "dictionary_splat",
    "dictionary_splat_pattern",
    "splat_type",
)
def spread(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `*value` in a collection or a target."""
    value = last_named(node)
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    return Other(node.start_byte, node.end_byte, "spread", [lowered])
