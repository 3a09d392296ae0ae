"""Chains of timers that end by themselves: each turn moves an index on, and the last is where that reaches a length."""

import re
from collections.abc import Iterator

from asynccost.flow.around import holds
from asynccost.flow.effects.timers import Timer
from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, reach
from asynccost.flow.tree import Call, Constant, Expr, Function, If, Member, Name, Node, Other, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_BOUNDS = frozenset({"length", "size", "count", "total"})
_COMPARES = ("<", "<=", ">", ">=")


def bounded(one: Timer, file: File) -> bool:
    """Whether every way from a timer's callback back to the timer passes a test that ends it.

    Either the timer stands under that test, or a function on the way leaves by it.
    """
    if one.callback is None:
        return False
    if any(isinstance(n, If) and holds(n, one.call) and _ends(n.test, one.function, file) for n in _all(one.function)):
        return True
    cycle = [f for f in reach([one.callback], file) if any(g is one.function for g in reach([f], file))]
    leaving = [f for f in cycle if _leaves_in_time(f, cycle, file)]
    return bool(leaving) and all(f is not one.function for f in reach([one.callback], file, avoid=leaving))


def _all(function: Function) -> Iterator[Node]:
    for statement in function.body:
        yield from walk(statement)


def _leaves_in_time(function: Function, cycle: list[Function], file: File) -> bool:
    """`if (index >= lines.length) return;` before a function goes on to another of the cycle."""
    calls = function.index.calls if function.index is not None else []
    on = [call for call in calls if _leads_on(call, function, cycle, file)]
    for branch in function.body:
        if not isinstance(branch, If) or not branch.body or not isinstance(branch.body[-1], Return):
            continue
        if all(branch.end <= call.start for call in on) and _ends(branch.test, function, file):
            return True
    return False


def _leads_on(call: Call, function: Function, cycle: list[Function], file: File) -> bool:
    given: list[Expr] = [call.callee, *(a.value for a in call.arguments)]
    known = [local_function(one, function, file) for one in given]
    return any(one is f for one in known if one is not None for f in cycle)


def _ends(test: Node, function: Function, file: File) -> bool:
    """Whether a test compares an index, which only grows, with a length or a number."""
    for node in walk(test):
        if isinstance(node, Other) and node.op in _COMPARES and len(node.parts) == 2:
            for index, bound in (node.parts, node.parts[::-1]):
                if isinstance(index, Name) and _is_bound(bound) and _only_grows(index.id, function, file):
                    return True
    return False


def _is_bound(node: Node) -> bool:
    if isinstance(node, Constant):
        return isinstance(node.value, (int, float))
    said = words(node.id) if isinstance(node, Name) else words(node.attr) if isinstance(node, Member) else ()
    return not _BOUNDS.isdisjoint(said)


def _only_grows(name: str, function: Function, file: File) -> bool:
    """`index++`, and nowhere `index = 0` but where it is declared."""
    scope = binder(name, function)
    if scope is None or scope.kind == "module":
        return False
    source, word = file.module.source[scope.start : scope.end], rb"(?<![\w$.])%s" % re.escape(name.encode())
    grows = re.search(rb"%s(?:\+\+|\s*\+=)|\+\+%s(?![\w$])" % (word, word), source)
    anew = re.search(rb"(?<!let )(?<!var )(?<!const )%s\s*=(?!=)" % word, source)
    return grows is not None and anew is None
