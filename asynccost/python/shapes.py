"""What a function's text shows before anybody parses it: neighbouring awaits, and awaits in loops.

Never wrong in one direction: where the text does not show both for certain to be absent, they count as present.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from asynccost.flow.file import File
from asynccost.flow.mentions import STRINGS
from asynccost.flow.tree import Function

_AWAIT_IN_STRING = re.compile(rb"""[fFtT][rR]?["'](?:.(?!\n\n))*?await""", re.DOTALL)
_NO_PART = re.compile(  # what begins a statement that stands between two others and is no await of its own
    rb"(?:if|elif|else|for|while|with|async|try|except|finally|return|raise|assert|yield|del|def|class|break|continue)\b|@"
)
_NOTHING = re.compile(rb"(?:pass|import|from|global|nonlocal)\b")  # leaves no trace between two others
_LOOP = re.compile(rb"(?:async[ \t]+)?for\b|while\b")
_FOR = re.compile(rb"\bfor\b")
_REPEATS = re.compile(rb"\b(?:for|while)\b")


class Shape(NamedTuple):
    """neighbours: two statements may follow each other that each await; loops: a loop's turns may await."""

    neighbours: bool
    loops: bool


ANY = Shape(True, True)
NONE = Shape(False, False)


def shape_of(file: File, function: Function) -> Shape:
    """The shape of a function whose body waits."""
    late = function.late
    if late is None or file.module.broken:
        return ANY
    known = file.memo(_shapes)
    if id(function) not in known:
        known[id(function)] = shape(file.module.source[late.start : late.end])
    return known[id(function)]


def _shapes(_: File) -> dict[int, Shape]:
    return {}


@lru_cache(maxsize=64)  # asked of the functions of a file before it is lowered, and again by each rule
def shape(text: bytes) -> Shape:
    """The shape of the text of one function."""
    count = text.count(b"await")
    repeats = b"for" in text or b"while" in text
    if count < 2 and not (repeats and (count or b"async" in text)):
        return NONE
    code = STRINGS.sub(b'', text) if b'"' in text or b"'" in text or b"#" in text else text
    if b'"' in code or b"'" in code or b"\\" in code or b";" in code or b"\r" in code.replace(b"\r\n", b""):
        return ANY
    if code.count(b"await") != count and _AWAIT_IN_STRING.search(text):
        return ANY
    repeats = repeats and _REPEATS.search(code) is not None
    if code.count(b"await") < 2 and not repeats:
        return NONE
    return _of_lines(code, repeats)


def _of_lines(code: bytes, repeats: bool) -> Shape:
    neighbours = loops = False
    awaited: list[int] = []  # the indentations of the blocks around whose last statement awaits
    inside: list[int] = []  # the indentations of the loops around
    depth = 0
    held: list[bytes] = []
    for line in code.split(b"\n"):
        if not line or line.isspace():
            continue
        depth += len(line.translate(None, b")]}")) - len(line.translate(None, b"([{"))
        if depth > 0:
            held.append(line)
            continue
        if depth < 0:
            return ANY
        if held:
            line = b" ".join((*held, line))
            held = []
        said = line.lstrip()
        indent = len(line) - len(said)
        waits = b"await" in said
        if repeats:
            while inside and inside[-1] >= indent:
                inside.pop()
            is_loop = _LOOP.match(said) is not None
            if inside and (waits or (said.startswith(b"async") and b"with" in said)):
                loops = True
            if waits and (is_loop or _FOR.search(said)):
                loops = True
            if is_loop:
                inside.append(indent)
        while awaited and awaited[-1] > indent:
            awaited.pop()
        if waits and not _NO_PART.match(said):
            if awaited and awaited[-1] == indent:
                neighbours = True
            else:
                awaited.append(indent)
        elif awaited and awaited[-1] == indent and not _NOTHING.match(said):
            awaited.pop()
    return ANY if depth else Shape(neighbours, loops)
