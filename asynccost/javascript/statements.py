"""Statements that are no loops: declarations, assignments, branches, exits and errors."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Assign,
    Break,
    Case,
    Collection,
    Constant,
    Continue,
    Do,
    Drop,
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
from asynccost.javascript.annotations import annotation
from asynccost.javascript.context import DEEPEST, Context, LowerStmt, nested_statement
from asynccost.javascript.modules import assign_exports, require_names
from asynccost.javascript.operators import assigned, target_name, updated
from asynccost.javascript.patterns import property_key


def expression(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower an expression statement; assignments and deletions are statements of their own."""
    value = node.children[0]
    while cx.kinds[value.kind_id] == "parenthesized_expression" and (inner := cx.parts(value)):
        value = inner[0]
    special = _SPECIAL.get(cx.kinds[value.kind_id])
    if special is not None:
        special(cx, value, node, out)
    else:
        lowered = cx.expr[value.kind_id](cx, value)
        out.append(Do(node.start_byte, node.end_byte, lowered))


def _assignment(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    """Lower `a = b = v` to one Assign."""
    if cx.kinds[value.children[0].kind_id] == "using":
        _using(cx, value, node, out, "using")
        return
    targets: list[Expr] = []
    while True:
        parts = cx.parts(value)
        left, value = parts[0], parts[-1]
        targets.append(cx.target[left.kind_id](cx, left, None))
        if cx.kinds[value.kind_id] != "assignment_expression":
            break
    made = Assign(node.start_byte, node.end_byte, targets, cx.named(value, target_name(targets[-1])))
    if cx.function.kind == "module":
        assign_exports(cx, made)
    out.append(made)


def _using(cx: Context, value: Cst, node: Cst, out: list[Stmt], word: str) -> None:
    """Lower `using x = v`, which the TypeScript grammar reads as an assignment."""
    target, _, lowered = assigned(cx, value)
    if isinstance(target, Name):
        cx.bindings.add(target.id)
    out.append(Assign(node.start_byte, node.end_byte, [target], lowered, declares=word))


def _await(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    """Lower `await x`; `await using x = v` is a declaration."""
    inner = value.children[-1]
    if cx.kinds[inner.kind_id] == "assignment_expression" and cx.kinds[inner.children[0].kind_id] == "using":
        _using(cx, inner, node, out, "await using")
    else:
        out.append(Do(node.start_byte, node.end_byte, cx.expr[value.kind_id](cx, value)))


def _augmented(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    target, symbol, lowered = assigned(cx, value)
    out.append(Assign(node.start_byte, node.end_byte, [target], lowered, symbol))


def _update(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    target, symbol, one = updated(cx, value)
    out.append(Assign(node.start_byte, node.end_byte, [target], one, symbol))


def _unary(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    if cx.kinds[value.children[0].kind_id] == "delete":
        operand = value.children[-1]
        out.append(Drop(node.start_byte, node.end_byte, [cx.expr[operand.kind_id](cx, operand)]))
    else:
        out.append(Do(node.start_byte, node.end_byte, cx.expr[value.kind_id](cx, value)))


def _namespace(cx: Context, value: Cst, node: Cst, out: list[Stmt]) -> None:
    cx.stmt[value.kind_id](cx, value, out)


_SPECIAL = {
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _update,
    "unary_expression": _unary,
    "await_expression": _await,
    "internal_module": _namespace,
}


def variables(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower `const a = 1, b = 2` to one Assign per declarator."""
    children = node.children
    word = cx.kinds[children[0].kind_id]
    if word == "await":
        word = "await using"
    for child in children:
        if cx.kinds[child.kind_id] == "variable_declarator":
            out.append(_declarator(cx, child, word))


def _declarator(cx: Context, node: Cst, word: str) -> Assign:
    children = node.children
    pattern = children[0]
    target = cx.target[pattern.kind_id](cx, pattern, cx.bindings)
    value: Expr | None = None
    note: Expr | None = None
    if len(children) > 1:
        for child in children[1:]:
            if cx.kinds[child.kind_id] == "type_annotation":
                note = annotation(cx, child)
        last = children[-1]
        if len(children) > 2 and cx.kinds[last.kind_id] != "type_annotation" and last.kind_id not in cx.extra:
            value = cx.named(last, target.id if isinstance(target, Name) else "")
    made = Assign(node.start_byte, node.end_byte, [target], value, declares=word, annotation=note)
    if cx.function.kind == "module" and value is not None:
        require_names(cx, target, value)
    return made


def if_(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower an if with its chain of else-ifs."""
    depth = cx.depth
    while True:
        test, body, orelse = _if_parts(cx, node)
        made = If(node.start_byte, node.end_byte, cx.expr[test.kind_id](cx, test), cx.block(body) if body else [], [])
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


def enum(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower an enum to the object that it is."""
    parts = cx.parts(node)
    name, body = parts[0], parts[-1]
    cx.bindings.add(cx.text(name))
    keys: list[Expr | None] = []
    items: list[Expr] = []
    following: int | None = 0
    for member in cx.parts(body):
        inner = cx.parts(member) if cx.kinds[member.kind_id] == "enum_assignment" else [member]
        keys.append(property_key(cx, inner[0]))
        value: Expr = Constant(member.start_byte, member.end_byte, following)
        if len(inner) > 1:
            value = cx.expr[inner[-1].kind_id](cx, inner[-1])
        given = value.value if isinstance(value, Constant) else None
        following = given + 1 if isinstance(given, int) else None
        items.append(value)
    made = Collection(body.start_byte, body.end_byte, "dict", items, keys)
    target = Name(name.start_byte, name.end_byte, cx.text(name))
    out.append(Assign(node.start_byte, node.end_byte, [target], made, declares="const"))


def skip(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Leave out what does nothing at run time, and what cannot be read."""


STATEMENTS: dict[str, LowerStmt] = {
    "expression_statement": nested_statement(expression),
    "lexical_declaration": nested_statement(variables),
    "variable_declaration": nested_statement(variables),
    "using_declaration": nested_statement(variables),
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
    "enum_declaration": enum,
    "empty_statement": skip,
}
