"""Loops of every kind."""

from typing import Literal

from tree_sitter import Node as Cst

from asynccost.flow.tree import Assign, Bind, Do, Expr, Loop, Stmt
from asynccost.javascript.context import Context, LowerStmt, nested_statement


def while_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower `while (test) body`."""
    parts = cx.parts(node)
    test = cx.expr[parts[0].kind_id](cx, parts[0])
    body = cx.block(parts[-1]) if len(parts) > 1 else []
    out.append(Loop(node.start_byte, node.end_byte, "while", None, None, test, body, [], parts[0].end_byte))


def do(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower `do body while (test)`; its header is the word `do`."""
    parts = cx.parts(node)
    body = cx.block(parts[0])
    test = cx.expr[parts[-1].kind_id](cx, parts[-1]) if len(parts) > 1 else None
    out.append(
        Loop(node.start_byte, node.end_byte, "do", None, None, test, body, [], node.children[0].end_byte)
    )


def count(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower `for (setup; test; update) body`."""
    made = Loop(node.start_byte, node.end_byte, "count", None, None, None, [], [], _header_end(cx, node))
    setup = node.child_by_field_name("initializer")
    if setup is not None:
        if setup.kind_id in cx.stmt:
            cx.statements([setup], made.setup)
        else:
            made.setup.append(_setup(cx, setup))
    test = node.child_by_field_name("condition")
    if test is not None:
        made.test = _condition(cx, test)
    update = node.child_by_field_name("increment")
    if update is not None:
        made.update = cx.expr[update.kind_id](cx, update)
    body = node.child_by_field_name("body")
    if body is not None:
        made.body = cx.block(body)
    out.append(made)


def _setup(cx: Context, node: Cst) -> Stmt:
    value = cx.expr[node.kind_id](cx, node)
    if isinstance(value, Bind):
        return Assign(value.start, value.end, [value.target], value.value, value.op)
    return Do(value.start, value.end, value)


def _condition(cx: Context, node: Cst) -> Expr | None:
    if cx.kinds[node.kind_id] == "expression_statement":
        node = node.children[0]
    return None if cx.kinds[node.kind_id] in ("empty_statement", ";") else cx.expr[node.kind_id](cx, node)


def each(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower `for (target of values)`, `for await` and `for (key in value)`."""
    words: set[str] = set()
    parts: list[Cst] = []
    for child in node.children:
        if child.kind_id in cx.extra:
            continue
        if child.is_named:
            parts.append(child)
        else:
            words.add(cx.kinds[child.kind_id])
    declares = bool(words & {"const", "let", "var", "using"})
    target = cx.target[parts[0].kind_id](cx, parts[0], cx.bindings if declares else None)
    values = parts[-2] if len(parts) > 2 else parts[-1]
    iterated = cx.expr[values.kind_id](cx, values)
    body = cx.block(parts[-1]) if len(parts) > 2 else []
    kind: Literal["for", "keys"] = "keys" if "in" in words else "for"
    made = Loop(node.start_byte, node.end_byte, kind, target, iterated, None, body, [], _header_end(cx, node))
    made.is_async = "await" in words
    out.append(made)


def _header_end(cx: Context, node: Cst) -> int:
    """Return the byte after the parenthesis that ends a loop's header."""
    ends = [child.end_byte for child in node.children if cx.kinds[child.kind_id] == ")"]
    return ends[-1] if ends else node.end_byte


STATEMENTS: dict[str, LowerStmt] = {
    "while_statement": nested_statement(while_),
    "do_statement": nested_statement(do),
    "for_statement": nested_statement(count),
    "for_in_statement": nested_statement(each),
}
