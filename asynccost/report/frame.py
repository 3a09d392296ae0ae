"""Lines of source code around a place, as text for a terminal or a page."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from asynccost.files.decoding import decode
from asynccost.model import Span
from asynccost.report import Report

_MOST = 7  # lines of a long place that are shown; the middle is left out


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a frame; `mark` is the stretch of `text` to underline."""

    number: int
    text: str
    mark: tuple[int, int] | None = None


def lines_of(report: Report, path: str) -> list[str]:
    """The lines of a file."""
    return _split(report.read(path), path)


@lru_cache(maxsize=8)
def _split(data: bytes, path: str) -> list[str]:
    text = decode(data, path, "python" if path.endswith((".py", ".pyw")) else "javascript").data or b""
    return [line.rstrip("\r") for line in text.decode("utf-8", "replace").split("\n")]


def frame(lines: Sequence[str], span: Span, width: int = 100, more: str = "…") -> list[Line]:
    """The lines of a place, the one before it, and what to underline. more: stands where a line was cut to the width.

    Where a line is too long for the width, all of them lose the margin that they share, and more if the place would
    be out of sight else: they stay in line with each other.
    """
    first, last = span.line, max(span.line, span.end_line if span.end_column > 1 else span.end_line - 1)
    numbers = [n for n in range(max(first - 1, 1), last + 1) if n <= len(lines)]
    if len(numbers) > _MOST:
        numbers = [*numbers[: _MOST - 2], *numbers[-1:]]
    if numbers and numbers[0] < first and not lines[numbers[0] - 1].strip():
        del numbers[0]
    texts = {n: visible(lines[n - 1]) for n in numbers}
    dropped = _margin(texts.values(), len(visible(lines[first - 1][: span.column - 1])), width) if first in texts else 0
    shown: list[Line] = []
    for n, text in texts.items():
        cut, mark = _cut(text, dropped, width, more), None
        if n >= first:
            raw = lines[n - 1]
            start = span.column - 1 if n == first else len(raw) - len(raw.lstrip())
            end = span.end_column - 1 if n == span.end_line else len(raw.rstrip())
            at = max(len(visible(raw[:start])) - dropped, 0)
            until = len(visible(raw[:end])) - dropped
            mark = (min(at, len(cut)), max(min(until, len(cut)), at + 1))
        shown.append(Line(n, cut, mark))
    return shown


def _margin(texts: Collection[str], keep: int, width: int) -> int:
    """How much to cut from the left of every line so that character `keep` of one of them stays in sight."""
    if all(len(text) <= width for text in texts):
        return 0
    shared = min(len(text) - len(text.lstrip()) for text in texts if text.strip())
    return shared if keep - shared < 2 * width // 3 else keep - width // 3


def _cut(text: str, drop: int, width: int, more: str) -> str:
    left = more if text[:drop].strip() else ""
    text = left + text[drop + len(left) :]
    if cells(text[: width + 1]) <= width and len(text) <= width:
        return text
    room, end = width - 1, 0
    while end < len(text) and (room := room - _cells(text[end])) >= 0:
        end += 1
    return text[:end] + more


def visible(text: str) -> str:
    """Text with tabs as spaces, and with what could hide or reorder other text as <U+....>."""
    if text.isprintable():
        return text
    return "".join(_shown(c) for c in text)


def _shown(c: str) -> str:
    if c == "\t":
        return "    "
    if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c != "\u200d":
        return f"<U+{ord(c):04X}>"
    return c


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(c) for c in text)


def _cells(c: str) -> int:
    if unicodedata.combining(c) or c == "\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1
