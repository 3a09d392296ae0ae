"""Functions whose calls may all be in sight: those that others cannot name, or are not meant to."""

import re

from asynccost.flow.module import Module
from asynccost.flow.tree import Assign, Function, Name
from asynccost.flow.words import handed_back

_PRIVATE = rb"\bprivate\s+(?:(?:static|async|override|readonly)\s+)*%s\b"
DISPATCH = (b"getattr(self", b"getattr(cls", b"this[")


def is_private(function: Function, source: bytes) -> bool:
    """Whether JavaScript lets only its own class call a method: `#send()`, `private send()`."""
    word = re.escape(function.name.encode())
    return function.name.startswith("#") or (b"private" in source and re.search(_PRIVATE % word, source) is not None)


def keeps_to_itself(function: Function, module: Module) -> bool:
    """Whether a function is private, or written in another."""
    name = function.name
    if not name or function.scope is None or function.kind not in ("function", "method", "arrow"):
        return False
    if module.language == "python":
        return is_nested(function) or (name.startswith("_") and not name.startswith("__"))
    if function.owner is not None:
        return is_private(function, module.source)
    return function.kind != "method" and _is_bound(function, name) and (is_nested(function) or _is_kept(name, module))


def is_nested(function: Function) -> bool:
    """Whether a function is written in another."""
    return function.owner is None and function.scope is not None and function.scope.kind != "module"


def _is_kept(name: str, module: Module) -> bool:
    """Whether a script does not export a name: one without imports and exports may be a page's, whose names all see."""
    return name not in module.exports.values() and bool(module.imports or module.exports)


def _is_bound(function: Function, name: str) -> bool:
    """Whether a function has its name by a declaration, or by the variable that it is given to, itself or by a hook."""
    if function.scope is None or name not in function.scope.bindings:
        return False
    if function.closure is None:
        return True
    hook = handed_back(function.closure)
    up = (hook or function.closure).parent
    target = up.targets[0] if isinstance(up, Assign) else None
    return isinstance(target, Name) and target.id == name
