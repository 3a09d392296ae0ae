"""Lines of source code around a place, as text for a terminal or a page."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asynccost.decoding import decode
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


def frame(lines: Sequence[str], span: Span, width: int = 100) -> list[Line]:
    """The lines of a place, the one before it, and what to underline. Long lines are cut to the width."""
    first, last = span.line, max(span.line, span.end_line if span.end_column > 1 else span.end_line - 1)
    numbers = [n for n in range(max(first - 1, 1), last + 1) if n <= len(lines)]
    if len(numbers) > _MOST:
        numbers = [*numbers[: _MOST - 2], *numbers[-1:]]
    shown: list[Line] = []
    for n in numbers:
        text = lines[n - 1]
        if n < first:
            if text.strip():
                shown.append(Line(n, _cut(visible(text), 0, width)[0]))
            continue
        start = span.column - 1 if n == first else len(text) - len(text.lstrip())
        end = span.end_column - 1 if n == span.end_line else len(text.rstrip())
        before, inside = visible(text[:start]), visible(text[start:end])
        cut, dropped = _cut(visible(text), len(before), width)
        at = len(before) - dropped
        shown.append(Line(n, cut, (at, max(min(at + len(inside), len(cut)), at + 1))))
    return shown


def visible(text: str) -> str:
    """Text with tabs as spaces, and with what could hide or reorder other text as <U+....>."""
    if text.isascii() and text.isprintable():
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


def _cut(text: str, keep: int, width: int) -> tuple[str, int]:
    """Cut a line so that character `keep` stays in sight; also how many were dropped on the left."""
    if len(text) <= width:
        return text, 0
    drop = max(0, keep - width // 3)
    return text[drop : drop + width], drop
