"""What a change did to findings and money: plain data, made of the rows that the JSON output holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asynccost.baseline.entry import Entry, of_row
from asynccost.baseline.match import Stands, match
from asynccost.cost.totals import Total, totals
from asynccost.cost.words import KINDS, dollars
from asynccost.model import Cost, Figure

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """The likely cost of all findings of one kind, in dollars a month, before and after."""

    kind: str
    before: float
    after: float

    @property
    def changed(self) -> bool:
        """Whether the two are told apart in print."""
        return dollars(self.before) != dollars(self.after)

    def words(self) -> str:
        """`+$38 a month for model calls (from $410 to $450)`."""
        sign = "+" if self.after > self.before else ""
        what = KINDS.get(self.kind, self.kind)
        span = f"from {dollars(self.before)} to {dollars(self.after)}"
        return f"{sign}{dollars(self.after - self.before)} a month for {what} ({span})"


@dataclass(slots=True)
class Difference:
    """new, fixed: rows of findings; moved: (before, after); unchanged: a count. before, after: what was compared."""

    before: str
    after: str
    new: list[Row] = field(default_factory=list)
    fixed: list[Row] = field(default_factory=list)
    moved: list[tuple[Row, Row]] = field(default_factory=list)
    unchanged: int = 0
    money: list[Moved] = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell: no finding came or went, and no sum changed."""
        return not (self.new or self.fixed or any(m.changed for m in self.money))

    def headline(self) -> str:
        """`1 new finding, 2 fixed, 1 moved, 30 unchanged; +$38 a month for model calls (from $410 to $450)`."""
        new = f"{len(self.new)} new finding{'' if len(self.new) == 1 else 's'}"
        parts = [new, f"{len(self.fixed)} fixed", f"{len(self.moved)} moved", f"{self.unchanged} unchanged"]
        return "; ".join([", ".join(parts), *(m.words() for m in self.money if m.changed)])


def difference(
    before: Sequence[Row],
    after: Sequence[Row],
    stands: Stands,
    renamed: dict[str, str],
    names: tuple[str, str],
) -> Difference:
    """Compare the findings of two whole projects. `stands` speaks of the later one; see `baseline.match`."""
    old, new = [(_entry(row), row) for row in before], [(_entry(row), row) for row in after]
    rows = {id(e): row for e, row in (*old, *new)}
    matched = match([e for e, _ in old], [e for e, _ in new], stands, renamed)
    said = Difference(*names, money=_money(before, after))
    said.new = _ordered([rows[id(e)] for e in matched.fresh])
    said.fixed = _ordered([rows[id(e)] for e in matched.stale])
    for was, now in matched.pairs:
        if (was.path, was.scope) == (now.path, now.scope):
            said.unchanged += 1
        else:
            said.moved.append((rows[id(was)], rows[id(now)]))
    said.moved.sort(key=lambda pair: (pair[1]["path"], pair[1]["line"]))
    return said


def cost_of(row: Row) -> Cost | None:
    """A row's cost."""
    cost = row["cost"]
    return cost and Cost(**{**cost, "basis": tuple(Figure(**figure) for figure in cost["basis"])})


def _entry(row: Row) -> Entry:
    return of_row({**row, **row["identity"], "id": row["fingerprint"]})


def _ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (-_weight(r), r["path"], r["line"], r["column"], r["rule"]))


def _weight(row: Row) -> float:
    cost = row["cost"]
    return float(cost["likely"]) if cost and cost["per"] == "month" else 0.0


def _money(before: Sequence[Row], after: Sequence[Row]) -> list[Moved]:
    was, now = _by_kind(before), _by_kind(after)
    return [Moved(kind, was.get(kind, 0.0), now.get(kind, 0.0)) for kind in sorted({*was, *now})]


def _by_kind(rows: Sequence[Row]) -> dict[str, float]:
    sums: list[Total] = totals(cost for row in rows if (cost := cost_of(row)))
    return {total.kind: total.likely for total in sums if total.per == "month"}
