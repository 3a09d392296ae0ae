"""Questions about the nodes of a loop that the flow tree's own rooms do not ask."""

import re
from typing import Any

from asynccost.flow.tree import Assign, Await, Choice, Closure, If, Name, Node, Subscript, Try
from asynccost.flow.walk import walk

DECLARED = ("const", "let", "var")


def declares(statement: Any) -> bool:
    """Whether a statement declares names and gives them a value."""
    return isinstance(statement, Assign) and statement.declares in DECLARED and statement.value is not None


def names_of(statement: Any) -> list[str]:
    """The names that a statement assigns."""
    return [n.id for t in getattr(statement, "targets", []) for n in walk(t) if isinstance(n, Name)]


def identifiers(pattern: str) -> list[str]:
    """The words of a pattern."""
    return re.findall(r"[A-Za-z_$][\w$]*", pattern)


def mentions(body: list[Any], name: str) -> list[Name]:
    """Every mention of a name, functions written in the code included."""
    found: list[Name] = []
    pending: list[Any] = list(body)
    while pending:
        for node in walk(pending.pop()):
            if isinstance(node, Name) and node.id == name:
                found.append(node)
            elif isinstance(node, Closure):
                pending += node.function.body
    return found


def within(node: Node, around: Node | None) -> bool:
    """Whether a node stands in another."""
    return around is not None and around.start <= node.start and node.end <= around.end


def mentioned_inside(body: list[Any], name: str, own: int) -> bool:
    """Whether a name is mentioned more often than so many times."""
    return len(mentions(body, name)) != own


def is_target(place: Subscript | None) -> bool:
    """Whether a place is assigned to."""
    return place is not None and isinstance(place.parent, Assign) and any(t is place for t in place.parent.targets)


def conditional(wait: Await, statement: Node) -> bool:
    """Whether a wait is reached only sometimes, or behind something that runs first."""
    up = wait.parent
    below: Node = wait
    while up is not None and up is not statement:
        if isinstance(up, Choice) and below is not up.test and (up.test is not None or below is not up.options[0]):
            return True
        if isinstance(up, (If, Try)):
            return True
        below, up = up, up.parent
    return False


def paren(text: str) -> str:
    """The value of an arrow: an object needs parentheses."""
    return f"({text})" if text.startswith("{") else text

