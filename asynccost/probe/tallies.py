"""How long requests took, added up many at once: a request appends a float, and what sums floats runs in C.

Adding to a list and taking it away are single steps between which CPython with a GIL does not switch threads.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asynccost.probe.rows import Calls

MOST_TIMES = 128
MOST_WAITING = 256
_BUCKETS = [str(n) for n in range(64)]


class Settling(Protocol):
    """What holds numbers that are still to be added up."""

    def settle(self) -> None:
        """Add them up."""


class Tally:
    """The seconds of a row's requests that were answered well."""

    __slots__ = ("row", "times")

    def __init__(self, row: Calls) -> None:
        """None has ended."""
        self.row = row
        self.times: list[float] = []

    def add(self, outcome: str, seconds: float) -> None:
        """A request has ended."""
        if outcome != "2xx":
            count(self.row, outcome, (seconds,))
            return
        self.times.append(seconds)
        if len(self.times) >= MOST_TIMES:
            self.settle()

    def settle(self) -> None:
        """Add up what has ended."""
        times, self.times = self.times, []
        if times:
            count(self.row, "2xx", times)


class Tallies:
    """Those of a table's rows, and which tasks have reads that are to be added up."""

    def __init__(self) -> None:
        """No row is known."""
        self._tallies: dict[int, Tally] = {}
        self.waiting: list[Settling] = []

    def find(self, row: Calls) -> Tally:
        """The tally of a row."""
        tally = self._tallies.get(id(row))
        if tally is None:
            tally = self._tallies.setdefault(id(row), Tally(row))
        return tally

    def waits(self, one: Settling) -> None:
        """It has something to add up from now on."""
        self.waiting.append(one)
        if len(self.waiting) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Add up everything."""
        waiting, self.waiting = self.waiting, []
        for one in (*waiting, *self._tallies.copy().values()):
            one.settle()


def count(row: Calls, outcome: str, times: Sequence[float]) -> None:
    """Count requests that ended so in: how many, how long, and in which power of two of microseconds each."""
    n, seconds = len(times), sum(times)  # by themselves: no other thread comes between what is read and what is written
    row.seconds += seconds
    row.outcomes.setdefault(outcome, 0)
    row.outcomes[outcome] += n
    for bits, n in Counter(map(int.bit_length, map(int, map(1e6.__mul__, times)))).items():
        bucket = _BUCKETS[bits]
        row.durations.setdefault(bucket, 0)
        row.durations[bucket] += n
