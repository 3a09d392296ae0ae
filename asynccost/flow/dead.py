"""Whether code can be reached at all, as far as constants in the same function tell.

Private functions that nobody calls any more, as far as their own file shows; the second pass asks the others.
"""

import re
from collections.abc import Sequence
from types import MappingProxyType

from asynccost.flow.around import above
from asynccost.flow.conditions import Known, truth
from asynccost.flow.module import Module
from asynccost.flow.private import DISPATCH, is_private, keeps_to_itself
from asynccost.flow.tree import Break, Choice, Continue, Expr, Function, If, Loop, Node, Raise, Return, Try, With
from asynccost.flow.words import chain, words


def is_dead(node: Node, function: Function, source: bytes, known: Known = MappingProxyType({})) -> bool:
    """Whether a node stands in `if False:`, or a statement before it always leaves.

    `enabled = False` ... `if not enabled: return` does so, where nothing else of the function sets `enabled`.
    known: the values of its parameters, where a call says so.
    """
    below = node
    for up in above(node):
        if _passes_by(up, below, function, source, known):
            return True
        for block in (getattr(up, "body", None), getattr(up, "orelse", None)):
            if not block or not any(s is below for s in block):
                continue
            for statement in block:
                if statement is below:
                    break
                if _leaves(statement, function, source, known):
                    return True
        below = up
    return False


def asks(node: Node, function: Function, module: Module) -> bool:
    """Whether what a function is given may decide whether a node runs, one that keeps to itself, or one around it."""
    here: tuple[Node | None, Function | None] = node, function
    while (below := here[0]) is not None and (around := here[1]) is not None and around.kind != "module":
        if keeps_to_itself(around, module) and hangs(below, around):
            return True
        here = around.closure or around.parent, around.scope
    return False


def hangs(node: Node, function: Function) -> bool:
    """Whether a condition, around a node or with an early end before it, may depend on what its function is given."""
    below = node
    if not any(p.name or p.pattern for p in function.params):
        return False
    for up in above(node):
        if isinstance(up, (If, Choice)) or (isinstance(up, Loop) and up.kind == "while"):
            return True
        blocks = (getattr(up, "body", ()), getattr(up, "orelse", ()))
        beside = (s for block in blocks if any(one is below for one in block) for s in block)
        if any(isinstance(s, (If, With, Try)) and s.start < below.start for s in beside):
            return True
        below = up
    return False


def _passes_by(up: Node, below: Node, function: Function, source: bytes, known: Known) -> bool:
    """Whether a condition right above a node, by what it comes to, never lets it run."""
    if isinstance(up, If) and below is not up.test:
        held = truth(up.test, function, source, known)
        return held is not None and held is not any(s is below for s in up.body)
    if isinstance(up, Loop) and up.kind == "while" and up.test is not None and any(s is below for s in up.body):
        return truth(up.test, function, source, known) is False
    if not isinstance(up, Choice) or below is up.test:
        return False
    at = next((n for n, option in enumerate(up.options) if option is below), 0)
    if up.test is not None:
        held = truth(up.test, function, source, known)
        return held is not None and held is (at > 0)
    ends = {"and": False, "or": True}.get(up.op)
    return ends is not None and any(truth(one, function, source, known) is ends for one in up.options[:at])


def _leaves(statement: Node, function: Function, source: bytes, known: Known) -> bool:
    """Whether nothing goes on behind a statement."""

    def end(*blocks: Sequence[Node]) -> bool:
        return all(any(_leaves(s, function, source, known) for s in block) for block in blocks)

    if isinstance(statement, If):
        if end(statement.body, statement.orelse):
            return True
        held = truth(statement.test, function, source, known)
        return held is not None and end(statement.body if held else statement.orelse)
    if isinstance(statement, With):
        return not any(_may_swallow(item.value, source) for item in statement.items) and end(statement.body)
    if isinstance(statement, Try):
        caught = [handler.body for handler in statement.handlers]
        tried = end(statement.body) or end(statement.orelse)
        return end(statement.final) or (tried and end(*caught))
    return isinstance(statement, (Return, Raise, Continue, Break))


_SWALLOWS = (  # how words begin that say so of a context manager
    "suppress", "rais", "ignor", "catch", "swallow", "handl", "error", "except", "fail", "retr", "attempt", "try",
    "saf", "guard", "toler", "fallback", "move", "cancel", "scope", "stack", "recover", "report", "log",
)
_HANDLES = rb"\b(?:def|class)\s+%s\b"


def _may_swallow(manager: Expr, source: bytes) -> bool:
    """Whether a context manager may go on behind its block when that fails, by its name or as the file defines it."""
    *_, last = chain(manager)
    if not last or any(word.startswith(_SWALLOWS) for word in words(last)):
        return True
    return re.search(_HANDLES % re.escape(last.encode()), source) is not None


def left_over(function: Function, source: bytes) -> str:
    """The name of a private function or method that its file mentions nowhere but where it is defined; else ""."""
    name = function.name
    if not name or any(way in source for way in DISPATCH):
        return ""
    word = re.escape(name.encode())
    if function.owner is None:
        lone = name.startswith("_") and not function.decorators and function.scope is not None
        if not lone or function.scope is None or function.scope.kind != "module":
            return ""
        return name if len(re.findall(rb"(?<![\w$])%s(?![\w$])" % word, source)) == 1 else ""
    own = name.startswith(("_", "#")) and not name.startswith("__") and not function.owner.bases
    if not own and not is_private(function, source):
        return ""
    return name if len(re.findall(rb"(?<![\w$])%s(?![\w$])" % word, source)) == 1 else ""
