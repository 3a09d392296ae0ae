"""The body of a loop, taken apart: where it waits, what it leaves behind in order, how a turn is skipped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Call,
    Closure,
    Continue,
    Do,
    Expr,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Raise,
    Stmt,
    Subscript,
    Switch,
    Try,
)
from asynccost.flow.walk import walk

_APPENDS = frozenset({"push", "unshift", "append", "splice"})
_SETTER = re.compile(r"set[A-Z]\w*$")


@dataclass(slots=True)
class Parts:
    """pushes: calls of `out.push(x)`; others: other writes whose order shows; soft: updates of a view's state.

    keyed: writes under a key of an outer object, whose order shows only where its keys are listed.
    """

    awaits: list[Await] = field(default_factory=list)
    pushes: list[Call] = field(default_factory=list)
    others: list[Node] = field(default_factory=list)
    soft: list[Call] = field(default_factory=list)
    keyed: list[Node] = field(default_factory=list)
    skips: list[Continue] = field(default_factory=list)


def parts_of_turn(body: list[Stmt], made: set[str]) -> Parts:
    """Take a body apart; `made` are the names that each turn binds anew."""
    parts = Parts()
    inner = {n.id for s in body for n in _bound(s)} | made
    for node in walk(*body):
        if isinstance(node, Await):
            parts.awaits.append(node)
        elif isinstance(node, Call):
            _call(node, inner, parts)
        elif isinstance(node, (Assign, Bind)):
            _assign(node, inner, parts)
    for closure in (n for n in walk(*body) if isinstance(n, Closure)):
        parts.others += _pushed_within(closure, inner)
    parts.skips = [n for s in body for n in _continues(s)]
    return parts


def _pushed_within(closure: Closure, made: set[str]) -> list[Node]:
    """What a function written in a turn adds to lists of all turns: `rows.forEach((row) => out.push(row))`."""
    function, found = closure.function, list[Node]()
    own = made | function.bindings
    for node in walk(*function.body):
        if isinstance(node, Call) and isinstance(node.callee, Member) and node.callee.attr in _APPENDS:
            found += [node] if root(node.callee) not in own | {"this"} else []
        elif isinstance(node, Closure):
            found += _pushed_within(node, own)
    return found


def _call(node: Call, made: set[str], parts: Parts) -> None:
    callee = node.callee
    if isinstance(callee, Member) and callee.attr in _APPENDS and root(callee) not in made:
        plain = callee.attr == "push" and isinstance(node.parent, Do) and len(node.arguments) == 1
        if plain and not node.arguments[0].star and isinstance(callee.value, (Name, Member)):
            parts.pushes.append(node)
        else:
            parts.others.append(node)
    elif isinstance(callee, Name) and _SETTER.match(callee.id) and callee.id not in ("setTimeout", "setInterval"):
        parts.soft += [node] if node.arguments and isinstance(node.arguments[0].value, Closure) else []


def pushed_to(push: Call) -> Expr:
    """The list that `out.push(x)` grows."""
    assert isinstance(push.callee, Member)
    return push.callee.value


def _assign(node: "Assign | Bind", made: set[str], parts: Parts) -> None:
    for target in node.targets if isinstance(node, Assign) else [node.target]:
        plain = isinstance(target, Name) and target.id not in made and not getattr(node, "declares", "")
        if plain or (isinstance(target, Member) and root(target) not in made):
            parts.others.append(node)
        elif isinstance(target, Subscript) and root(target) not in made:
            parts.keyed.append(node)


def root(node: Node) -> str:
    """The name that a chain of members begins with."""
    here: Any = node
    while isinstance(here, (Member, Call)) or hasattr(here, "index"):
        here = here.callee if isinstance(here, Call) else here.value
    return here.id if isinstance(here, Name) else ""


def _bound(statement: Node) -> Iterator[Name]:
    for node in walk(statement):
        if isinstance(node, Assign) and node.declares:
            yield from (n for t in node.targets for n in walk(t) if isinstance(n, Name))
        elif isinstance(node, Loop) and node.target is not None:
            yield from (n for n in walk(node.target) if isinstance(n, Name))


def _continues(node: Any) -> Iterator[Continue]:
    """The `continue` statements of this turn, not those of loops inside it."""
    if isinstance(node, Continue):
        yield node
    elif isinstance(node, If):
        for part in (*node.body, *node.orelse):
            yield from _continues(part)
    elif isinstance(node, Try):
        for part in (*node.body, *(s for h in node.handlers for s in h.body), *node.orelse, *node.final):
            yield from _continues(part)
    elif isinstance(node, Switch):
        for part in (s for c in node.cases for s in c.body):
            yield from _continues(part)


# ----------------------------------------------------------------------- tails


def tails(body: list[Stmt], ends: set[int]) -> bool | None:
    """Whether every path through a body ends in one of some statements (by id): True, some do: False, or None.

    A path that throws is over as well. None: one of them is followed by more code.
    """
    if not body:
        return False
    for statement in body[:-1]:
        found = any(id(n) in ends for n in _statements(statement))
        if found and not (isinstance(statement, If) and _closes(statement, ends)):
            return None
    last = body[-1]
    if id(last) in ends or isinstance(last, Raise):
        return True
    if isinstance(last, If):
        answers = [tails(last.body, ends), tails(last.orelse, ends)]
    elif isinstance(last, Try):
        if last.final and any(id(n) in ends for s in last.final for n in _statements(s)):
            return None
        answers = [tails(last.body, ends), *(tails(h.body, ends) for h in last.handlers)]
    else:
        return None if any(id(n) in ends for n in _statements(last)) else False
    return None if None in answers else all(answers)


def _closes(statement: If, ends: set[int]) -> bool:
    """`if (x) { out.push(y); continue }`: a path that is over."""
    for branch in (statement.body, statement.orelse):
        found = any(id(n) in ends for s in branch for n in _statements(s))
        if found and not (isinstance(branch[-1], Continue) and len(branch) > 1 and id(branch[-2]) in ends):
            return False
    return True


def _statements(node: Any) -> Iterator[Node]:
    return (n for n in walk(node) if isinstance(n, (Do, Assign)))


def in_try(node: Node) -> bool:
    """Whether a node stands in a `try` of its function."""
    up = node.parent
    while up is not None and not isinstance(up, Function):
        if isinstance(up, Try):
            return True
        up = up.parent
    return False


def uses(nodes: list[Any], name: str) -> bool:
    """Whether code mentions a name, functions written in it included."""
    pending: list[Any] = list(nodes)
    while pending:
        for node in walk(pending.pop()):
            if isinstance(node, Name) and node.id == name:
                return True
            if isinstance(node, Closure):
                pending += node.function.body
                pending += [p.default for p in node.function.params if p.default is not None]
    return False


