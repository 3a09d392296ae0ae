"""Cut out, by indentation, the functions of a file that are worth parsing.

A slice is an outermost function with its decorators: the names that a nested coroutine may see are then
in it. Text can deceive, so the parse is held against the cut: `lower_slices` checks that every slice is
one function, and parses the whole file otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

HEAD = re.compile(rb"\n([ \t]*+)(?=[@acd])(?:(@)|(?:async[ \t]+)?def[ \t]|class[ \t]+(\w+))")
UNFINISHED = (b"\\", b"\\\r", b"(", b"[", b"{", b",")
CONSTRUCTOR = b"def __init__("


@dataclass(slots=True, frozen=True)
class Block:
    """A class or (without a name) a function: from its first decorator or its first word to its last line."""

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


@lru_cache(maxsize=1)  # whoever finds that a file may matter lowers it next
def cut(source: bytes) -> list[Slice] | None:
    """List the slices worth parsing; None where lines are not what they seem, and only a parse can tell.

    A helper with a single await is one of them: whether it waits for the network is what its callers ask.
    """
    if b"await" not in source:
        return []
    odd_lines = b"\r" in source and source.count(b"\r") != source.count(b"\r\n")
    if odd_lines or b"\f" in source or source.startswith(b"\xef\xbb\xbf"):
        return None
    text = b"\n" + source  # a line's newline here is at the offset of its first byte there
    found: list[Slice] = []
    around: list[Block] = []
    lost = -1  # the indentation of a class that ended, it seems, before something that stands deeper
    quotes = counted = 0
    for block in blocks(text):
        while around and around[-1].end <= block.start:
            lost = max(lost, around.pop().indent)
        if block.indent <= lost:
            lost = -1
        if block.name:
            around.append(block)
        elif text.find(b"async", block.start, block.end) >= 0 and cut_short(text, block):
            return None  # what it awaits may stand behind its seeming end
        elif not worth_parsing(text, block.start, block.end):
            continue
        elif cut_short(text, block):
            return None
        else:
            quotes += text.count(b'"""', counted, block.start)
            counted = block.start
            in_a_string = quotes % 2
            if in_a_string or lost >= 0 or (block.indent and not around):
                return None
            found.append(Slice(block.start, block.end, tuple(around)))
    return found


def blocks(text: bytes) -> Iterator[Block]:
    """Walk the classes and the functions that are in no other function."""
    position = 0
    decorators: tuple[int, bytes] | None = None  # where those of what comes next begin, and their indentation
    while head := HEAD.search(text, position):
        line, (indent, at, name) = head.start(), head.groups()
        position = head.end()
        start = line + len(indent)
        if at:
            if decorators is None or decorators[1] != indent:
                decorators = (start, indent)
            continue
        end = block_end(text, position, len(indent))
        if decorators and decorators[1] == indent and not name:
            start = decorators[0]
        decorators = None
        yield Block(start, end, len(indent), name.decode("utf-8", "replace") if name else "")
        if not name:
            position = end


def cut_short(text: bytes, block: Block) -> bool:
    """Tell whether a function seems to go on after its block: in a string, in brackets, after a backslash."""
    return (
        text.endswith(UNFINISHED, block.start, block.end)
        or text.count(b'"""', block.start, block.end) % 2 == 1
        or text.count(b"'''", block.start, block.end) % 2 == 1
    )


def block_end(text: bytes, start: int, indent: int) -> int:
    """Find the newline before the next statement that is indented no deeper, or the end of the text."""
    after = _outdent(indent).search(text, start)
    return after.start() if after else len(text)


@cache
def _outdent(indent: int) -> re.Pattern[bytes]:
    # Comments and closing brackets may stand further left than the statement that they belong to.
    return re.compile(rb"\n[ \t]{0,%d}+[^\s#)\]}]" % indent)


def worth_parsing(text: bytes, start: int, end: int) -> bool:
    """Tell whether a function awaits something, or is the constructor that says what the attributes are."""
    return text.find(b"await", start, end) >= 0 or text.startswith(CONSTRUCTOR, start)
