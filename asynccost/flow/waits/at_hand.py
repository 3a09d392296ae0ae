"""Requests that ask nobody: `fetch("data:image/png;base64," + text)`, `fetch(URL.createObjectURL(blob))`."""

import re

from asynccost.flow.file import File
from asynccost.flow.reach import binder, values
from asynccost.flow.tree import Call, Choice, Expr, Function, Name
from asynccost.flow.words import chain

_DATA = re.compile(r"""\(*["'`](?:data|blob):""")
_MAKES = frozenset({"createObjectURL", "toDataURL"})
_GLOBAL = frozenset({"fetch", "window", "globalThis", "self"})
_STEPS = 4  # names between a request and the address that it is given


def is_at_hand(call: Call, names: list[str], file: File, function: Function) -> bool:
    """Whether the browser's or Node's fetch() is given an address that holds the answer, or names a blob."""
    if file.language != "javascript" or names[-1] != "fetch" or names[0] not in _GLOBAL or len(names) > 2:
        return False
    first = call.arguments[0] if call.arguments else None
    return first is not None and not first.star and _holds(first.value, file, function, 0)


def _holds(expr: Expr | None, file: File, function: Function, depth: int) -> bool:
    if expr is None or depth > _STEPS:
        return False
    if isinstance(expr, Choice):
        return bool(expr.options) and all(_holds(option, file, function, depth + 1) for option in expr.options)
    if isinstance(expr, Call):
        return chain(expr.callee)[-1] in _MAKES
    if isinstance(expr, Name):
        scope = binder(expr.id, function)
        if scope is None or any(param.name == expr.id for param in scope.params):
            return False
        given = values(expr.id, scope)
        return bool(given) and all(_holds(value, file, scope, depth + 1) for value in given)
    return _DATA.match(file.text(expr)) is not None
