"""The lines of a diff as pieces that can stand side by side: what stays, and what was there beside what comes."""

from collections.abc import Iterable
from itertools import groupby

from asynccost.report.page.data import Piece

_KINDS = {"+": "change", "-": "change", "@": "at"}


def pieces(lines: Iterable[str]) -> list[Piece]:
    """Neighbouring lines that begin with - or + belong together, in the order of a unified diff."""
    found = []
    for kind, group in groupby(lines, key=lambda line: _KINDS.get(line[:1], "same")):
        here = list(group)
        if kind == "change":
            found.append(Piece(kind, [x[1:] for x in here if x[0] == "-"], [x[1:] for x in here if x[0] == "+"]))
        else:
            found.append(Piece(kind, [line[1:] if kind == "same" else line for line in here]))
    return found
