"""Literals: strings, with and without interpolations, numbers, True, False and None."""

from asynccost.flow.tree import Constant, Expr, Other
from asynccost.python import grammar, literals
from asynccost.python.grammar import Cst, kind, solid
from asynccost.python.scopes import DEEPEST, Lowering
from asynccost.python.tables import EXPRESSIONS, expression

INTERPOLATION = kind("interpolation")
FORMAT = kind("format_expression")
F_OR_T = frozenset(b"fFtT")


@expression("string")
def string(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower a string; one with interpolations is an Other "template" of them."""
    start = node.start_byte
    end = node.end_byte
    raw = low.source[start:end]
    if raw[0] in F_OR_T or raw[1:2] in (b"f", b"F", b"t", b"T"):
        parts = interpolations(low, node, depth)
        if parts:
            return Other(start, end, "template", parts)
        return Constant(start, end, literals.string(raw).replace("{{", "{").replace("}}", "}"))
    return Constant(start, end, literals.string(raw))


@expression("concatenated_string")
def concatenated(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower adjacent strings to what they are together."""
    pieces = [string(low, piece, depth) for piece in solid(node)]
    start, end = node.start_byte, node.end_byte
    parts = [part for piece in pieces if isinstance(piece, Other) for part in piece.parts]
    if parts:
        return Other(start, end, "template", parts)
    texts = [str(piece.value) for piece in pieces if isinstance(piece, Constant)]
    return Constant(start, end, "".join(texts))


def interpolations(low: Lowering, node: Cst, depth: int) -> list[Expr]:
    """Lower the expressions in braces, those in format specifiers too."""
    parts = []
    for child in node.named_children:
        if child.kind_id == INTERPOLATION or child.kind_id == FORMAT:
            value = child.child_by_field_id(grammar.EXPRESSION)
            parts.append(EXPRESSIONS[depth][value.kind_id](low, value, depth + 1))
            specifier: Cst | None = child.child_by_field_id(grammar.FORMAT_SPECIFIER)
            if specifier is not None and depth < DEEPEST:
                parts += interpolations(low, specifier, depth + 1)
    return parts


@expression("integer", "float")
def number(low: Lowering, node: Cst, _depth: int) -> Expr:
    """Lower a number; a complex one is an Other."""
    start, end = node.start_byte, node.end_byte
    value = literals.number(low.source[start:end])
    return Other(start, end, "number", []) if value is None else Constant(start, end, value)


@expression("true")
def true(_low: Lowering, node: Cst, _depth: int) -> Constant:
    """Lower `True`."""
    return Constant(node.start_byte, node.end_byte, True)


@expression("false")
def false(_low: Lowering, node: Cst, _depth: int) -> Constant:
    """Lower `False`."""
    return Constant(node.start_byte, node.end_byte, False)


@expression("none")
def none(_low: Lowering, node: Cst, _depth: int) -> Constant:
    """Lower `None`."""
    return Constant(node.start_byte, node.end_byte, None)
