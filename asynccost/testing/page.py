"""What each test did, as one self-contained page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asynccost.report.page.rendering import digest, environment, style
from asynccost.testing.counts import MEASURES
from asynccost.testing.told import shown


@dataclass(frozen=True, slots=True)
class _Row:
    test: str
    failed: bool
    cells: list[str]


def page(document: Mapping[str, Any]) -> str:
    """The page of what `--asynccost-json` writes."""
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
