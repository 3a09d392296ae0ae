"""Walks the nodes of a piece of code in the order in which they run; nested functions are not entered."""

from collections.abc import Callable, Iterator
from typing import Any

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


def walk(*roots: Node | None) -> Iterator[Any]:
    """Every node under some nodes, themselves first, in the order of evaluation as far as it is fixed."""
    stack: list[Any] = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if node is None:
            continue
        yield node
        if parts := _PARTS[node.__class__](node):
            stack += parts[::-1]


def parts_of(node: Any) -> list[Any]:
    """The parts of a node in the order of evaluation; absent ones are None."""
    return _PARTS[node.__class__](node)


def _nothing(_: Any) -> list[Any]:
    return []


def _value(node: Any) -> list[Any]:
    return [node.value]


def _clause(node: Clause) -> list[Any]:
    return [node.iter, node.target, *node.conditions]


def _define(node: Define) -> list[Any]:
    return list(node.what.decorators)


_PARTS: dict[type, Callable[[Any], list[Any]]] = {
    Name: _nothing,
    Constant: _nothing,
    Closure: _nothing,
    Break: _nothing,
    Continue: _nothing,
    Function: _nothing,
    Class: _nothing,
    Param: _nothing,
    Define: _define,
    Member: _value,
    Argument: _value,
    Await: _value,
    Yield: _value,
    Do: _value,
    Return: _value,
    Raise: _value,
    Subscript: lambda n: [n.value, n.index],
    Call: lambda n: [n.callee, *n.arguments],
    Collection: lambda n: [*n.keys, *n.items],
    Choice: lambda n: [n.test, *n.options],
    Bind: lambda n: [n.value, n.target],
    Clause: _clause,
    Comprehension: lambda n: [*n.clauses, n.element],
    Other: lambda n: n.parts,
    Assign: lambda n: [n.value, *n.targets],
    If: lambda n: [n.test, *n.body, *n.orelse],
    Loop: lambda n: [*n.setup, n.iter, n.test, n.target, *n.body, n.update, *n.orelse],
    Handler: lambda n: [n.types, *n.body],
    Try: lambda n: [*n.body, *n.handlers, *n.orelse, *n.final],
    WithItem: lambda n: [n.value, n.target],
    With: lambda n: [*n.items, *n.body],
    Case: lambda n: [n.test, *n.body],
    Switch: lambda n: [n.subject, *n.cases],
    Drop: lambda n: n.targets,
}
