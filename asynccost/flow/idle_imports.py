"""Imports of JavaScript that came out of use: a file takes in what a module exports by default, and never names it."""

import re

_DEFAULT = re.compile(rb"^[ \t]*import\s+([A-Za-z_$][\w$]*)\s+from\s*[\"'][^\"'\n]*[\"'][ \t]*;?", re.M)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*(?:-[\w$]+)*")
_PART = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])")
_TEMPLATES = (".vue", ".svelte")


def used_imports(code: bytes, path: str) -> bytes:
    """A script without the default imports whose name stands nowhere else in it.

    What they import still runs once, yet nothing comes to what it exports. A template may say `<user-card>` for
    `UserCard`.
    """
    names = {found[1] for found in _DEFAULT.finditer(code)}
    if not names:
        return code
    said = {*_WORD.findall(_DEFAULT.sub(b"", code))}
    said |= {part for word in said for part in word.split(b"-")}  # `count-total` is a subtraction as well as a tag
    tags = path.endswith(_TEMPLATES)
    idle = {name for name in names if name not in said and not (tags and _PART.sub(b"-", name).lower() in said)}
    return _DEFAULT.sub(lambda found: b"" if found[1] in idle else found[0], code) if idle else code
