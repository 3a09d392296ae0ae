"""Totals as JSON values, and costs back from them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from asynccost.cost.totals import totals
from asynccost.model import Cost, Figure


def total_rows(costs: Iterable[Cost]) -> list[dict[str, Any]]:
    """Sums by kind, a month and a run; prices of a million calls of different places add up to nothing."""
    return [
        {
            "kind": t.kind,
            "per": t.per,
            "low": t.low,
            "likely": t.likely,
            "high": t.high,
            "with_overlaps": t.parts,
            "places": t.places,
            "from_defaults": round(t.defaults, 4),
        }
        for t in totals(c for c in costs if c.per in ("month", "run"))
    ]


def cost_row(cost: Cost) -> dict[str, Any]:
    """A cost with its receipt as JSON values."""
    return {**asdict(cost), "basis": [asdict(figure) for figure in cost.basis]}


def cost_of(row: Mapping[str, Any]) -> Cost:
    """The cost that a JSON result holds."""
    return Cost(**{**row, "basis": tuple(Figure(**figure) for figure in row["basis"])})
