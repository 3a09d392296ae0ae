"""Names, attributes, calls, subscripts, awaits and yields, the parentheses around them, and types in annotations."""

from asynccost.flow.tree import Argument, Await, Bind, Call, Collection, Expr, Member, Name, Other, Subscript, Yield
from asynccost.python import grammar
from asynccost.python.grammar import EXTRAS, Cst, children, kind, solid
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, give_up, lower_all

GENERATOR = kind("generator_expression")
KEYWORD_ARGUMENT = kind("keyword_argument")
SPLATS = {kind("list_splat"): 1, kind("dictionary_splat"): 2}
COMMA = grammar.token(",")
LONGEST_DOTTED = 80  # bytes; what is longer holds calls


@expression("identifier")
def name(low: Lowering, node: Cst, _depth: int) -> Name:
    """Lower an identifier."""
    start = node.start_byte
    end = node.end_byte
    return Name(start, end, low.names[low.source[start:end]])


@expression("attribute", "member_type")
def attribute(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower `value.attr`; a plain `a.b.c` of known names from its text, which costs half."""
    start = node.start_byte
    end = node.end_byte
    if end - start > LONGEST_DOTTED:
        return _attribute(low, node, depth)
    names = low.names
    parts = low.source[start:end].split(b".")
    for part in parts:
        if part not in names:
            return _attribute(low, node, depth)
    here = start + len(parts[0])
    value: Expr = Name(start, here, names[parts[0]])
    for part in parts[1:]:
        here += len(part) + 1
        value = Member(start, here, value, names[part])
    return value


def _attribute(low: Lowering, node: Cst, depth: int) -> Expr:
    value = node.child_by_field_id(grammar.OBJECT) or node.named_child(0)
    last = node.named_child(node.named_child_count - 1)
    attr = low.names[low.source[last.start_byte : last.end_byte]]
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    return Member(node.start_byte, node.end_byte, lowered, attr)


@expression("call")
def call(low: Lowering, node: Cst, depth: int) -> Call:
    """Lower `callee(arguments)`."""
    callee = node.child_by_field_id(grammar.FUNCTION)
    listed = node.child_by_field_id(grammar.ARGUMENTS)
    if listed.kind_id == GENERATOR:
        only = EXPRESSIONS[depth][GENERATOR](low, listed, depth + 1)
        arguments = [Argument(only.start, only.end, only)]
    else:
        arguments = argument_list(low, listed, depth)
    return Call(node.start_byte, node.end_byte, EXPRESSIONS[depth][callee.kind_id](low, callee, depth + 1), arguments)


def argument_list(low: Lowering, node: Cst, depth: int) -> list[Argument]:
    """Lower the arguments of a call or the bases of a class."""
    table = EXPRESSIONS[depth]
    out: list[Argument] = []
    if node.child_count == 2:
        return out
    for item in children(node):
        number = item.kind_id
        keyword = None
        star = 0
        value = item
        if number == KEYWORD_ARGUMENT:
            key = item.child_by_field_id(grammar.NAME)
            keyword = low.names[low.source[key.start_byte : key.end_byte]]
            value = item.child_by_field_id(grammar.VALUE)
        elif number in SPLATS:
            star = SPLATS[number]
            value = last_named(item)
        elif number in EXTRAS:
            continue
        lowered = table[value.kind_id](low, value, depth + 1)
        out.append(Argument(item.start_byte, item.end_byte, lowered, keyword, star))
    return out


def last_named(node: Cst) -> Cst:
    """Return the last child that carries meaning: what a prefix operator stands before."""
    child = node.named_child(node.named_child_count - 1)
    return solid(node)[-1] if child.kind_id in EXTRAS else child


@expression("parenthesized_expression", "type", "as_pattern_target")
def parenthesized(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower what parentheses, or a wrapper without meaning of its own, hold; they leave no trace."""
    inner = sole(node)
    if inner is None:
        return give_up(low, node, depth)
    return EXPRESSIONS[depth][inner.kind_id](low, inner, depth + 1)


def sole(node: Cst) -> Cst | None:
    """Return the one child that carries meaning; None where there is none."""
    if node.named_child_count == 1:
        return node.named_child(0)
    children = solid(node)
    return children[0] if children else None


@expression("await")
def await_(low: Lowering, node: Cst, depth: int) -> Await:
    """Lower `await value`."""
    value = last_named(node)
    return Await(node.start_byte, node.end_byte, EXPRESSIONS[depth][value.kind_id](low, value, depth + 1))


@expression("yield")
def yield_(low: Lowering, node: Cst, depth: int) -> Yield:
    """Lower `yield` and `yield from`, which make the function a generator."""
    low.scope.is_generator = True
    value = sole(node)
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1) if value else None
    return Yield(node.start_byte, node.end_byte, lowered)


@expression("subscript")
def subscript(low: Lowering, node: Cst, depth: int) -> Subscript:
    """Lower `value[index]`; several indices, and one before a comma, are a tuple."""
    value, *indices = solid(node)
    lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    parts = lower_all(low, indices, depth)
    index = parts[0]
    if len(parts) > 1 or (node.child_count > 4 and has_comma(node)):
        index = Collection(index.start, parts[-1].end, "tuple", parts)
    return Subscript(node.start_byte, node.end_byte, lowered, index)


def has_comma(node: Cst) -> bool:
    """Tell whether a comma is among the children."""
    return any(child.kind_id == COMMA for child in node.children)


@expression("slice")
def slice_(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `a:b:c`, whatever of it is there."""
    return Other(node.start_byte, node.end_byte, "slice", lower_all(low, solid(node), depth))


@expression("named_expression")
def walrus(low: Lowering, node: Cst, depth: int) -> Bind:
    """Lower `(target := value)`."""
    target = node.child_by_field_id(grammar.NAME)
    value = node.child_by_field_id(grammar.VALUE)
    return _bind(low, node, target, value, depth)


@expression("assignment", "augmented_assignment")
def assignment_value(low: Lowering, node: Cst, depth: int) -> Bind:
    """Lower an assignment where only an expression may stand, as in what is half written."""
    target, value = node.child_by_field_id(grammar.LEFT), node.child_by_field_id(grammar.RIGHT)
    return _bind(low, node, target, value or target, depth)


def _bind(low: Lowering, node: Cst, target: Cst, value: Cst, depth: int) -> Bind:
    lowered, bound = lower_all(low, [value, target], depth)
    low.bind(bound)
    return Bind(node.start_byte, node.end_byte, bound, lowered)


@expression("ellipsis")
def ellipsis(_low: Lowering, node: Cst, _depth: int) -> Other:
    """Lower `...`."""
    return Other(node.start_byte, node.end_byte, "...", [])


# What the grammar takes for a type; most annotations are plain expressions to it.
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
