"""Adding up: savings of one scope overlap, so the largest counts; machines and models are never added together.

Totals and costs are JSON values as well, and costs are made from them again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from asynccost.model import Cost, Figure


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over disjoint scopes, in US dollars; parts: what all of them would add to, overlaps included."""

    kind: str
    per: str
    low: float
    likely: float
    high: float
    parts: float
    places: int
    defaults: float  # the share of `likely`, 0 to 1, that rests on documented defaults


def totals(costs: Iterable[Cost]) -> list[Total]:
    """One total for each kind and each unit of counting, such as `llm` a month. Costs without a scope stand alone."""
    groups: dict[tuple[str, str], list[Cost]] = {}
    for cost in costs:
        groups.setdefault((cost.kind, cost.per), []).append(cost)
    return [_total(kind, per, group) for (kind, per), group in sorted(groups.items())]


def _total(kind: str, per: str, costs: list[Cost]) -> Total:
    largest: dict[str, Cost] = {}
    for number, cost in enumerate(costs):
        scope = cost.scope or f"\0{number}"
        if scope not in largest or cost.likely > largest[scope].likely:
            largest[scope] = cost
    kept = largest.values()
    likely = sum(c.likely for c in kept)
    assumed = sum(c.likely for c in kept if any(f.origin == "default" for f in c.basis))
    return Total(
        kind,
        per,
        sum(c.low for c in kept),
        likely,
        sum(c.high for c in kept),
        sum(c.likely for c in costs),
        len(costs),
        assumed / likely if likely else 0.0,
    )


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
