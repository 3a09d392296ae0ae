"""The hooks of a run: each test is watched, judged when it ends, and told about at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asynccost.errors import AsynccostError, SettingsError
from asynccost.probe.recorder import STEP, Table
from asynccost.testing import record
from asynccost.testing.counts import LEAKS, MEASURES, name_of
from asynccost.testing.limits import Limits, failure, limits, marked
from asynccost.testing.watch import NAME, Watch, Watched

if TYPE_CHECKING:
    from collections.abc import Generator

    from asynccost.testing.counts import Counts

_DURING = tuple(m for m in MEASURES if m not in LEAKS)
_WORKER = "workeroutput"  # what pytest-xdist gives the config of a worker


def register(config: pytest.Config) -> None:
    """Take part in a run."""
    try:
        tolerance = float(config.getini("asynccost_tolerance"))
    except ValueError:
        raise pytest.UsageError(
            f"asynccost_tolerance: {config.getini('asynccost_tolerance')!r} is not a number of percent"
        ) from None
    path = str(config.rootpath / record.NAME)
    try:
        known = record.load(path)
    except AsynccostError as error:
        raise pytest.UsageError(str(error)) from None
    update = bool(config.option.asynccost_update)
    config.pluginmanager.register(Tests(config, None if update else known, tolerance), NAME)
    if not hasattr(config, _WORKER):
        from asynccost.testing.ending import Ending

        config.pluginmanager.register(Ending(config, path, known, tolerance), "asynccost-ending")
    if not config.option.asynccost_no_scan and not update:
        from asynccost.testing.scanned import Scan

        config.pluginmanager.register(Scan(config), "asynccost-scan")


class Tests:
    """Watches tests where they run: in this process, or in a worker of pytest-xdist."""

    def __init__(self, config: pytest.Config, known: record.Record | None, tolerance: float) -> None:
        """known: what tests did when that was accepted; None holds no test to anything but its marker."""
        self._known = known or record.Record()
        self._tolerance = tolerance
        self._watch = Watch(str(config.rootpath))
        self._running: dict[str, Watched] = {}
        self._done: dict[str, tuple[dict[str, float], list[str]]] = {}  # until their report takes it

    def pytest_unconfigure(self) -> None:
        """Unhook what was hooked."""
        self._watch.stop()

    def watched(self, item: Any) -> Watched:
        """What counts for a test that runs now."""
        one = self._running.get(item.nodeid)
        if one is None:
            one = self._running[item.nodeid] = Watched()
        return one

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """A step of its own. What happens between its phases is nobody's, and is kept no longer."""
        token = STEP.set(item.nodeid)
        self._watch.recorder.forget()
        try:
            with self._watch.counting(Table()):
                return (yield)
        finally:
            STEP.reset(token)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Count from zero."""
        one = self._running[item.nodeid] = Watched()
        with self._watch.counting(one.rows):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """What a fixture of several tests does is charged to none of them."""
        if fixturedef.scope == "function":
            return (yield)
        with self._watch.counting(self._watch.shared):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge what the test did, if it passed."""
        one = self.watched(item)
        with self._watch.counting(one.rows):
            result = yield
        if one.rows and (allowed := self._limits(item)).most:  # else nothing is counted before the end
            self._judge(item, one.counts, allowed, _DURING)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge what the test left behind, once its fixtures are gone."""
        one = self.watched(item)
        try:
            with self._watch.counting(one.rows):
                result = yield
        finally:
            del self._running[item.nodeid]
        if one.rows:
            found = one.counts
            numbers, left = found.numbers(), sorted(map(name_of, found.by_place.get("leaked_sessions", ())))
            self._done[item.nodeid] = numbers, left
            item.user_properties += [(f"asynccost.{name}", number) for name, number in numbers.items()]
            self._judge(item, found, self._limits(item), LEAKS)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report of the last phase carry the numbers, also from a worker to its controller.

        Reports stay until the run ends, and programs under test may call the collector: it has nothing to look for in
        a dict of names and numbers. `asynccost_left`: the lines that built clients which the test left open, if any.
        """
        report = yield
        if call.when == "teardown":
            report.__dict__["asynccost"], left = self._done.pop(item.nodeid, ({}, []))
            if left:
                report.__dict__["asynccost_left"] = left
        return report

    def _judge(self, item: pytest.Item, found: Counts, allowed: Limits, measures: tuple[str, ...]) -> None:
        charged = found.without(self._known.shared) if self._known.shared else found
        over = allowed.over(charged.numbers(), measures)
        if over:
            pytest.fail(failure(charged, allowed, over, self._known.tests.get(item.nodeid)), pytrace=False)

    def _limits(self, item: pytest.Item) -> Limits:
        said: dict[str, object] = {}
        for mark in reversed([*item.iter_markers("asynccost")]):
            if mark.args:
                raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.asynccost takes limits by name only")
            said.update(mark.kwargs)
        try:
            return limits(marked(said), self._known.tests.get(item.nodeid), self._tolerance)
        except SettingsError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from None

