"""The probe around single tests: each test counts into rows of its own, work that tests share into others."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.recorder import Table
from asynccost.probe.trace import Trace
from asynccost.testing.counts import Counts, counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from asynccost.probe.recorder import Recorder

NAME = "asynccost-tests"  # of the plugin that watches every test


class Delays:
    """How long the thread that made this wanted to run and had to wait for a processor.

    The file stays open: to open it takes twenty times as long as to read it, and every test reads it.
    """

    def __init__(self) -> None:
        """Begin to read."""
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def seconds(self) -> float:
        """Since the thread began; 0 where the system does not tell."""
        try:
            return int(os.pread(self._file, 64, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0
        except (OSError, IndexError, ValueError):
            return 0.0

    def close(self) -> None:
        """Read no more."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


class Watched:
    """One test: the rows that count what it does."""

    def __init__(self, delays: Delays) -> None:
        """Nothing was done yet."""
        self.rows = Table()
        self._delays = delays
        self._began = delays.seconds()

    @property
    def trace(self) -> Trace:
        """What the test did so far."""
        recorder = ON.recorder
        if recorder is None or not self.rows:
            return Trace()
        return Trace((), (recorder.told(row) for row in recorder.looked(self.rows)))

    @property
    def counts(self) -> Counts:
        """The same as numbers; a loop stood still only for as long as the machine had a processor for it."""
        recorder = ON.recorder
        if recorder is None or not self.rows:
            return Counts()
        return counts(recorder.looked(self.rows), self._delays.seconds() - self._began, recorder.places.line)


class Counting:
    """Stretches that are counted into rows of their own."""

    __slots__ = ("_before", "_recorder", "_rows")

    def __init__(self, recorder: Recorder, rows: Table) -> None:
        """It has not begun."""
        self._recorder, self._rows = recorder, rows

    def __enter__(self) -> None:
        """It begins."""
        self._before = self._recorder.rows
        self._recorder.count_into(self._rows)

    def __exit__(self, *_: object) -> None:
        """It ends."""
        self._recorder.count_into(self._before)


class Watch:
    """The probe of this process, and the table that is counted into."""

    def __init__(self, root: str) -> None:
        """Begin to watch."""
        self.recorder = ENGINE.start(root, sparing=True)
        self.recorder.gap = math.inf  # a slow machine must not make the numbers smaller
        self.shared = Table()
        self.recorder.count_into(self.shared)
        self.delays = Delays()

    def stop(self) -> None:
        """Watch no longer."""
        ENGINE.stop()
        self.delays.close()

    def counting(self, rows: Table) -> Counting:
        """Count into these rows."""
        return Counting(self.recorder, rows)


def fixture(request: pytest.FixtureRequest) -> Iterator[Watched]:
    """The fixture `asynccost_probe`: the test's own rows, or a probe of its own where nobody watches."""
    tests: Any = request.config.pluginmanager.get_plugin(NAME)
    if tests is not None:
        yield tests.watched(request.node)
        return
    watch = Watch(str(request.config.rootpath))
    one = Watched(watch.delays)
    try:
        with watch.counting(one.rows):
            yield one
    finally:
        watch.stop()
