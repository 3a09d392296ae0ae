"""What the findings of a report cost together, in words: by the month, else by the measured run, else not at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from asynccost.cost.totals import Total, totals
from asynccost.cost.words import KINDS, dollars, worth_saying
from asynccost.model import Finding

UNITS = ("month", "run")  # what can be added up; a unit price cannot


@dataclass(frozen=True, slots=True)
class Money:
    """Totals of one unit, one a kind; kinds are never added. `per` is empty where nothing is priced."""

    per: str
    kinds: Sequence[Total] = ()

    def __bool__(self) -> bool:
        return bool(self.kinds)

    @property
    def small(self) -> bool:
        """Whether it is less than a dollar a month at the most: no headline."""
        return self.per == "month" and all(t.high < 1 for t in self.kinds)

    @property
    def weight(self) -> tuple[float, float]:
        """To rank by: likely, then most."""
        return sum(t.likely for t in self.kinds), sum(t.high for t in self.kinds)

    @property
    def priced(self) -> int:
        """How many findings have a price."""
        return sum(t.places for t in self.kinds)

    def words(self) -> str:
        """`about $38 a month of model calls and up to $12 a month of machine time`."""
        return " and ".join(f"{_about(t)} a {self.per} of {KINDS.get(t.kind, t.kind)}" for t in self.kinds)

    def range(self) -> str:
        """`$31 to $45 of model calls; $0 to $12 of machine time`; of one kind alone `$31 to $45`."""
        spans = [(t.kind, f"{dollars(t.low)} to {dollars(t.high)}") for t in self.kinds]
        if len(spans) == 1:
            return spans[0][1]
        return "; ".join(f"{span} of {KINDS.get(kind, kind)}" for kind, span in spans)


def money(findings: Iterable[Finding], per: str = "") -> Money:
    """Add up what is priced, by `per` or by the first unit that any finding is priced in."""
    costs = [f.cost for f in findings if f.cost is not None and worth_saying(f.cost)]
    unit = per or next((unit for unit in UNITS if any(c.per == unit for c in costs)), "")
    return Money(unit, totals(c for c in costs if c.per == unit)) if unit else Money("")


def spread(findings: Sequence[Finding], key: Callable[[Finding], str], per: str) -> list[tuple[str, Money]]:
    """Money by a property of the findings, the largest first."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        groups.setdefault(key(f), []).append(f)
    rows = [(name, money(group, per)) for name, group in groups.items()]
    return sorted((row for row in rows if row[1]), key=lambda row: ([-w for w in row[1].weight], row[0]))


def _about(total: Total) -> str:
    return f"about {dollars(total.likely)}" if total.likely else f"up to {dollars(total.high)}"
