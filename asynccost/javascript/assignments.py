"""Declarations, and expressions as statements: assignments and deletions first of all."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Assign, Collection, Constant, Do, Drop, Expr, Name, Stmt
from asynccost.javascript.annotations import annotation
from asynccost.javascript.commonjs import assign_exports, require_names
from asynccost.javascript.context import Context, LowerStmt, nested_statement
from asynccost.javascript.operators import assigned, target_name, updated
from asynccost.javascript.patterns import property_key


def expression(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower an expression statement; assignments and deletions are statements of their own."""
    value = node.children[0]
    while cx.kinds[value.kind_id] == "parenthesized_expression" and (inner := cx.parts(value)):
        value = inner[0]
    kind = cx.kinds[value.kind_id]
    special = _SPECIAL.get(kind)
    if special is not None:
        special(cx, value, node, out)
    elif not cx.shallow or kind == "string":  # "use client" counts even where no rule can fire
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


def _namespace(cx: Context, value: Cst, _node: Cst, out: list[Stmt]) -> None:
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
    declarators = [child for child in children if cx.kinds[child.kind_id] == "variable_declarator"]
    out.extend([_declarator(cx, child, word) for child in declarators])


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


STATEMENTS: dict[str, LowerStmt] = {
    "expression_statement": nested_statement(expression),
    "lexical_declaration": nested_statement(variables),
    "variable_declaration": nested_statement(variables),
    "using_declaration": nested_statement(variables),
    "enum_declaration": enum,
}
