"""Byte offsets of a source to lines and columns."""

from bisect import bisect_right
from itertools import accumulate

from asynccost.model import Span


class Lines:
    """The line starts of one source; columns come out in code points, both from 1."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._ascii = source.isascii()
        self._last = 0, 0
        self._starts = [*accumulate([len(line) + 1 for line in source.split(b"\n")[:-1]], initial=0)]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte."""
        line = bisect_right(self._starts, offset) - 1
        begin = self._starts[line]
        if self._ascii:
            return line + 1, offset - begin + 1
        if not begin <= self._last[0] <= offset:
            self._last = begin, 0
        before, column = self._last  # a long line is not counted from its start again and again
        text = self._source[before:offset]
        column += len(text) if text.isascii() else len(text.decode("utf-8", "replace"))
        self._last = offset, column
        return line + 1, column + 1

    def offset(self, line: int, column: int) -> int:
        """The byte at a line and a column, the reverse of `place`."""
        if not 0 < line <= len(self._starts):
            return len(self._source)
        begin = self._starts[line - 1]
        text = self._source[begin : self._starts[line] if line < len(self._starts) else len(self._source)]
        if text.isascii():
            return begin + column - 1
        return begin + len(text.decode("utf-8", "replace")[: column - 1].encode())

    def span(self, start: int, end: int) -> Span:
        """A span with its lines and columns."""
        return Span(start, end, *self.place(start), *self.place(end))
