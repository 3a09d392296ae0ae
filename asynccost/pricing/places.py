"""A trace by the lines of today's files: its places are found by line, or by text once a file has changed."""

import ast
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

from asynccost.model import Finding
from asynccost.pricing.here import Here, lasted
from asynccost.probe.sites import line_hashes
from asynccost.probe.trace import Calls, Place, Row, Serial, Trace

At = tuple[str, int]  # path as findings name it, line; 0 for a place that is not there any more


class Sites:
    """Which rows stand where. paths: the files that were scanned; read: their text as it is now."""

    def __init__(
        self, trace: Trace, source: str, date: str, paths: Iterable[str], read: Callable[[str], bytes]
    ) -> None:
        self.source, self.date = source, date
        self._lasted = lasted(trace)
        self._now = _located(trace, paths, read)
        self._rows: dict[At, list[tuple[Row, Place]]] = {}
        for row in trace:
            for place in dict.fromkeys(_places_of(row)):
                if at := self.now(place):
                    self._rows.setdefault(at, []).append((row, place))

    def at(self, finding: Finding) -> Here | None:
        """What the trace holds of the lines of a finding."""
        last = max(finding.span.line, finding.span.end_line - (finding.span.end_column == 1))
        return self.here(finding.path, range(finding.span.line, last + 1))

    def here(self, path: str, lines: Iterable[int]) -> Here | None:
        """What the trace holds of some lines of a file; each row once."""
        found = Here(self.source, self.date, self._lasted)
        seen: set[tuple[int, bool]] = set()
        for line in lines:
            for row, place in self._rows.get((path, line), ()):
                built = isinstance(row, Calls) and row.client_place == place
                made = getattr(row, "place", None) == place or isinstance(row, Serial)
                for through in (True, False):
                    if (built if through else made) and (id(row), through) not in seen:
                        seen.add((id(row), through))
                        found.put(row, through=through)
        return found if seen else None

    def now(self, place: Place) -> At | None:
        """Where a place stands today; None where it is in none of the files, or gone."""
        at = self._now.get(place)
        return at if at and at[1] else None


def _located(trace: Trace, paths: Iterable[str], read: Callable[[str], bytes]) -> dict[Place, At]:
    """Every place that lies in one of the files, with its line of today."""
    ours = _by_name(paths)
    by_file: dict[str, list[Place]] = {}
    for place in sorted(_places(trace)):
        if path := _same_file(place.path, ours):
            by_file.setdefault(path, []).append(place)
    found: dict[Place, At] = {}
    for path, places in by_file.items():
        lines = _lines(places, read(path))
        found |= {place: (path, line) for place, line in lines.items()}
    return found


def _places(trace: Trace) -> set[Place]:
    """Every place that rows name."""
    return {p for row in trace for p in _places_of(row)}


def _places_of(row: Row) -> list[Place]:
    """The places that a row names."""
    named = (getattr(row, name, None) for name in ("place", "client_place", "previous"))
    return [p for p in named if isinstance(p, Place)]


def _by_name(paths: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return found


def _same_file(path: str, ours: Mapping[str, list[str]]) -> str | None:
    """The scanned file that a trace's path names: the run may have begun in a folder above or below."""
    named = ours.get(path.rpartition("/")[2], ())
    near = [p for p in named if f"/{p}".endswith(f"/{path}") or f"/{path}".endswith(f"/{p}")]
    if path in near:
        return path
    return near[0] if len(near) == 1 else None


def _lines(places: list[Place], text: bytes) -> dict[Place, int]:
    whole = blake2b(text, digest_size=8).hexdigest()
    found = {p: p.line for p in places if p.file_hash == whole}
    if len(found) == len(places):
        return found
    hashes, functions = line_hashes(text), _functions(text)
    alike: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        if place not in found:
            alike.setdefault((place.line_hash, place.function), []).append(place)
    for (line_hash, function), group in alike.items():
        same = [n for n, known in enumerate(hashes, 1) if known == line_hash] if line_hash else []
        inside = [n for n in same if _function(n, functions) == function]
        found |= _paired(group, inside or (same if len(same) == 1 else []))
    return found


def _paired(places: list[Place], lines: list[int]) -> dict[Place, int]:
    """Places of one text and the lines that have it now: in their order, or the nearest; 0 where there is none."""
    old = sorted({p.line for p in places})
    if len(old) == len(lines):
        now = dict(zip(old, lines, strict=True))
    else:
        now = {line: min(lines, key=lambda n: abs(n - line)) if lines else 0 for line in old}
    return {p: now[p.line] for p in places}


def _function(line: int, functions: list[tuple[int, int, str]]) -> str:
    around = [f for f in functions if f[0] <= line <= f[1]]
    return max(around)[2] if around else "<module>"


def _functions(text: bytes) -> list[tuple[int, int, str]]:
    """First line, last line and qualified name (as `co_qualname` gives it) of every function; none of broken code."""
    found: list[tuple[int, int, str]] = []

    def look(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = prefix + child.name
                found.append((child.lineno, child.end_lineno or child.lineno, name))
                look(child, f"{name}.<locals>.")
            else:
                look(child, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix)

    try:
        look(ast.parse(text), "")
    except (SyntaxError, ValueError, RecursionError):
        return []
    return found
