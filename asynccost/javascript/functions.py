"""Functions: signatures, bodies, and the scope that each opens."""

from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Class,
    Closure,
    Expr,
    Function,
    Other,
    Return,
    Stmt,
)
from asynccost.javascript.annotations import annotation
from asynccost.javascript.context import DEEPEST, Context, LowerExpr, LowerNamed, LowerStmt
from asynccost.javascript.parameters import parameters
from asynccost.javascript.patterns import key_name, property_key

Kind = Literal["module", "function", "method", "lambda", "arrow", "getter", "setter", "constructor"]

_ANNOTATIONS = frozenset({"type_annotation", "asserts_annotation", "type_predicate_annotation"})
_MODIFIERS = frozenset({"accessibility_modifier", "readonly", "override_modifier"})


@dataclass(slots=True)
class Signature:
    """The parts of a function's syntax, found in one pass over its children."""

    words: set[str] = field(default_factory=set)
    name: Cst | None = None
    params: Cst | None = None
    body: Cst | None = None
    returns: Cst | None = None
    decorators: list[Cst] = field(default_factory=list)


def signature(cx: Context, node: Cst) -> Signature:
    """Sort a function's children."""
    sig = Signature()
    arrow = cx.kinds[node.kind_id] == "arrow_function"
    for child in node.children:
        if child.kind_id in cx.extra:
            continue
        kind = cx.kinds[child.kind_id]
        if kind == "formal_parameters":
            sig.params = child
        elif kind in _ANNOTATIONS:
            sig.returns = child
        elif kind == "decorator":
            sig.decorators.append(child)
        elif kind == "statement_block":
            sig.body = child
        elif not child.is_named:
            sig.words.add(kind)
        elif kind == "type_parameters" or kind in _MODIFIERS:
            continue
        elif arrow and "=>" in sig.words:
            sig.body = child
        elif arrow:
            sig.params = child
        elif sig.name is None:
            sig.name = child
    return sig


def function(
    cx: Context,
    node: Cst,
    sig: Signature,
    name: str,
    kind: Kind,
    decorators: list[Expr],
    owner: Class | None = None,
) -> Function:
    """Lower a function with its own scope. Decorators of its parameters follow its own."""
    body = sig.body
    made = Function(
        start=node.start_byte,
        end=node.end_byte,
        name=name,
        qualname=cx.qualname(name),
        kind=kind,
        is_async="async" in sig.words,
        is_generator="*" in sig.words,
        params=[],
        decorators=decorators,
        body=[],
        body_start=node.end_byte if body is None else body_start(cx, body),
        scope=cx.function,
        owner=owner,
        is_static="static" in sig.words,
        returns=None if sig.returns is None else annotation(cx, sig.returns),
    )
    cx.module.outer.append(made)
    outer = cx.function, cx.bindings, cx.prefix, cx.pending
    cx.function, cx.bindings, cx.prefix, cx.pending = made, made.bindings, made.qualname, []
    own_fields = parameters(cx, made, sig.params)
    if body is not None and not cx.shallow:
        made.body = function_body(cx, body)
    made.body[:0] = own_fields
    cx.function, cx.bindings, cx.prefix, cx.pending = outer
    return made


def body_start(cx: Context, body: Cst) -> int:
    """Return the byte of the first statement, or where it would go."""
    if cx.kinds[body.kind_id] != "statement_block":
        return body.start_byte
    first = body.named_child(0) if body.named_child_count else None
    while first is not None and first.kind_id in cx.extra:
        first = first.next_named_sibling
    return body.start_byte + 1 if first is None else first.start_byte


def function_body(cx: Context, body: Cst) -> list[Stmt]:
    """Lower a body; an arrow's expression is what it returns."""
    if cx.depth >= DEEPEST:
        cx.too_deep(body)
        return []
    cx.depth += 1
    if cx.kinds[body.kind_id] == "statement_block":
        out = cx.block(body)
    else:
        value = cx.expr[body.kind_id](cx, body)
        out = [*cx.pending, Return(body.start_byte, body.end_byte, value)]
        cx.pending = []
    cx.depth -= 1
    return out


def closure(cx: Context, node: Cst, name: str) -> Expr:
    """Lower a function expression or an arrow; its own name wins over the one it is assigned to."""
    sig = signature(cx, node)
    if sig.name is not None:
        name = cx.text(sig.name)
    kind: Kind = "arrow" if cx.kinds[node.kind_id] == "arrow_function" else "function"
    made = function(cx, node, sig, name, kind, [])
    if sig.name is not None:
        made.bindings.add(name)
    return Closure(node.start_byte, node.end_byte, made)


def anonymous(cx: Context, node: Cst) -> Expr:
    """Lower a function expression that is assigned to nothing."""
    return closure(cx, node, "")


def object_method(cx: Context, node: Cst) -> tuple[Expr, Closure]:
    """Lower a method of an object literal to its key and its closure."""
    sig = signature(cx, node)
    key, name = member_key(cx, sig)
    made = function(cx, node, sig, name, method_kind(sig), [])
    return key, Closure(node.start_byte, node.end_byte, made)


def member_key(cx: Context, sig: Signature) -> tuple[Expr, str]:
    """Lower the name of a method, also as text."""
    if sig.name is None:
        return Other(0, 0, "broken", []), ""
    key = property_key(cx, sig.name)
    return key, key_name(cx, sig.name, key)


def method_kind(sig: Signature) -> Kind:
    """Tell getters and setters from methods."""
    return "getter" if "get" in sig.words else "setter" if "set" in sig.words else "method"


def declaration(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower a function declaration."""
    sig = signature(cx, node)
    made = function(cx, node, sig, cx.text(sig.name) if sig.name is not None else "default", "function", [])
    out.append(cx.define(node, made))


NAMED: dict[str, LowerNamed] = {
    "arrow_function": closure,
    "function_expression": closure,
    "generator_function": closure,
}
EXPRESSIONS: dict[str, LowerExpr] = dict.fromkeys(NAMED, anonymous)
STATEMENTS: dict[str, LowerStmt] = {
    "function_declaration": declaration,
    "generator_function_declaration": declaration,
}
