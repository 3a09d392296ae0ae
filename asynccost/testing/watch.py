"""The probe around single tests: each test counts into rows of its own, work that tests share into others."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.recorder import Table
from asynccost.probe.trace import Trace
from asynccost.testing.counts import Counts, counts

if TYPE_CHECKING:
    import pytest

NAME = "asynccost-tests"  # of the plugin that watches every test


class Watched:
    """One test: the rows that count what it does."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.rows = Table()
        self._began = delayed()

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
        return counts(self.trace, machine_busy=delayed() - self._began)


def delayed() -> float:
    """Seconds for which this thread wanted to run and had to wait for a processor; 0 where the system does not tell."""
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Watch:
    """The probe of this process, and the table that is counted into."""

    def __init__(self, root: str) -> None:
        """Begin to watch."""
        import_module("asynccost.probe.metering")  # else its import would stop the loop of the first test that posts
        self.recorder = ENGINE.start(root)
        self.recorder.gap = math.inf  # a slow machine must not make the numbers smaller
        self.shared = Table()
        self.recorder.rows = self.shared

    def stop(self) -> None:
        """Watch no longer."""
        ENGINE.stop()

    @contextmanager
    def counting(self, rows: Table) -> Iterator[None]:
        """Count into these rows."""
        before, self.recorder.rows = self.recorder.rows, rows
        try:
            yield
        finally:
            self.recorder.rows = before


def fixture(request: "pytest.FixtureRequest") -> Iterator[Watched]:
    """The fixture `asynccost_probe`: the test's own rows, or a probe of its own where nobody watches."""
    tests: Any = request.config.pluginmanager.get_plugin(NAME)
    if tests is not None:
        yield tests.watched(request.node)
        return
    watch, one = Watch(str(request.config.rootpath)), Watched()
    try:
        with watch.counting(one.rows):
            yield one
    finally:
        watch.stop()
