"""asyncio tasks and timer handles by the place that made them, and what became of them."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any

from asynccost.probe.guards import guarded
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.rows import Tasks, Timers
from asynccost.probe.sites import OTHER, USER, Spot

MOST_GONE = 1_000
MOST_COUNTS = 32  # that are kept although none of their tasks lives
_running, _task = asyncio._get_running_loop, asyncio.current_task


def current() -> object:
    """The task that runs now; None outside of loops."""
    loop = _running()
    return None if loop is None else _task(loop)


class _Started:
    """A task: where it was started, and the row that counts it."""

    __slots__ = ("live", "reference", "row", "spot")

    def __init__(self, spot: Spot, row: Tasks, live: list[int]) -> None:
        self.spot, self.row, self.live = spot, row, live
        self.reference: Any = None


class TaskWatch:
    """The live tasks and timers of a process, by identity."""

    def __init__(self, recorder: Recorder) -> None:
        """None is known."""
        self._recorder = recorder
        self._tasks: dict[int, _Started] = {}
        self._gone: dict[int, _Started] = {}
        self._counts: dict[int, list[int]] = {}
        self._timers: dict[int, tuple[Any, Timers]] = {}
        self.kinds = recorder.sites.kinds
        recorder.sites.above = self.above
        recorder.when_turned.append(self._turned)

    def _turned(self) -> None:
        """Other rows are counted into: those of before may go, and so does what is known of tasks that went."""
        if self._gone:
            self._gone.clear()
        if len(self._counts) > MOST_COUNTS:
            for identity in [identity for identity, live in self._counts.items() if not live[0]]:
                del self._counts[identity]

    def started(self, task: Any) -> None:
        """Count a new task in."""
        identity = id(task)
        if identity in self._tasks:
            return  # a loop's create_task that calls another one's
        spot = self._recorder.sites.find()
        if spot is OTHER:
            return  # asyncio's own
        row = self._recorder.row(Tasks, spot, STEP.get())
        live = self._counts.setdefault(id(row), [0])
        live[0] += 1
        row.created += 1
        if live[0] > row.max_live:
            row.max_live = live[0]
        started = self._tasks[identity] = _Started(spot, row, live)
        started.reference = weakref.ref(task, guarded(lambda _: self._collected(identity)))

    def _collected(self, identity: int) -> None:
        started = self._tasks.pop(identity, None)
        if started is not None:
            started.live[0] -= 1
            if len(self._gone) >= MOST_GONE:
                self._gone.clear()
            self._gone[identity] = started  # the collector tells of an object before its own last words

    def above(self) -> Spot | None:
        """The place that started the task that runs now."""
        started = self._tasks.get(id(current()))
        return None if started is None else started.spot

    def complained(self, context: dict[str, Any]) -> None:
        """The loop's exception handler is told of a task that nobody held or whose exception nobody saw."""
        task = context.get("task") or context.get("future")
        started = self._tasks.get(id(task)) or self._gone.get(id(task))
        message = str(context.get("message", ""))
        if started is not None and message.startswith("Task was destroyed"):
            started.row.dropped += 1
        elif started is not None and message.endswith("never retrieved"):
            started.row.failed_unseen += 1

    def ending(self, loop: Any) -> None:
        """A loop ends: what of it is pending is left."""
        now = None if loop.is_closed() else loop.time()
        for task in asyncio.all_tasks(loop):
            started = self._tasks.get(id(task))
            if started is not None:
                started.row.left += 1
        for identity, (reference, row) in self._timers.copy().items():
            handle = reference()
            if handle is not None and handle._loop is loop:
                row.left += now is not None and not handle.cancelled() and handle.when() > now
                self._timers.pop(identity, None)

    def timed(self, handle: Any, caller: Any) -> None:
        """Count a timer handle in if the user's own code asked for it."""
        sites = self._recorder.sites
        if sites.kind_of(caller.f_code.co_filename) != USER:
            return
        row = self._recorder.row(Timers, sites.spot(caller), STEP.get())
        row.created += 1
        identity = id(handle)
        self._timers[identity] = weakref.ref(handle, guarded(lambda _: self._timers.pop(identity, None))), row
