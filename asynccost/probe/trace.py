"""The Trace: what a probed run did, as plain data: a list of processes, and one table for each kind of row (rows.py).

tracefile.py writes and reads it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from asynccost.probe.row import Place, Row
from asynccost.probe.rows import ROWS, Blocking, Calls, Clients, Counts, Requests, Serial, Steps, Tasks, Timers, Tokens

__all__ = [
    "ROWS",
    "Blocking",
    "Calls",
    "Clients",
    "Counts",
    "Place",
    "Process",
    "Requests",
    "Row",
    "Samples",
    "Serial",
    "Steps",
    "Tasks",
    "Timers",
    "Tokens",
    "Trace",
    "merged",
]
Samples = list[list[float]]
R = TypeVar("R", bound=Row)
Key = tuple[Any, ...]


@dataclass(slots=True)
class Process:
    """One process that was watched.

    started, ended: Unix time; ended is that of the last line written. finished: it said so itself; otherwise it was
    killed or left through os._exit, and up to `interval` seconds of its counts are missing. hooked: library -> version.
    gauges: [Unix time, RSS bytes, open descriptors, threads], thinned to at most 240. clients: [seconds since the
    start, most clients that were live since the sample before, built so far, live now], at most 120: two become one
    when there are more. errors: faults inside the probe, by place. full: rows that found their table full and were
    counted under the place "(other)".
    """

    pid: int
    started: float
    ended: float
    parent: int = 0
    program: str = ""
    python: str = ""
    finished: bool = False
    interval: float = 1.0
    cpu_seconds: float = 0.0
    hooked: dict[str, str] = field(default_factory=dict)
    gauges: Samples = field(default_factory=list)
    clients: Samples = field(default_factory=list)
    errors: Counts = field(default_factory=dict)
    full: int = 0

    @property
    def identity(self) -> tuple[int, float]:
        """What tells a process from others: number and start."""
        return self.pid, self.started


class Trace:
    """The processes of a run and its rows: `trace.rows(Calls)` gives those of a kind."""

    def __init__(self, processes: Iterable[Process] = (), rows: Iterable[Row] = ()) -> None:
        """Take over the processes; add up the rows."""
        self.processes: list[Process] = list(processes)
        self._tables: dict[type[Row], dict[Key, Row]] = {kind: {} for kind in ROWS}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Count a row in; it is not kept itself."""
        table = self._tables[type(row)]
        key = row.key()
        if key in table:
            table[key].add(row)
        else:
            table[key] = row.copy()

    def rows(self, kind: type[R]) -> list[R]:
        """The rows of a kind."""
        return [row for row in self._tables[kind].values() if isinstance(row, kind)]

    def __iter__(self) -> Iterator[Row]:
        """All rows, kind by kind."""
        for table in self._tables.values():
            yield from table.values()

    def since(self, earlier: "Trace") -> "Trace":
        """What happened after an earlier look at the same run: counts are differences, peaks those of now."""
        delta = Trace(self.processes, self)
        for row in earlier:
            mine = delta._tables[type(row)].get(row.key())
            if mine is not None:
                mine.add(row, sign=-1)
        for table in delta._tables.values():
            for key in [key for key, row in table.items() if _idle(row)]:
                del table[key]
        return delta


def _idle(row: Row) -> bool:
    """Nothing was counted, whatever the peaks say."""
    counts = (getattr(row, name) for name in row.measures() if name not in row.PEAKS)
    return not any(any(c.values()) if isinstance(c, dict) else c for c in counts)


def merged(traces: Iterable[Trace]) -> Trace:
    """Several traces as one: rows add up, a process that stands in several counts once."""
    processes: dict[tuple[int, float], Process] = {}
    whole = Trace()
    for trace in traces:
        processes.update((p.identity, p) for p in trace.processes)
        for row in trace:
            whole.add(row)
    whole.processes = sorted(processes.values(), key=lambda p: (p.started, p.pid))
    return whole
