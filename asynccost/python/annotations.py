"""What the grammar takes for a type; most annotations are plain expressions to it."""

from asynccost.flow.tree import Collection, Other, Subscript
from asynccost.python.grammar import Cst, solid
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, lower_all


@expression("generic_type")
def generic_type(low: Lowering, node: Cst, depth: int) -> Subscript:
    """Lower `list[int]` in an annotation to the Subscript that it is elsewhere."""
    value, parameters = solid(node)[:2]
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    parts = lower_all(low, solid(parameters), depth)
    index = parts[0]
    if len(parts) > 1:
        index = Collection(index.start, parts[-1].end, "tuple", parts)
    return Subscript(node.start_byte, node.end_byte, lowered, index)


@expression("union_type")
def union_type(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `A | B` where the grammar knows that it is a type."""
    return Other(node.start_byte, node.end_byte, "|", lower_all(low, solid(node), depth))


@expression("constrained_type")
def constrained_type(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `T: bound`."""
    return Other(node.start_byte, node.end_byte, ":", lower_all(low, solid(node), depth))
