"""Functions, lambdas and classes: what they are called, what they take and what is in them."""

import re

from asynccost.flow.late_bodies import Late
from asynccost.flow.tree import Class, Closure, Define, Expr, Function, Member, Name, Param, Return, Stmt
from asynccost.python import grammar
from asynccost.python.comprehensions import ASYNC
from asynccost.python.expressions import argument_list, last_named, sole
from asynccost.python.grammar import EXTRAS, Cst, kind
from asynccost.python.scopes import Lowering, enter_class, enter_function, leave
from asynccost.python.tables import EXPRESSIONS, block, expression, statement

IDENTIFIER = kind("identifier")
DEFAULT = kind("default_parameter")
TYPED = kind("typed_parameter")
TYPED_DEFAULT = kind("typed_default_parameter")
STARS = {kind("list_splat_pattern"): 1, kind("dictionary_splat_pattern"): 2}
SEPARATORS = {kind("keyword_separator"), kind("positional_separator")} | EXTRAS
DECORATOR = kind("decorator")
FUNCTION = kind("function_definition")


@statement("function_definition")
def function(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower a function."""
    define_function(low, node, [], node.start_byte, depth, out)


@statement("class_definition")
def class_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower a class."""
    define_class(low, node, [], node.start_byte, depth, out)


@statement("decorated_definition")
def decorated(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower a function or class with decorators."""
    decorators: list[Expr] = []
    for child in node.named_children:
        value = sole(child) if child.kind_id == DECORATOR else None
        if value is not None:
            decorators.append(EXPRESSIONS[depth][value.kind_id](low, value, depth + 1))
    definition = node.child_by_field_id(grammar.DEFINITION)
    define = define_function if definition.kind_id == FUNCTION else define_class
    define(low, definition, decorators, node.start_byte, depth, out)


def define_function(low: Lowering, node: Cst, decorators: list[Expr], start: int, depth: int, out: list[Stmt]) -> None:
    """Lower a function; the Define spans the decorators too, the Function does not."""
    first = node.child_by_field_id(grammar.NAME)
    body = node.child_by_field_id(grammar.BODY)
    returns: Cst | None = node.child_by_field_id(grammar.RETURN_TYPE)
    name = low.names[low.source[first.start_byte : first.end_byte]]
    owner = low.owner
    made = Function(
        node.start_byte,
        node.end_byte,
        name,
        low.prefix + name,
        "method" if owner else "function",
        low.source[node.start_byte] == ASYNC,
        False,
        parameters(low, node.child_by_field_id(grammar.PARAMETERS), depth),
        decorators,
        [],
        body.start_byte,
        low.scope,
        owner,
        returns=EXPRESSIONS[depth][returns.kind_id](low, returns, depth + 1) if returns else None,
    )
    low.bindings.add(name)
    if owner is None:
        out.append(Define(start, node.end_byte, made))
    else:
        add_method(owner, made)
        if out is not owner.body:  # under an `if` or `try` of the class body
            out.append(Define(start, node.end_byte, made))
    if low.scope is low.top and not _reaches_out(low.source, node.start_byte, node.end_byte):
        _wait(low, made, depth)
    else:
        lower_body(low, made, body, depth)


def _reaches_out(source: bytes, start: int, end: int) -> bool:
    """Whether a body may tell something to the whole module."""
    if source.find(b"import", start, end) < 0 and source.find(b"global", start, end) < 0:
        return False
    return _OUT.search(source, start, end) is not None


_OUT = re.compile(rb"\b(?:import|global)\b")


def _wait(low: Lowering, made: Function, depth: int) -> None:
    """Leave the body of a function that stands in no other until somebody asks for it."""

    def lower() -> None:
        functions, classes = low.functions, low.classes
        low.functions, low.classes = [], []
        try:
            definition = low.tree.function(made.start, made.end)
            lower_body(low, made, definition.child_by_field_id(grammar.BODY), depth)
            made.inner = low.functions[1:]
            classes += low.classes
        finally:
            low.functions, low.classes = functions, classes

    low.functions.append(made)
    made.wait(Late(made.start, made.end, lower))


def lower_body(low: Lowering, made: Function, body: Cst, depth: int) -> None:
    """Lower a function's statements in a scope of its own."""
    made.bindings.update([param.name for param in made.params if param.name])
    outside = enter_function(low, made)
    for param in made.params:
        if param.pattern is not None:
            low.bind(param.pattern)
    made.body = block(low, body, depth + 1)
    made.bindings -= made.outer_names
    leave(low, outside)


def add_method(owner: Class, made: Function) -> None:
    """Enter a method into its class: the last of a name counts, but a setter hides no getter."""
    if made.name == "__init__":
        made.kind = "constructor"
    for decorator in made.decorators:
        callee = decorator.attr if isinstance(decorator, Member) else getattr(decorator, "id", "")
        if callee == "staticmethod":
            made.is_static = True
        elif callee in ("setter", "deleter"):
            made.kind = "setter"
        elif callee in ("property", "cached_property", "getter", "abstractproperty"):
            made.kind = "getter"
    if made.kind != "setter" or made.name not in owner.methods:
        owner.methods[made.name] = made


def parameters(low: Lowering, node: Cst, depth: int) -> list[Param]:
    """Lower the parameters; bare `*` and `/` leave no trace."""
    out = []
    for item in node.named_children:
        number = item.kind_id
        if number in SEPARATORS:
            continue
        target = item
        annotation: Cst | None = None
        default: Cst | None = None
        if number in (TYPED, TYPED_DEFAULT):
            annotation = item.child_by_field_id(grammar.TYPE)
        if number in (DEFAULT, TYPED_DEFAULT):
            target = item.child_by_field_id(grammar.NAME)
            default = item.child_by_field_id(grammar.VALUE)
        elif number == TYPED:
            target = item.named_child(0)
        out.append(_parameter(low, item, target, annotation, default, depth))
    return out


def _parameter(low: Lowering, node: Cst, target: Cst, annotation: Cst | None, default: Cst | None, depth: int) -> Param:
    star = STARS.get(target.kind_id, 0)
    if star:
        target = last_named(target)
    table = EXPRESSIONS[depth]
    name = ""
    pattern: Expr | None = None
    if target.kind_id == IDENTIFIER:
        name = low.names[low.source[target.start_byte : target.end_byte]]
    else:
        pattern = table[target.kind_id](low, target, depth + 1)
        if isinstance(pattern, Name):
            name, pattern = pattern.id, None
    return Param(
        node.start_byte,
        node.end_byte,
        name,
        table[default.kind_id](low, default, depth + 1) if default else None,
        table[annotation.kind_id](low, annotation, depth + 1) if annotation else None,
        pattern,
        star,
    )


@expression("lambda")
def lambda_(low: Lowering, node: Cst, depth: int) -> Closure:
    """Lower a lambda: a function whose body returns an expression."""
    listed: Cst | None = node.child_by_field_id(grammar.PARAMETERS)
    body = node.child_by_field_id(grammar.BODY)
    start, end = node.start_byte, node.end_byte
    made = Function(
        start,
        end,
        "<lambda>",
        low.prefix + "<lambda>",
        "lambda",
        False,
        False,
        parameters(low, listed, depth) if listed else [],
        [],
        [],
        body.start_byte,
        low.scope,
    )
    made.bindings.update([param.name for param in made.params])
    outside = enter_function(low, made)
    value = EXPRESSIONS[depth][body.kind_id](low, body, depth + 1)
    leave(low, outside)
    made.body = [Return(body.start_byte, body.end_byte, value)]
    made.closure = Closure(start, end, made)
    return made.closure


def define_class(low: Lowering, node: Cst, decorators: list[Expr], start: int, depth: int, out: list[Stmt]) -> None:
    """Lower a class; its methods are in `methods` and, unless conditional, not in `body`."""
    first = node.child_by_field_id(grammar.NAME)
    body = node.child_by_field_id(grammar.BODY)
    listed: Cst | None = node.child_by_field_id(grammar.SUPERCLASSES)
    name = low.names[low.source[first.start_byte : first.end_byte]]
    bases = argument_list(low, listed, depth) if listed else []
    made = Class(node.start_byte, node.end_byte, name, low.prefix + name, bases, decorators, [], {}, low.scope)
    low.bindings.add(name)
    low.classes.append(made)
    out.append(Define(start, node.end_byte, made))
    outside = enter_class(low, made)
    block(low, body, depth + 1, made.body)
    leave(low, outside)
