"""The parameters of a function: names, patterns, defaults, and TypeScript's that are fields as well."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Assign, Expr, Function, Member, Name, Other, Param, Stmt
from asynccost.javascript.annotations import annotation
from asynccost.javascript.context import Context


def parameters(cx: Context, made: Function, node: Cst | None) -> list[Stmt]:
    """Lower the parameters; return the assignments of those that are fields as well."""
    fields: list[Stmt] = []
    if node is None:
        return fields
    if cx.kinds[node.kind_id] != "formal_parameters":
        made.params.append(_param(cx, node, node.start_byte, node.end_byte))
        return fields
    for child in node.named_children:
        if child.kind_id in cx.extra:
            continue
        if cx.kinds[child.kind_id] in ("required_parameter", "optional_parameter"):
            _typed_param(cx, made, child, fields)
        elif cx.kinds[child.kind_id] == "decorator":
            made.decorators.append(decorator(cx, child))
        else:
            made.params.append(_param(cx, child, child.start_byte, child.end_byte))
    return fields


def _typed_param(cx: Context, made: Function, node: Cst, fields: list[Stmt]) -> None:
    """Lower TypeScript's `@D() private name?: T = default`."""
    pattern: Cst | None = None
    default: Cst | None = None
    note: Expr | None = None
    is_field = False
    for child in node.named_children:
        kind = cx.kinds[child.kind_id]
        if child.kind_id in cx.extra:
            continue
        if kind == "decorator":
            made.decorators.append(decorator(cx, child))
        elif kind in ("accessibility_modifier", "override_modifier"):
            is_field = True
        elif kind == "type_annotation":
            note = annotation(cx, child)
        elif pattern is None:
            pattern = child
        else:
            default = child
    if pattern is None or cx.kinds[pattern.kind_id] == "this":
        return
    param = _param(cx, pattern, node.start_byte, node.end_byte)
    param.annotation = note
    if default is not None:
        param.default = cx.named(default, param.name)
    made.params.append(param)
    if is_field or any(cx.kinds[child.kind_id] == "readonly" for child in node.children):
        fields.append(field_of(param, Name(param.start, param.start, param.name)))


def field_of(param: Param, value: Expr | None) -> Assign:
    """Return the field that a parameter property declares."""
    target = Member(param.start, param.end, Name(param.start, param.start, "this"), param.name)
    return Assign(param.start, param.end, [target], value, annotation=param.annotation)


def _param(cx: Context, node: Cst, start: int, end: int) -> Param:
    """Lower a name, a pattern, `...rest` or `target = default`."""
    kind = cx.kinds[node.kind_id]
    parts = cx.parts(node) if kind in ("assignment_pattern", "rest_pattern") else []
    if not parts:
        pattern = cx.target[node.kind_id](cx, node, cx.bindings)
        if isinstance(pattern, Name):
            return Param(start, end, pattern.id)
        return Param(start, end, "", pattern=pattern)
    param = _param(cx, parts[0], start, end)
    if kind == "rest_pattern":
        param.star = 1
    elif len(parts) > 1:
        param.default = cx.named(parts[-1], param.name)
    return param


def decorator(cx: Context, node: Cst) -> Expr:
    """Lower what stands after `@`."""
    parts = cx.parts(node)
    if not parts:
        return Other(node.start_byte, node.end_byte, "broken", [])
    return cx.expr[parts[0].kind_id](cx, parts[0])
