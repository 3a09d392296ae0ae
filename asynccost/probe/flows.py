"""Reads of one task that wait for each other without need.

Two requests of a task are serial where the later began shortly after the earlier had ended, and independent where no
value that is new in the later one's URL stands in an answer before it. An answer that was not read, or was too long,
says nothing: such pairs are counted as unknown.
"""

from __future__ import annotations

import itertools
import re
import weakref
from _thread import allocate_lock
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import unquote

from asynccost.probe import callers
from asynccost.probe.rows import Calls, Serial
from asynccost.probe.tallies import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asynccost.probe.callers import Chain, Stack
    from asynccost.probe.recorder import Recorder, Table
    from asynccost.probe.request import Line, Plan, Request
    from asynccost.probe.sites import Spot

MOST_ANSWERS = 8  # the last ones of a run of requests
MOST_ANSWER = 1 << 16  # bytes
MOST_EXAMPLE = 12  # requests of a run that are kept as an example
MOST_EXAMPLES = 8  # rows that keep one
LONGEST_WAIT = 0.25  # seconds
SHORT = 3  # characters: such a value must stand alone in an answer to count
_numbers = itertools.count(1)
_PARTS = re.compile(r"[/?&=]+")


class Flow:
    """One task, or one thread without a loop: its run of reads that do not need each other."""

    __slots__ = (
        "answers",
        "before",
        "busy",
        "calls",
        "ended",
        "last",
        "length",
        "line",
        "longest",
        "number",
        "parts",
        "plan",
        "row",
        "run",
        "saved",
        "settling",
        "spans",
        "stack",
        "stem",
        "table",
        "task",
        "unknown",
        "url",
    )

    def __init__(self, task: object) -> None:
        """Nothing was read."""
        self.task = nobody if task is None else weakref.ref(task)  # by itself: another may come to have its id
        self.number = next(_numbers)
        self.busy = 0
        self.answers: deque[bytes] = deque(maxlen=MOST_ANSWERS)
        self.table: object = None
        self.line: Line | None = None  # of its last request
        self.settling = allocate_lock()
        self.spans: list[float] = []  # of the last reads of this row, still to be added up
        self.row: Serial | None = None
        self.calls: Calls | None = None
        self.restart()

    def restart(self) -> None:
        """The next request begins a new run."""
        self.settle()
        self.answers.clear()
        self.ended = self.longest = self.saved = 0.0
        self.run: list[tuple[float, float, Spot, Calls]] = []  # its first requests: when they began, how long they took
        self.last: Spot | None = None
        self.stack: Stack | None = None
        self.calls = None
        self.row = None  # that of the last pair of one place, for a loop to find it at once
        self.plan: Plan | None = None  # of the last read, if that is of such a pair
        self.length = 0
        self.url = self.stem = ""  # of the last read; the stem is set where `independent` has looked at it
        self.before: frozenset[str] = frozenset()  # the stem's values
        self.parts: frozenset[str] | None = None  # the URL's, where `follows` has looked at it
        self.unknown = False

    def read(self, serial: Serial | None, seconds: float) -> None:
        """A read has ended; serial: if it waited for another without need."""
        self.settle()
        self.length += 1
        if serial is not None:
            self._saves(serial, 1, min(seconds, self.longest))
        self.longest = max(self.longest, seconds)

    def settle(self) -> None:
        """Add up the last reads of a loop. Of one after another, all but the longest could have been saved.

        Whoever takes a trace does so, too; then the task waits here, and goes on with what is added up: but not for
        long, since who holds it may have been left behind by a fork or by a fault.
        """
        lock = self.settling
        if not lock.acquire(timeout=LONGEST_WAIT):
            self.settling = allocate_lock()
            return
        try:
            spans, self.spans = self.spans, []
            if spans and self.row is not None and self.calls is not None:
                before, self.longest = self.longest, max(self.longest, *spans)
                self.length += len(spans)
                self._saves(self.row, len(spans), sum(spans) - (self.longest - before))
                count(self.calls, "2xx", spans)
        finally:
            lock.release()

    def _saves(self, serial: Serial, reads: int, seconds: float) -> None:
        serial.requests += reads
        serial.savable_seconds += seconds
        self.saved += seconds
        serial.longest = max(serial.longest, self.length)
        if self.saved > serial.worst_seconds:
            serial.worst_seconds, serial.example = self.saved, self.run


def nobody() -> None:
    """There is no loop, so there are no tasks."""
    return


def independent(mine: Flow, url: str) -> bool:
    """Whether a read of another URL than the last one's needs no answer; if so, it is the last one from now on."""
    stem = mine.stem
    if not stem:
        stem, _, last = mine.url.rpartition("/")
        stem = mine.stem = f"{stem}/" if last.isalnum() else "?"  # which begins no URL
        mine.before = parts_of(stem)
    value = url[len(stem) :]
    if value.isalnum() and url.startswith(stem):  # but for one value, the same
        needs = value not in mine.before and _told(value.encode(), mine.answers)
    else:
        needs = _needs(parts_of(url) - parts_of(mine.url), mine.answers)
        if not needs:
            mine.stem = ""
    if not needs:
        mine.url, mine.parts = url, None
    return not needs


def follows(recorder: Recorder, request: Request, url: str) -> Serial | None:
    """A read begins: the row to count it in if it waited for an earlier one without need."""
    plan, mine = request.plan, request.flow
    row = plan.row
    above = request.stack or mine.stack
    if mine.busy or request.started - mine.ended > recorder.gap or mine.table is not recorder.rows:
        mine.restart()
        mine.table = recorder.rows
    found: Serial | None = None
    parts = mine.parts if url == mine.url else parts_of(url)
    if mine.last is not None:
        later, earlier = calls_of(above), calls_of(mine.stack)
        if mine.row is not None and mine.calls is row and later == earlier:
            found = mine.row  # the same line again, as in a loop
        else:
            mine.settle()
            place, previous = callers.parted(recorder.sites, earlier, later, plan.spot)
            found = recorder.row(Serial, place, previous, row.origin, row.path, row.step)
            mine.row = found if previous is None else None
        needs = False
        if url != mine.url and parts:
            needs = _needs(parts - (mine.parts or parts_of(mine.url)), mine.answers)
        if mine.unknown or needs:
            found.unknown += mine.unknown
            found.dependent += needs and not mine.unknown
            mine.restart()
            found = None
    mine.url, mine.stem, mine.parts, mine.last, mine.stack, mine.unknown = url, "", parts, plan.spot, above, True
    mine.calls = row
    mine.plan = plan if mine.row is not None else None
    mine.busy += 1
    return found


def calls_of(stack: Stack | None) -> Chain:
    """The user's frames."""
    return [] if stack is None else stack.calls


def parts_of(url: str) -> frozenset[str]:
    """The values of a URL."""
    return frozenset(_PARTS.split(url))


def _needs(new: frozenset[str], answers: Iterable[bytes]) -> bool:
    for part in new:
        value = (unquote(part) if "%" in part else part).encode()
        if value and _told(value, answers):
            return True
    return False


def _told(value: bytes, answers: Iterable[bytes]) -> bool:
    for answer in answers:  # noqa: SIM110 - a generator is a frame more
        if value in answer and (len(value) >= SHORT or _alone(value, answer)):
            return True
    return False


def _alone(value: bytes, answer: bytes) -> bool:
    return re.search(rb"(?<![0-9A-Za-z])" + re.escape(value) + rb"(?![0-9A-Za-z])", answer) is not None


def keep_worst(table: Table) -> None:
    """Leave an example to the rows with the most to save; each run of requests is one row's example."""
    rows = [row for row in table.copy().values() if isinstance(row, Serial) and row.example]
    told: set[int] = set()
    for row in sorted(rows, key=lambda row: -row.worst_seconds):
        if len(told) == MOST_EXAMPLES or id(row.example) in told:
            row.example = []
        else:
            told.add(id(row.example))
