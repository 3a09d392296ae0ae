"""What expressions come to, as far as constants of the same function, and what a call hands in, tell."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from asynccost.flow.tree import (
    Argument,
    Call,
    Choice,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)


class Told(Enum):
    """What is known of a value that is no literal: nothing, or that it holds (and is not None), or that it does not."""

    NOTHING = "nothing"
    HOLDS = "holds"
    FAILS = "fails"


UNKNOWN: Final = Told.NOTHING
Value = str | int | float | bool | None | Told
Known = Mapping[str, Value]  # values of parameters, by name

_DEPTH = 6
_EQUAL = {"==": True, "===": True, "is": True, "!=": False, "!==": False, "is not": False}
_WITHIN = {"in": True, "not in": False}


def truth(expr: Expr, function: Function, source: bytes, known: Known) -> bool | None:
    """Whether a condition is known to hold or to fail."""
    return holds(value(expr, function, source, known))


def holds(said: Value) -> bool | None:
    """Whether a value holds as a condition; None where that is not known."""
    if isinstance(said, Told):
        return {Told.HOLDS: True, Told.FAILS: False}.get(said)
    return bool(said)


def value(expr: Node | None, function: Function, source: bytes, known: Known, depth: int = 0) -> Value:
    """What an expression of a function comes to."""

    def of(part: Node | None) -> Value:
        return value(part, function, source, known, depth + 1)

    if expr is None or depth > _DEPTH:
        return UNKNOWN
    if isinstance(expr, Constant):
        return expr.value
    if isinstance(expr, Argument):
        return of(expr.value)
    if isinstance(expr, Name):
        return known[expr.id] if expr.id in known else of(_only(expr.id, function, source, bool(known)))
    if isinstance(expr, (Member, Subscript)):  # `opts?.input`: a part of nothing is nothing, or cannot be had
        return None if of(expr.value) is None else UNKNOWN
    if isinstance(expr, Choice):
        return _chosen(expr, [of(option) for option in expr.options], UNKNOWN if expr.test is None else of(expr.test))
    if isinstance(expr, Call):
        return _called(expr, of(_receiver(expr)))
    if isinstance(expr, Other):
        return _compared(expr, [of(part) for part in expr.parts])
    return UNKNOWN


def _only(name: str, function: Function, source: bytes, follow: bool) -> Expr | None:
    """The one value of a name that nothing else of a function sets: a literal, or (follow) whatever it is."""
    values = function.index.bound.get(name, []) if function.index and name in function.bindings else []
    if not values:
        return _switched_off(name, function, source)
    only = values[0] if len(values) == 1 else None
    if not (follow or isinstance(only, Constant)) or times_set(name, source, function.start, function.end) > 1:
        return None
    return only


def _switched_off(name: str, function: Function, source: bytes) -> Expr | None:
    """The `False` that a file's own constant is, `SEND_FIRST = False`, where nothing in the file sets it otherwise."""
    scope: Function | None = function
    while name.isupper() and scope is not None and name not in scope.bindings:
        scope = scope.scope
    if not name.isupper() or scope is None or scope.kind != "module" or scope.index is None:
        return None
    values = scope.index.bound.get(name, [])
    only = values[0] if len(values) == 1 else None
    off = isinstance(only, Constant) and only.value is False
    return only if off and times_set(name, source, 0, len(source)) == 1 else None


def _chosen(expr: Choice, each: list[Value], test: Value) -> Value:
    """`a and b`, `a or b`, `a ?? b`, `test ? a : b`."""
    if expr.test is not None:
        held = holds(test)
        return UNKNOWN if held is None else each[0 if held else 1]
    if expr.op == "??":
        first = each[0]
        return each[-1] if first is None and len(each) == 2 else UNKNOWN if isinstance(first, Told) else first
    ends = expr.op == "or"  # what an operand must be for the rest to be left alone
    truths = [holds(one) for one in each]
    for one, held in zip(each, truths, strict=True):
        if held is ends:
            return one
        if held is None:
            break
    else:
        return each[-1]
    return (Told.HOLDS if ends else Told.FAILS) if ends in truths else UNKNOWN


def _receiver(call: Call) -> Node | None:
    """What a call depends on: the object whose method it is, or what `bool` and `isinstance` are asked of."""
    callee = call.callee
    if isinstance(callee, Member):
        return callee.value
    plain = isinstance(callee, Name) and callee.id in ("bool", "Boolean", "isinstance") and call.arguments
    return call.arguments[0].value if plain else None


def _called(call: Call, said: Value) -> Value:
    callee = call.callee
    if isinstance(callee, Member):
        return None if said is None else UNKNOWN  # `opts?.has("input")`
    if not isinstance(callee, Name) or said is UNKNOWN:
        return UNKNOWN
    if callee.id == "isinstance":
        return False if said is None and _names_no_none(call) else UNKNOWN
    held = holds(said)
    return UNKNOWN if held is None else held


def _names_no_none(call: Call) -> bool:
    """Whether the classes of `isinstance(value, (dict, list))` are all named, so that None is of none of them."""
    asked = call.arguments[1].value if len(call.arguments) == 2 else None
    classes = asked.items if isinstance(asked, Collection) else [asked]
    names = [one.id if isinstance(one, Name) else one.attr if isinstance(one, Member) else "" for one in classes]
    return bool(names) and all(name not in ("", "NoneType", "object") for name in names)


def _compared(expr: Other, parts: list[Value]) -> Value:
    """`not a`, `a == b`, `a is None`, `a in ("b", "c")`."""
    if expr.op in ("not", "!") and parts:
        held = holds(parts[0])
        return UNKNOWN if held is None else not held
    if len(parts) != 2:
        return UNKNOWN
    if expr.op in _EQUAL:
        same = _same(parts[0], parts[1], expr.op)
        return UNKNOWN if same is None else same is _EQUAL[expr.op]
    right = expr.parts[1]
    if expr.op in _WITHIN and isinstance(right, Collection) and right.kind != "dict":
        each = [_same(parts[0], item.value, "==") for item in right.items if isinstance(item, Constant)]
        if len(each) == len(right.items) and None not in each:
            return (True in each) is _WITHIN[expr.op]
    return UNKNOWN


def _same(left: Value, right: Value, op: str) -> bool | None:
    """Whether two values are the same; None stands for `null` and for `undefined`, which only `==` takes for one."""
    if left is None and right is None:
        return None if len(op) == 3 else True
    if left is None or right is None:
        other = right if left is None else left
        return None if other in (Told.NOTHING, Told.FAILS) else False
    if isinstance(left, Told) or isinstance(right, Told) or type(left) is not type(right):
        return None
    return left == right


_SETS = (
    rb"(?:\+\+|--)\s*%(name)s(?![\w$])|(?<![\w$.])%(name)s\s*"
    rb"(?:\+\+|--|(?::[^=\n]*)?(?:[^\w\s=!<>()\[\]{},;.]{0,3})=(?![=>]))"
)


def times_set(name: str, source: bytes, start: int, end: int) -> int:
    """How often a name is set between two bytes, also by functions that are written there."""
    return len(re.findall(_SETS % {b"name": re.escape(name.encode())}, source[start:end]))
