"""Classes: bases, decorators, fields and methods."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Class,
    Closure,
    Constant,
    Do,
    Expr,
    Function,
    Member,
    Name,
    Other,
    Stmt,
    Subscript,
)
from asynccost.javascript.annotations import annotation
from asynccost.javascript.context import Context, LowerExpr, LowerNamed, LowerStmt, nested, nested_statement
from asynccost.javascript.functions import (
    Kind,
    Signature,
    function,
    member_key,
    method_kind,
    signature,
)
from asynccost.javascript.parameters import decorator, field_of
from asynccost.javascript.patterns import property_key

_FIELDS = frozenset({"field_definition", "public_field_definition"})


def lower_class(cx: Context, node: Cst, name: str, decorators: list[Expr]) -> Class:
    """Lower a class; `name` is for one that has none of its own."""
    body: Cst | None = None
    made = Class(node.start_byte, node.end_byte, name, "", [], decorators, [], {}, cx.function)
    for child in node.named_children:
        kind = cx.kinds[child.kind_id]
        if kind in ("identifier", "type_identifier"):
            made.name = cx.text(child)
        elif kind == "decorator":
            made.decorators.append(decorator(cx, child))
        elif kind == "class_heritage":
            made.bases = _bases(cx, child)
        elif kind == "class_body":
            body = child
    made.qualname = cx.qualname(made.name)
    cx.module.classes.append(made)
    if body is not None:
        outer = cx.prefix, cx.owner, cx.pending
        cx.prefix, cx.owner, cx.pending = made.qualname, made, []
        _members(cx, made, body)
        made.body[:0] = cx.pending
        cx.prefix, cx.owner, cx.pending = outer
    return made


def _bases(cx: Context, node: Cst) -> list[Argument]:
    """Lower what a class extends; interfaces are no bases."""
    bases: list[Argument] = []
    for child in cx.parts(node):
        kind = cx.kinds[child.kind_id]
        if kind == "implements_clause":
            continue
        values = cx.parts(child) if kind == "extends_clause" else [child]
        bases += [
            Argument(value.start_byte, value.end_byte, cx.expr[value.kind_id](cx, value))
            for value in values
            if cx.kinds[value.kind_id] != "type_arguments"
        ]
    return bases


def _members(cx: Context, made: Class, body: Cst) -> None:
    """Lower the members in order; TypeScript writes a method's decorators before it."""
    decorators: list[Expr] = []
    for child in body.named_children:
        if child.kind_id in cx.extra:
            continue
        kind = cx.kinds[child.kind_id]
        if kind == "decorator":
            decorators.append(decorator(cx, child))
            continue
        if kind == "method_definition":
            _method(cx, made, child, decorators)
        elif kind in _FIELDS:
            _field(cx, made, child, decorators)
        elif kind == "class_static_block":
            made.body.append(_static_block(cx, child))
        decorators = []


def _method(cx: Context, made: Class, node: Cst, decorators: list[Expr]) -> None:
    sig = signature(cx, node)
    decorators += [decorator(cx, each) for each in sig.decorators]
    key, name = member_key(cx, sig)
    if not isinstance(key, (Constant, Name, Member)):  # compiled code hides functions in a computed name
        made.body.append(Do(key.start, key.end, key))
    static = "static" in sig.words
    kind: Kind = "constructor" if name == "constructor" and not static else method_kind(sig)
    method = function(cx, node, sig, name, kind, decorators, made)
    if kind == "constructor":
        _declare_parameter_properties(made, method)
    _keep(made, name, method)


def _keep(made: Class, name: str, method: Function) -> None:
    """File a method by its name; of several the first non-static one, others as "setter x", "static x"."""
    other = made.methods.get(name)
    if other is not None and other.is_static and not method.is_static:
        made.methods[f"static {name}"] = other
    elif other is not None:
        name = f"{'static' if method.is_static else method.kind} {name}"
    made.methods[name] = method


def _declare_parameter_properties(made: Class, constructor: Function) -> None:
    """Declare the fields that the constructor's parameters are."""
    properties = {param.start: param for param in constructor.params}
    for statement in constructor.body:
        param = properties.get(statement.start)
        if param is None or not isinstance(statement, Assign):
            return
        made.body.append(field_of(param, None))


def _field(cx: Context, made: Class, node: Cst, decorators: list[Expr]) -> None:
    """Lower a field; its decorators stand before it in the class body."""
    key: Cst | None = None
    value: Cst | None = None
    note: Expr | None = None
    words: set[str] = set()
    for child in node.children:
        if child.kind_id in cx.extra:
            continue
        kind = cx.kinds[child.kind_id]
        if not child.is_named:
            words.add(kind)
        elif kind == "decorator":
            decorators.append(decorator(cx, child))
        elif kind == "type_annotation":
            note = annotation(cx, child)
        elif kind in ("accessibility_modifier", "override_modifier"):
            continue
        elif key is None:
            key = child
        elif "=" in words:
            value = child
    made.body += [Do(each.start, each.end, each) for each in decorators]
    if key is None:
        return
    static = "static" in words
    target, name = _field_target(cx, key, made.name if static else "this")
    lowered = None if value is None else cx.named(value, name)
    if isinstance(lowered, Closure):
        lowered.function.owner = made
        lowered.function.is_static = static
        _keep(made, name, lowered.function)
    made.body.append(Assign(node.start_byte, node.end_byte, [target], lowered, annotation=note))


def _field_target(cx: Context, key: Cst, base: str) -> tuple[Expr, str]:
    """Return the place that a field names, and its plain name."""
    lowered = property_key(cx, key)
    receiver = Name(lowered.start, lowered.start, base)
    if isinstance(lowered, Constant) and isinstance(lowered.value, str):
        return Member(lowered.start, lowered.end, receiver, lowered.value), lowered.value
    return Subscript(lowered.start, lowered.end, receiver, lowered), cx.text(key)


def _static_block(cx: Context, node: Cst) -> Do:
    """Lower a static block to a call of its own code."""
    blocks = [child for child in node.named_children if cx.kinds[child.kind_id] == "statement_block"]
    sig = Signature(body=blocks[0] if blocks else None)
    start, end = node.start_byte, node.end_byte
    block = Closure(start, end, function(cx, node, sig, "", "arrow", [], cx.owner))
    return Do(start, end, Call(start, end, block, []))


def declaration(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a class declaration."""
    out.append(cx.define(node, lower_class(cx, node, "default", [])))


def expression(cx: Context, node: Cst, name: str) -> Expr:
    """Lower a class expression; the class is defined before the statement that it stands in."""
    made = lower_class(cx, node, name, [])
    cx.pending.append(cx.define(node, made))
    return Other(node.start_byte, node.end_byte, "class", [])


def anonymous(cx: Context, node: Cst) -> Expr:
    """Lower a class expression that is assigned to nothing."""
    return expression(cx, node, "")


NAMED: dict[str, LowerNamed] = {"class": expression}
EXPRESSIONS: dict[str, LowerExpr] = {"class": nested(anonymous)}
STATEMENTS: dict[str, LowerStmt] = {
    "class_declaration": nested_statement(declaration),
    "abstract_class_declaration": nested_statement(declaration),
}
