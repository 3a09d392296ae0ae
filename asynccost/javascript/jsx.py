"""JSX elements: attributes, children, and the expressions in both."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Argument, Constant, Expr, Other
from asynccost.javascript.context import Context, LowerExpr, nested

_ELEMENTS = frozenset({"jsx_element", "jsx_self_closing_element"})


def element(cx: Context, node: Cst) -> Expr:
    """Lower an element or a fragment: its attributes, then its children."""
    parts: list[Expr] = []
    opening = node
    if cx.kinds[node.kind_id] == "jsx_element":
        opening = node.children[0]
    name = _attributes(cx, opening, parts)
    if opening is not node:
        for child in node.named_children:
            kind = cx.kinds[child.kind_id]
            if kind in _ELEMENTS:
                parts.append(cx.expr[child.kind_id](cx, child))
            elif kind == "jsx_expression":
                parts += [cx.expr[inner.kind_id](cx, inner) for inner in cx.parts(child)]
    return Other(node.start_byte, node.end_byte, f"jsx:{name}" if name else "jsx", parts)


def _attributes(cx: Context, opening: Cst, parts: list[Expr]) -> str:
    """Lower the attributes onto `parts`; return the tag's name."""
    name = ""
    for child in opening.named_children:
        kind = cx.kinds[child.kind_id]
        if kind == "jsx_attribute":
            parts.append(_attribute(cx, child))
        elif kind == "jsx_expression":
            parts += [_spread(cx, child, inner) for inner in cx.parts(child)]
        elif kind != "type_arguments" and child.kind_id not in cx.extra and not name:
            name = cx.text(child)
    return name


def _attribute(cx: Context, node: Cst) -> Argument:
    parts = cx.parts(node)
    value: Expr = Constant(node.start_byte, node.end_byte, True)
    if len(parts) > 1:
        given = parts[-1]
        inner = cx.parts(given) if cx.kinds[given.kind_id] == "jsx_expression" else [given]
        if inner:
            value = cx.expr[inner[0].kind_id](cx, inner[0])
    return Argument(node.start_byte, node.end_byte, value, cx.text(parts[0]) if parts else "")


def _spread(cx: Context, node: Cst, inner: Cst) -> Argument:
    """Lower `{...props}`."""
    value = cx.expr[inner.kind_id](cx, inner)
    if isinstance(value, Other) and value.op == "spread" and value.parts:
        value = value.parts[0]
    return Argument(node.start_byte, node.end_byte, value, None, 2)


def contents(cx: Context, node: Cst) -> Expr:
    """Lower what a `{...}` holds outside an element."""
    parts = cx.parts(node)
    if not parts:
        return Constant(node.start_byte, node.end_byte, None)
    return cx.expr[parts[0].kind_id](cx, parts[0])


EXPRESSIONS: dict[str, LowerExpr] = {
    "jsx_element": nested(element),
    "jsx_self_closing_element": nested(element),
    "jsx_expression": nested(contents),
}
