"""One pass over a function: sets every parent and sorts what stands in its body into its index."""

from collections.abc import Callable, Iterable
from typing import Any

from asynccost.flow.binding import bind
from asynccost.flow.index import Index
from asynccost.flow.module import Module
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Break,
    Call,
    Case,
    Choice,
    Class,
    Clause,
    Closure,
    Collection,
    Comprehension,
    Constant,
    Continue,
    Define,
    Do,
    Drop,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Param,
    Raise,
    Return,
    Subscript,
    Switch,
    Try,
    With,
    WithItem,
    Yield,
)


def index_module(module: Module) -> None:
    """Index every function of a module; those whose bodies wait, when they are lowered."""
    for function in module.outer:
        if function.late is not None and function.late.waits:
            function.late.index = index_function
            continue
        for one in (function, *function.inner):
            index_function(one)


def index_function(function: Function) -> Index:
    """Index one function's own body."""
    index = Index()
    function.index = index
    for param in function.params:
        param.parent = function
        if param.name:
            index.bound.setdefault(param.name, []).append(None)
        if param.pattern is not None:
            _walk(param.pattern, param, index)
            bind(param.pattern, None, index.bound)
    for statement in function.body:
        _walk(statement, function, index)
    return index


def _walk(node: Any, parent: Node, index: Index) -> None:
    node.parent = parent
    _HANDLERS[node.__class__](node, index)


def _all(nodes: Iterable[Any], parent: Node, index: Index) -> None:
    for node in nodes:
        if node is not None:
            node.parent = parent
            _HANDLERS[node.__class__](node, index)


def _name(node: Name, index: Index) -> None:
    index.names.append(node)


def _leaf(node: Node, index: Index) -> None:
    pass


def _value(node: Any, index: Index) -> None:
    if node.value is not None:
        _walk(node.value, node, index)


def _subscript(node: Subscript, index: Index) -> None:
    _walk(node.value, node, index)
    if node.index is not None:
        _walk(node.index, node, index)


def _call(node: Call, index: Index) -> None:
    index.calls.append(node)
    _walk(node.callee, node, index)
    for argument in node.arguments:
        argument.parent = node
        _walk(argument.value, argument, index)


def _await(node: Await, index: Index) -> None:
    index.awaits.append(node)
    _walk(node.value, node, index)


def _yield(node: Yield, index: Index) -> None:
    index.yields.append(node)
    _value(node, index)


def _collection(node: Collection, index: Index) -> None:
    _all(node.keys, node, index)
    _all(node.items, node, index)


def _choice(node: Choice, index: Index) -> None:
    if node.test is not None:
        _walk(node.test, node, index)
    _all(node.options, node, index)


def _bind_node(node: Bind, index: Index) -> None:
    index.assigns.append(node)
    _walk(node.value, node, index)
    _walk(node.target, node, index)
    bind(node.target, node.value if node.op in ("=", ":=", "??=", "||=") else None, index.bound)


def _closure(node: Closure, index: Index) -> None:
    index.closures.append(node)
    node.function.closure = node
    _signature(node.function, node, index)


def _signature(function: Function, parent: Node, index: Index) -> None:
    """Decorators and defaults run in the scope around the function."""
    function.parent = parent
    _all(function.decorators, parent, index)
    for param in function.params:
        if param.default is not None:
            _walk(param.default, parent, index)


def _comprehension(node: Comprehension, index: Index) -> None:
    index.loops.append(node)
    for clause in node.clauses:
        clause.parent = node
        _walk(clause.iter, clause, index)
        _walk(clause.target, clause, index)
        bind(clause.target, None, index.bound)
        _all(clause.conditions, clause, index)
    _walk(node.element, node, index)


def _other(node: Other, index: Index) -> None:
    _all(node.parts, node, index)


def _assign(node: Assign, index: Index) -> None:
    index.assigns.append(node)
    if node.value is not None:
        _walk(node.value, node, index)
    _all(node.targets, node, index)
    if node.value is None:
        return  # an annotation alone binds nothing, nor does `let x` before its first assignment
    for target in node.targets:
        bind(target, node.value if node.op in ("=", "??=", "||=") else None, index.bound)


def _return(node: Return, index: Index) -> None:
    index.returns.append(node)
    _value(node, index)


def _if(node: If, index: Index) -> None:
    _walk(node.test, node, index)
    _all(node.body, node, index)
    _all(node.orelse, node, index)


def _loop(node: Loop, index: Index) -> None:
    index.loops.append(node)
    _all(node.setup, node, index)
    _all((node.iter, node.test, node.target), node, index)
    if node.target is not None:
        bind(node.target, None, index.bound)
    _all(node.body, node, index)
    if node.update is not None:
        _walk(node.update, node, index)
    _all(node.orelse, node, index)


def _try(node: Try, index: Index) -> None:
    index.tries.append(node)
    _all(node.body, node, index)
    for handler in node.handlers:
        handler.parent = node
        if handler.types is not None:
            _walk(handler.types, handler, index)
        if handler.name:
            index.bound.setdefault(handler.name, []).append(None)
        _all(handler.body, handler, index)
    _all(node.orelse, node, index)
    _all(node.final, node, index)


def _with(node: With, index: Index) -> None:
    index.withs.append(node)
    for item in node.items:
        item.parent = node
        _walk(item.value, item, index)
        if item.target is not None:
            _walk(item.target, item, index)
            bind(item.target, item.value, index.bound)
    _all(node.body, node, index)


def _switch(node: Switch, index: Index) -> None:
    _walk(node.subject, node, index)
    for case in node.cases:
        case.parent = node
        if case.test is not None:
            _walk(case.test, case, index)
        _all(case.body, case, index)


def _define(node: Define, index: Index) -> None:
    index.defines.append(node)
    what = node.what
    what.parent = node
    if isinstance(what, Function):
        _signature(what, node, index)
        return
    _all(what.decorators, node, index)
    for base in what.bases:
        base.parent = what
        _walk(base.value, base, index)
    _all(what.body, what, index)
    for method in what.methods.values():
        _signature(method, what, index)


def _drop(node: Drop, index: Index) -> None:
    _all(node.targets, node, index)


_HANDLERS: dict[type, Callable[[Any, Index], None]] = {
    Name: _name, Member: _value, Subscript: _subscript, Argument: _value, Call: _call,
    Await: _await, Yield: _yield, Constant: _leaf, Collection: _collection, Choice: _choice,
    Bind: _bind_node, Closure: _closure, Comprehension: _comprehension, Other: _other, Do: _value,
    Assign: _assign, Return: _return, Raise: _value, Break: _leaf, Continue: _leaf, If: _if,
    Loop: _loop, Try: _try, With: _with, Switch: _switch, Define: _define, Drop: _drop,
    Function: _leaf, Class: _leaf, Clause: _leaf, Handler: _leaf, WithItem: _leaf, Case: _leaf, Param: _leaf,
}
