"""A trace by the lines of today's files."""

from collections.abc import Callable, Iterable

from asynccost.model import Finding
from asynccost.pricing.here import Here, lasted
from asynccost.pricing.places import At, located, places_of
from asynccost.probe.trace import Calls, Place, Row, Serial, Trace


class Sites:
    """Which rows stand where. paths: the files that were scanned; read: their text as it is now."""

    def __init__(
        self, trace: Trace, source: str, date: str, paths: Iterable[str], read: Callable[[str], bytes]
    ) -> None:
        self.source, self.date = source, date
        self._lasted = lasted(trace)
        self._now = located(trace, paths, read)
        self._rows: dict[At, list[tuple[Row, Place]]] = {}
        for row in trace:
            for place in dict.fromkeys(places_of(row)):
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
