"""Whether code can be reached at all, as far as constants in the same function tell.

Private functions that nobody calls any more, as far as their own file shows; the second pass asks the others.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from asynccost.flow.around import above
from asynccost.flow.tree import (
    Break,
    Choice,
    Constant,
    Continue,
    Expr,
    Function,
    If,
    Name,
    Node,
    Other,
    Raise,
    Return,
    Try,
    With,
)
from asynccost.flow.words import chain, words

Known = Mapping[str, bool]


def is_dead(node: Node, function: Function, source: bytes, known: Known = MappingProxyType({})) -> bool:
    """Whether a node stands in `if False:`, or a statement before it always leaves.

    `enabled = False` ... `if not enabled: return` does so, where nothing else of the function sets `enabled`.
    known: whether its parameters hold, where a call says so.
    """
    below = node
    for up in above(node):
        for block in (getattr(up, "body", None), getattr(up, "orelse", None)):
            if not block or not any(s is below for s in block):
                continue
            for statement in block:
                if statement is below:
                    break
                if _leaves(statement, function, source, known):
                    return True
        if isinstance(up, If) and below is not up.test:
            held = _truth(up.test, function, source, known)
            if held is not None and held is not any(s is below for s in up.body):
                return True
        below = up
    return False


def _leaves(statement: Node, function: Function, source: bytes, known: Known) -> bool:
    """Whether nothing goes on behind a statement."""

    def end(*blocks: Sequence[Node]) -> bool:
        return all(any(_leaves(s, function, source, known) for s in block) for block in blocks)

    if isinstance(statement, If):
        if end(statement.body, statement.orelse):
            return True
        return _truth(statement.test, function, source, known) is True and end(statement.body)
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


def _truth(expr: Expr, function: Function, source: bytes, known: Known) -> bool | None:
    """Whether a condition is known to hold or to fail."""
    if isinstance(expr, Constant):
        return bool(expr.value)
    if isinstance(expr, Name):
        if expr.id in known:
            return known[expr.id]
        values = function.index.bound.get(expr.id, []) if function.index and expr.id in function.bindings else []
        only = values[0] if len(values) == 1 else None
        if not isinstance(only, Constant) or times_set(expr.id, source, function.start, function.end) > 1:
            return None
        return bool(only.value)
    if isinstance(expr, Other) and expr.op in ("not", "!") and expr.parts:
        inner = _truth(expr.parts[0], function, source, known)
        return None if inner is None else not inner
    if isinstance(expr, Choice) and expr.test is None:
        each = [_truth(o, function, source, known) for o in expr.options]
        if expr.op == "or":
            return True if True in each else False if all(k is False for k in each) else None
        if expr.op == "and":
            return False if False in each else True if all(k is True for k in each) else None
    return None


_SETS = (
    rb"(?:\+\+|--)\s*%(name)s(?![\w$])|(?<![\w$.])%(name)s\s*"
    rb"(?:\+\+|--|(?::[^=\n]*)?(?:[^\w\s=!<>()\[\]{},;.]{0,3})=(?![=>]))"
)


def times_set(name: str, source: bytes, start: int, end: int) -> int:
    """How often a name is set between two bytes, also by functions that are written there."""
    return len(re.findall(_SETS % {b"name": re.escape(name.encode())}, source[start:end]))


_PRIVATE = rb"\bprivate\s+(?:(?:static|async|override|readonly)\s+)*%s\b"
_DISPATCH = (b"getattr(self", b"getattr(cls", b"this[")


def left_over(function: Function, source: bytes) -> str:
    """The name of a private function or method that its file mentions nowhere but where it is defined; else ""."""
    name = function.name
    if not name or any(way in source for way in _DISPATCH):
        return ""
    word = re.escape(name.encode())
    if function.owner is None:
        lone = name.startswith("_") and not function.decorators and function.scope is not None
        if not lone or function.scope is None or function.scope.kind != "module":
            return ""
        return name if len(re.findall(rb"(?<![\w$])%s(?![\w$])" % word, source)) == 1 else ""
    own = name.startswith(("_", "#")) and not name.startswith("__") and not function.owner.bases
    if not own and not (b"private" in source and re.search(_PRIVATE % word, source)):
        return ""
    return name if len(re.findall(rb"(?<![\w$])%s(?![\w$])" % word, source)) == 1 else ""
