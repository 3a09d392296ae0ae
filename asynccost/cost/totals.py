"""Adding up: savings of one scope overlap, so the largest counts; machines and models are never added together."""

from collections.abc import Iterable
from dataclasses import dataclass

from asynccost.model import Cost


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
