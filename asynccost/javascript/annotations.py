"""TypeScript types, as far as a rule can resolve them: names, generics, arrays and unions."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Collection, Constant, Expr, Member, Name, Other, Subscript
from asynccost.javascript.context import DEEPEST, Context

_NAMES = frozenset({"type_identifier", "identifier", "predefined_type", "this_type", "this"})
_INNER = frozenset({"type_annotation", "parenthesized_type", "readonly_type", "optional_type"})


def annotation(cx: Context, node: Cst, depth: int = 0) -> Expr:
    """Lower a type."""
    start, end = node.start_byte, node.end_byte
    kind = cx.kinds[node.kind_id]
    if kind in _NAMES:
        return Name(start, end, cx.texts[cx.source[start:end]])
    if depth + cx.depth < DEEPEST:
        inner = cx.parts(node)
        if kind in _INNER and inner:
            return annotation(cx, inner[0], depth + 1)
        if kind == "generic_type" and inner:
            return _generic(cx, node, inner, depth + 1)
        if kind == "array_type" and inner:
            return Subscript(start, end, Name(start, start, "Array"), annotation(cx, inner[0], depth + 1))
        if kind in ("nested_type_identifier", "nested_identifier", "member_expression") and len(inner) == 2:
            return Member(start, end, annotation(cx, inner[0], depth + 1), cx.text(inner[1]))
        if kind == "union_type":
            return Other(start, end, "|", _alternatives(cx, node, depth + 1))
        if kind == "literal_type" and inner:
            return cx.expr[inner[0].kind_id](cx, inner[0])
    return Constant(start, end, None) if kind in ("null", "undefined") else Other(start, end, "type", [])


def _generic(cx: Context, node: Cst, inner: list[Cst], depth: int) -> Expr:
    """Lower `Outer<A, B>` to a Subscript; several arguments are a tuple."""
    outer = annotation(cx, inner[0], depth)
    arguments = [annotation(cx, each, depth) for each in cx.parts(inner[-1])] if len(inner) > 1 else []
    index = (
        arguments[0]
        if len(arguments) == 1
        else Collection(inner[-1].start_byte, inner[-1].end_byte, "tuple", arguments)
    )
    return Subscript(node.start_byte, node.end_byte, outer, index)


def _alternatives(cx: Context, node: Cst, depth: int) -> list[Expr]:
    """Return the members of a union, which the grammar nests to the left."""
    out: list[Cst] = []
    while cx.kinds[node.kind_id] == "union_type" and (inner := cx.parts(node)):
        out += reversed(inner[1:])
        node = inner[0]
    return [annotation(cx, each, depth) for each in reversed([*out, node])]
