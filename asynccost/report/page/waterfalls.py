"""Requests that waited for each other without need: as they ran, and as they would run beside each other."""

from collections.abc import Sequence
from heapq import heappushpop

from asynccost.probe.flows import MOST_EXAMPLE
from asynccost.probe.trace import Serial
from asynccost.report.page.data import Asked, Stretch, Waterfall

MOST = 3  # runs of requests that are drawn
AT_ONCE = 10  # requests that the fixes of a scan let run together
WORTH = 0.005  # seconds; less than that is no waterfall


def waterfalls(rows: Sequence[Serial]) -> list[Waterfall]:
    """The runs with the most to save, worst first."""
    worst = sorted((row for row in rows if len(row.example) > 1), key=lambda row: (-row.worst_seconds, row.place))
    drawn = (waterfall(row) for row in worst[:MOST] if row.worst_seconds >= WORTH)
    return [one for one in drawn if one is not None]


def waterfall(row: Serial) -> Waterfall | None:
    """One run; None where what was kept of it has no length."""
    run = [(float(begin), float(seconds), str(what), str(where)) for begin, seconds, what, where in row.example]
    whole = max(begin + seconds for begin, seconds, _, _ in run)
    if whole <= 0:
        return None
    begins = beside([seconds for _, seconds, _, _ in run])
    best = max(begin + seconds for begin, (_, seconds, _, _) in zip(begins, run, strict=True))
    place = f"{row.place.path}:{row.place.line}" + (f" {row.place.function}" if row.place.function else "")
    first = f"The first {MOST_EXAMPLE} requests of a run" if len(run) == MOST_EXAMPLE else f"{len(run)} requests"
    note = f"{first} of one task; none needed the answer of an earlier one. Beside each other: {AT_ONCE} at a time."
    requests = [
        Asked(what, where, _stretch(begin, seconds, whole), _stretch(earlier, seconds, whole))
        for (begin, seconds, what, where), earlier in zip(run, begins, strict=True)
    ]
    return Waterfall(place, note, _words(whole, whole), _words(best, whole), requests)


def beside(lengths: Sequence[float], at_once: int = AT_ONCE) -> list[float]:
    """When each would begin if up to `at_once` ran together, in their order."""
    free = [0.0] * at_once
    begins = []
    for length in lengths:
        begins.append(free[0])
        heappushpop(free, free[0] + length)
    return begins


def _stretch(begin: float, seconds: float, whole: float) -> Stretch:
    told = f"{_words(begin, whole)} to {_words(begin + seconds, whole)}"
    return Stretch(round(100 * begin / whole, 2), max(round(100 * seconds / whole, 2), 0.4), told)


def _words(seconds: float, whole: float) -> str:
    """In one unit for a whole chart."""
    return f"{seconds:.2f} s" if whole >= 1 else f"{1000 * seconds:.0f} ms"
