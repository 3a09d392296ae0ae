"""`.asynccost/baseline.jsonl`: a header, then one line a finding, sorted, made to be read in a review."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asynccost import __version__
from asynccost.baseline.entry import Entry, as_row, of_row
from asynccost.errors import BaselineError, PathError

SCHEMA = 1
_OURS, _BASE, _MIDDLE, _THEIRS = "<<<<<<<", "|||||||", "=======", ">>>>>>>"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that a project has accepted. conflicts: how many merge conflicts were resolved to read them."""

    entries: tuple[Entry, ...] = ()
    conflicts: int = 0


def load(path: str) -> Baseline:
    """Read a baseline; a conflict that git left in it counts as what both sides hold."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise PathError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: not a baseline: it is not UTF-8 text") from None
    return parse(text, path)


def parse(text: str, path: str) -> Baseline:
    """The baseline that a text holds; `path` is for messages."""
    lines, conflicts = _resolved([*enumerate(text.splitlines(), 1)], path)
    entries = [_entry(number, line, path) for number, line in lines if line.strip()]
    return Baseline(tuple(sorted(e for e in entries if e is not None)), conflicts)


def text(entries: Iterable[Entry]) -> str:
    """A baseline as it is written. The same findings give the same bytes."""
    rows = [{"asynccost_baseline": SCHEMA, "version": __version__}, *map(as_row, sorted(entries))]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _entry(number: int, line: str, path: str) -> Entry | None:
    where = f"{path}:{number}"
    try:
        row = json.loads(line)
    except ValueError:
        raise BaselineError(f"{where}: not a line of a baseline: {line[:60]!r} is no JSON") from None
    if isinstance(row, dict) and "asynccost_baseline" in row:
        if row["asynccost_baseline"] != SCHEMA:
            raise BaselineError(
                f"{where}: written by another version of asynccost (schema {row['asynccost_baseline']!r}, "
                f"this one reads {SCHEMA}); update asynccost, or make the baseline anew"
            )
        return None
    try:
        return of_row(row)
    except ValueError as error:
        raise BaselineError(f"{where}: not a line of a baseline: {error}") from None


Line = tuple[int, str]


def _resolved(lines: Sequence[Line], path: str) -> tuple[list[Line], int]:
    """The lines without conflict markers: of each conflict what stands on both sides, the stricter choice."""
    kept: list[Line] = []
    sides: dict[str, list[Line]] = {}
    side, begun, conflicts = "", 0, 0
    for number, line in lines:
        mark = line[:7]
        if mark == _OURS and not side:
            side, begun, sides = _OURS, number, {_OURS: [], _BASE: [], _MIDDLE: []}
        elif mark in (_BASE, _MIDDLE) and side:
            side = mark
        elif mark == _THEIRS and side:
            kept += _both(sides[_OURS], sides[_MIDDLE])
            side, conflicts = "", conflicts + 1
        elif side:
            sides[side].append((number, line))
        else:
            kept.append((number, line))
    if side:
        raise BaselineError(f"{path}:{begun}: a merge conflict begins here and does not end; restore the file from git")
    return kept, conflicts


def _both(ours: Sequence[Line], theirs: Sequence[Line]) -> list[Line]:
    there = Counter(line for _, line in theirs)
    both = []
    for number, line in ours:
        if there[line] > 0:
            there[line] -= 1
            both.append((number, line))
    return both
