"""The probe around single tests: each test counts into rows of its own, work that tests share into others."""

from __future__ import annotations

import math
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


class Watched:
    """One test: the rows that count what it does."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.rows = Table()

    @property
    def trace(self) -> Trace:
        """What the test did so far."""
        recorder = ON.recorder
        if recorder is None or not self.rows:
            return Trace()
        return Trace((), (recorder.told(row) for row in recorder.looked(self.rows)))

    @property
    def counts(self) -> Counts:
        """The same as numbers."""
        recorder = ON.recorder
        if recorder is None or not self.rows:
            return Counts()
        return counts(recorder.looked(self.rows), recorder.places.line)


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

    def stop(self) -> None:
        """Watch no longer."""
        ENGINE.stop()

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
    one = Watched()
    try:
        with watch.counting(one.rows):
            yield one
    finally:
        watch.stop()
