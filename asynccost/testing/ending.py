"""The end of a run, where all tests are known: the summary, the record, JSON and the page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asynccost.errors import AsynccostError
from asynccost.testing import record
from asynccost.testing.counts import MEASURES
from asynccost.testing.limits import shown, steady

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 5  # tests that are named


class Ending:
    """Gathers what the reports carry; lives in the process that prints."""

    def __init__(self, config: pytest.Config, path: str, known: record.Record | None, tolerance: float) -> None:
        """path: of the record."""
        self._config, self._path, self._known, self._tolerance = config, path, known, tolerance
        self._ran: dict[str, Mapping[str, float]] = {}
        self._failed: set[str] = set()
        self._left: set[str] = set()
        self._collected: set[str] = set()
        self._said: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know whether everything was asked for."""
        self._collected = {item.nodeid for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the numbers of a test that has ended; of a repeated one, the last."""
        if report.failed:
            self._failed.add(report.nodeid)
        told: Any = getattr(report, "asynccost", None)
        if told is not None and not report.nodeid.startswith("asynccost::"):
            self._ran[report.nodeid] = told
            self._left.update(getattr(report, "asynccost_left", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was asked for. An update makes the run fail once: it must not pass by accepting."""
        option = self._config.option
        try:
            if option.asynccost_update:
                self._update(session)
            if option.asynccost_json:
                _write(option.asynccost_json, json.dumps(self._document(), indent=1) + "\n")
            if option.asynccost_html:
                _write(option.asynccost_html, _page(self._document()))
        except (AsynccostError, OSError) as error:
            self._said.append(str(error))
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _update(self, session: pytest.Session) -> None:
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._said.append(f"{record.NAME} is left as it was: the run did not reach its end")
            return
        before = self._known.tests if self._known else {}
        good = {
            test: steady(before[test], numbers, self._tolerance) if test in before else numbers
            for test, numbers in self._ran.items()
            if test not in self._failed
        }
        whole = not self._failed and self._collected == set(self._ran) and not self._narrowed()
        new = record.updated(self._known, good, self._left, whole=whole)
        if new == self._known:
            self._said.append(f"{record.NAME} is as it was")
            return
        record.save(self._path, new)
        self._said.append(f"{record.NAME} now holds {len(new.tests):,} tests; review and commit it. The run fails once")
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _narrowed(self) -> bool:
        option = self._config.option
        return bool(option.keyword or option.markexpr or self._config.args != self._config.getini("testpaths"))

    def _document(self) -> dict[str, object]:
        return {
            "schema_version": 1,
            "measures": {name: what for name, (what, _) in MEASURES.items()},
            "totals": self._totals(),
            "tests": [
                {"test": test, "failed": test in self._failed, "recorded": self._recorded(test), **numbers}
                for test, numbers in sorted(self._ran.items())
            ],
        }

    def _recorded(self, test: str) -> Mapping[str, float] | None:
        return self._known.tests.get(test) if self._known else None

    def _totals(self) -> dict[str, float]:
        sums = {m: sum(numbers.get(m, 0) for numbers in self._ran.values()) for m in MEASURES}
        return {m: round(n, 6) for m, n in sums.items() if n}

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What the tests did together, and which did most."""
        write = terminalreporter.write_line
        terminalreporter.section("asynccost")
        totals = self._totals()
        done = ", ".join(f"{shown(m, n)} {MEASURES[m][0]}" for m, n in totals.items())
        write(f"{len(self._ran):,} tests watched: {done or 'nothing that the probe knows of'}")
        for measure in ("connections", "leaked_sessions", "leaked_tasks", "block_ms", "usd"):
            ranked = sorted(((n.get(measure, 0), test) for test, n in self._ran.items()), key=lambda r: (-r[0], r[1]))
            told = [f"{test} ({shown(measure, n)})" for n, test in ranked[:_MOST] if n]
            if told and len(self._ran) > 1:
                write(f"  most {MEASURES[measure][0]}: {', '.join(told)}")
        unknown = [t for t in self._ran if not self._known or t not in self._known.tests]
        if unknown and not self._config.option.asynccost_update:
            write(f"  {len(unknown):,} of them are held to their markers alone; --asynccost-update records them")
        for line in self._said:
            write(f"  {line}")


@dataclass(frozen=True, slots=True)
class _Row:
    test: str
    failed: bool
    cells: list[str]


def _page(document: Mapping[str, Any]) -> str:
    """What `--asynccost-json` writes, as one self-contained page."""
    from asynccost.report.page.rendering import digest, environment, style

    used = [m for m in MEASURES if m in document["totals"]]
    rows = [_Row(t["test"], t["failed"], [_cell(t, m) for m in used]) for t in document["tests"]]
    sheet = style()
    return environment().get_template("tests.html").render(
        rows=rows,
        columns=[MEASURES[m][0] for m in used],
        totals=[(shown(m, n), MEASURES[m][0]) for m, n in document["totals"].items()],
        style=sheet,
        digest=digest(sheet),
    )


def _cell(test: Mapping[str, Any], measure: str) -> str:
    now, was = test.get(measure, 0), (test["recorded"] or {}).get(measure, 0)
    text = shown(measure, now) if now else ""
    return text if test["recorded"] is None or was == now else f"{shown(measure, now)} ({shown(measure, was)})"


def _write(path: str, text: str) -> None:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
