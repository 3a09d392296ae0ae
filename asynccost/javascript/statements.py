"""Branches, exits and errors."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Break,
    Case,
    Continue,
    Do,
    Expr,
    Handler,
    If,
    Loop,
    Name,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
)
from asynccost.javascript.context import DEEPEST, Context, LowerStmt, nested_statement


def if_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower an if with its chain of else-ifs."""
    depth = cx.depth
    while True:
        test, body, orelse = _if_parts(cx, node)
        lowered = cx.expr[test.kind_id](cx, test)
        made = If(node.start_byte, node.end_byte, lowered, cx.block(body) if body else [], [])
        out.append(made)
        out = made.orelse
        if orelse is None or cx.kinds[orelse.kind_id] != "if_statement":
            break
        node = orelse
        cx.depth += 1
        if cx.depth >= DEEPEST:
            cx.too_deep(node)
            orelse = None
            break
    if orelse is not None:
        made.orelse = cx.block(orelse)
    cx.depth = depth


def _if_parts(cx: Context, node: Cst) -> tuple[Cst, Cst | None, Cst | None]:
    """Return the test, the body, and what stands after `else`."""
    parts = cx.parts(node)
    orelse: Cst | None = None
    if cx.kinds[parts[-1].kind_id] == "else_clause":
        inner = cx.parts(parts.pop())
        orelse = inner[0] if inner else None
    return parts[0], parts[1] if len(parts) > 1 else None, orelse


def block(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower the statements of a bare block in place."""
    cx.statements(node.named_children, out)


def with_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower sloppy JavaScript's `with (x) ...` to x and the statements."""
    parts = cx.parts(node)
    out.append(Do(parts[0].start_byte, parts[0].end_byte, cx.expr[parts[0].kind_id](cx, parts[0])))
    for part in parts[1:]:
        out.extend(cx.block(part))


def labeled(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a labelled statement in place; a loop knows its label."""
    parts = cx.parts(node)
    mark = len(out)
    if len(parts) > 1:
        cx.statements([parts[-1]], out)
    for statement in out[mark:]:
        if isinstance(statement, Loop) and statement.label is None:
            statement.label = cx.text(parts[0])


def _value(cx: Context, node: Cst) -> Expr | None:
    value = cx.second(node)
    return None if value is None else cx.expr[value.kind_id](cx, value)


def return_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a return."""
    out.append(Return(node.start_byte, node.end_byte, _value(cx, node)))


def throw(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a throw."""
    out.append(Raise(node.start_byte, node.end_byte, _value(cx, node)))


def break_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a break."""
    parts = cx.parts(node)
    out.append(Break(node.start_byte, node.end_byte, cx.text(parts[0]) if parts else None))


def continue_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a continue."""
    parts = cx.parts(node)
    out.append(Continue(node.start_byte, node.end_byte, cx.text(parts[0]) if parts else None))


def switch(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a switch."""
    parts = cx.parts(node)
    subject = cx.expr[parts[0].kind_id](cx, parts[0])
    cases = [_case(cx, child) for child in cx.parts(parts[-1])] if len(parts) > 1 else []
    out.append(Switch(node.start_byte, node.end_byte, subject, cases))


def _case(cx: Context, node: Cst) -> Case:
    inner = cx.parts(node)
    test: Expr | None = None
    if cx.kinds[node.kind_id] == "switch_case" and inner:
        value = inner.pop(0)
        test = cx.expr[value.kind_id](cx, value)
    body: list[Stmt] = []
    cx.statements(inner, body)
    return Case(node.start_byte, node.end_byte, test, body)


def try_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower try, catch and finally."""
    made = Try(node.start_byte, node.end_byte, [], [], [], [])
    for part in cx.parts(node):
        kind = cx.kinds[part.kind_id]
        if kind == "catch_clause":
            made.handlers.append(_catch(cx, part))
        elif kind == "finally_clause":
            made.final = [statement for inner in cx.parts(part) for statement in cx.block(inner)]
        else:
            made.body = cx.block(part)
    out.append(made)


def _catch(cx: Context, node: Cst) -> Handler:
    """Lower a catch clause; a destructured error has no name, but its names are bound."""
    parts = cx.parts(node)
    name: str | None = None
    if len(parts) > 1:
        target = cx.target[parts[0].kind_id](cx, parts[0], cx.bindings)
        name = target.id if isinstance(target, Name) else None
    return Handler(node.start_byte, node.end_byte, None, name, cx.block(parts[-1]) if parts else [])


def skip(_cx: Context, _node: Cst, _out: list[Stmt]) -> None:
    """Leave out what does nothing at run time, and what cannot be read."""


STATEMENTS: dict[str, LowerStmt] = {
    "if_statement": nested_statement(if_),
    "statement_block": nested_statement(block),
    "with_statement": nested_statement(with_),
    "labeled_statement": nested_statement(labeled),
    "return_statement": nested_statement(return_),
    "throw_statement": nested_statement(throw),
    "break_statement": break_,
    "continue_statement": continue_,
    "switch_statement": nested_statement(switch),
    "try_statement": nested_statement(try_),
    "empty_statement": skip,
}
