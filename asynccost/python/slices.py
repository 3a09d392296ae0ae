"""Cut out, by indentation, the functions of a file that are worth parsing.

A slice is an outermost function with its decorators: the names that a nested coroutine may see are then
in it. Text can deceive, so the parse is held against the cut: `lower_slices` checks that every slice is
one function, and parses the whole file otherwise.
"""

import re
from dataclasses import dataclass
from functools import cache

HEAD = re.compile(rb"\n([ \t]*+)(?=[@acd])(?:(@)|(?:async[ \t]+)?def[ \t]|class[ \t]+(\w+))")
FOR = re.compile(rb"for[ \t](?<=\sfor.)[^\n#:\"']{1,80}?[ \t]in\b[^\n]*")
WHILE = re.compile(rb"\n[ \t]*+while\b")


@dataclass(slots=True, frozen=True)
class Block:
    """A class around a slice: where it stands and what it is called."""

    start: int
    end: int
    indent: int
    name: str


@dataclass(slots=True, frozen=True)
class Slice:
    """The bytes of one outermost function, from its first decorator on."""

    start: int
    end: int
    classes: tuple[Block, ...]


def cut(source: bytes) -> list[Slice] | None:
    """List the slices worth parsing; None where lines are not what they seem, and only a parse can tell."""
    if not worth_parsing(source, 0, len(source)):
        return []
    if source.startswith(b"\xef\xbb\xbf") or b"\f" in source:
        return None
    if b"\r" in source and source.count(b"\r") != source.count(b"\r\n"):
        return None
    found: list[Slice] = []
    around: list[Block] = []
    lost = -1  # the indentation of a class that ended, it seems, before something that stands deeper
    quotes = counted = 0  # triple quotes up to a place: an odd number of them means inside a docstring
    decorated = (0, b"")  # where the decorators of what comes next begin, and their indentation
    text = b"\n" + source  # a line's newline here is at the offset of its first byte there
    position = 0
    while head := HEAD.search(text, position):
        start, (indent, at, name) = head.start(), head.groups()
        position = head.end()
        if at:
            if decorated[1] != indent or not decorated[0]:
                decorated = (start + len(indent) + 1, indent)
            continue
        end = block_end(text, position, len(indent))
        while around and around[-1].end <= start:
            lost = max(lost, around.pop().indent)
        if len(indent) <= lost:
            lost = -1
        if name:
            around.append(Block(start + len(indent), end, len(indent), name.decode("utf-8", "replace")))
        else:
            if worth_parsing(text, start, end):
                quotes += text.count(b'"""', counted, start)
                counted = start
                doubtful = quotes % 2 or lost >= 0 or (indent and not around)
                if doubtful or text.endswith((b"\\", b"\\\r"), start, end):
                    return None
                first = decorated[0] - 1 if decorated[0] and decorated[1] == indent else start + len(indent)
                found.append(Slice(first, end, tuple(around)))
            position = end
        decorated = (0, b"")
    return found


def block_end(text: bytes, start: int, indent: int) -> int:
    """Find the newline before the next statement that is indented no deeper, or the end of the text."""
    after = _outdent(indent).search(text, start)
    return after.start() if after else len(text)


@cache
def _outdent(indent: int) -> re.Pattern[bytes]:
    # Comments and closing brackets may stand further left than the statement that they belong to.
    return re.compile(rb"\n[ \t]{0,%d}+[^\s#)\]}]" % indent)


def worth_parsing(text: bytes, start: int, end: int) -> bool:
    """Tell whether a block holds a coroutine with two awaits, or with one that a loop may be around."""
    at = text.find(b"await", start, end)
    if at < 0 or text.find(b"async", start, end) < 0:
        return False
    if text.find(b"await", at + 5, end) >= 0:
        return True
    if FOR.search(text, start, at) or WHILE.search(text, start, at):
        return True
    # Only a comprehension's `for` stands after what it repeats; a statement ends its line with a colon.
    return any(not loop[0].rstrip().endswith(b":") for loop in FOR.finditer(text, at, end))
