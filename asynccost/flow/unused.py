"""Private functions that nobody calls any more, as far as their own file shows; the second pass asks the others."""

import re

from asynccost.flow.tree import Function

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
