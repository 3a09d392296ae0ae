"""What the hooks count into while a probe is on: rows in memory, live clients, origins; and how a Trace is taken of it.

No lock is held: counts change by single in-place additions, between which CPython with a GIL does not switch threads
(without a GIL, counts of threads that share a row may come out low). Rows in memory are those of rows.py, with spots
for places and routes for paths; they become places and templates when a trace is taken.
"""

from __future__ import annotations

import os
import sys
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asynccost.probe.guards import FAULTS
from asynccost.probe.on import ON
from asynccost.probe.routes import Route, Routes
from asynccost.probe.row import Row
from asynccost.probe.sites import OTHER, Places, Sites, Spot
from asynccost.probe.trace import Process, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_ROWS = 4_000
STEP: ContextVar[str] = ContextVar("asynccost_step", default="")
R = TypeVar("R", bound=Row)


class Table(dict[tuple[Any, ...], Row]):
    """Rows by their keys. memory: what is known of the requests that they count; it goes with the table."""

    __slots__ = ("memory",)

    def __init__(self) -> None:
        """Nothing was counted."""
        super().__init__()
        self.memory: Any = None


class Recorder:
    """The counts of one process. gap: seconds between two requests that may still have waited for each other."""

    gap = 0.5

    def __init__(self, root: str, key: bytes, interval: float = 1.0, sites: Sites | None = None) -> None:
        """Begin to count; `key` keeps hashes of one run comparable and of two runs not."""
        self.root, self.key = root, key
        self.sites = sites or Sites()
        self.places = Places(root)
        self.routes = Routes()
        self.rows = Table()
        self.process = Process(
            pid=os.getpid(),
            started=time.time(),
            ended=time.time(),
            parent=os.getppid(),
            program=program_of(sys.orig_argv),
            python=".".join(map(str, sys.version_info[:3])),
            interval=interval,
        )
        self.lookers: list[Callable[[Table], None]] = []  # called before a trace is taken: what is counted by looking
        self.when_turned: list[Callable[[], None]] = []  # called once other rows are counted into

    def row(self, kind: type[R], *key: Any) -> R:
        """The row of a key, made when it is first asked for."""
        full = (kind, *key)
        row = self.rows.get(full)
        if row is None:
            coarse = tuple(_coarse(part) for part in key) if len(self.rows) >= MOST_ROWS and OTHER not in key else key
            if coarse != key:  # the row that takes in the rest may be a new one, too
                self.process.full += 1
                return self.row(kind, *coarse)
            row = self.rows.setdefault(full, kind(*key))
            if ON.asleep:
                ON.wake()
        return cast("R", row)

    def count_into(self, rows: Table) -> None:
        """Count into these rows from now on."""
        self.rows = rows
        for turned in self.when_turned:
            turned()

    def forget(self) -> None:
        """Know no line or path from before: the rows from now on are told by themselves.

        Else a run of many tests, each of which has a server of its own, fills the tables of both.
        """
        self.routes = Routes()
        self.sites.forget()

    def take(self) -> Trace:
        """A Trace of now."""
        return Trace([self.seen()], (self.told(row) for row in self.looked()))

    def looked(self, table: Table | None = None) -> list[Row]:
        """The rows of a table, or of the one that is counted into, as of now; in the order in which they were made."""
        rows = self.rows if table is None else table
        for look in self.lookers:
            look(rows)
        return list(rows.copy().values())

    def seen(self) -> Process:
        """The process as of now."""
        self.process.ended = time.time()
        self.process.cpu_seconds = time.process_time()
        self.process.errors = dict(FAULTS)
        return self.process

    def told(self, row: R) -> R:
        """A copy of a row in memory, as it may leave it."""
        values: list[Any] = []
        names: tuple[str, ...] = row.__slots__
        for name in names:
            value = getattr(row, name)
            kind = type(value)
            if kind is Spot:
                value = self.places.place(value)
            elif kind is Route:
                value = value.template()
            elif kind is dict:
                value = dict(value)
            elif name == row.EXAMPLE:
                value = self._example(value)
            values.append(value)
        return type(row)(*values)

    def _example(self, run: Sequence[tuple[float, float, Spot, Any]]) -> list[list[Any]]:
        """See rows.Serial; `run`: as flows.Flow holds it."""
        told = []
        for started, seconds, spot, call in list(run):
            place = self.places.place(spot)
            what = f"{call.method} {call.origin}{call.path.template()}"
            told.append([round(started - run[0][0], 6), round(seconds, 6), what, f"{place.path}:{place.line}"])
        return told


def program_of(words: Sequence[str]) -> str:
    """The script or module that a Python runs; no argument of it, since those may be secret."""
    rest = iter(words[1:])
    for word in rest:
        if word == "-m":
            return next(rest, "")
        if word in ("-W", "-X"):
            next(rest, "")
        elif word == "-c":
            return "-c"
        elif not word.startswith("-"):
            return os.path.basename(word)
    return os.path.basename(words[0]) if words else ""


def _coarse(part: Any) -> Any:
    """What stands in a key once the table is full."""
    if isinstance(part, Spot):
        return OTHER
    if isinstance(part, Route):
        return part.root
    return "(other)" if isinstance(part, str) and part else part
