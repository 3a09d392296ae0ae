"""How a source is laid out around a place: what edits of either language need."""

from asynccost.model import Edit


def indent_of(source: bytes, at: int) -> str:
    """The white space that the line of a byte begins with."""
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(b" \t\f"))].decode()


def alone_on_its_lines(source: bytes, start: int, end: int, comment: bytes) -> bool:
    """Whether nothing but white space, and a comment behind it, shares the lines of a stretch."""
    before = source[source.rfind(b"\n", 0, start) + 1 : start].strip()
    after = source[end:].partition(b"\n")[0].strip()
    return not before and (not after or after.startswith(comment))


def lines_below(path: str, source: bytes, at: int, text: str) -> Edit:
    """New lines below the line of a byte, and its comment; `text` ends in a line feed."""
    line = source.find(b"\n", at) + 1
    if line:
        return Edit(path, line, line, text)
    return Edit(path, len(source), len(source), "\n" + text.removesuffix("\n"))  # the last line has no end
