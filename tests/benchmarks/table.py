"""Prints what was measured: one row a contestant, then one row a budget."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks.measure import Runs


@dataclass(slots=True, frozen=True)
class Budget:
    """One promise: a measured value and the bound that it should keep."""

    claim: str
    value: float
    bound: float
    unit: str = "x"
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def show(about: dict[str, object], measured: Sequence[Runs], budgets: Sequence[Budget], *, as_json: bool) -> None:
    """Print all of it, as text or as JSON."""
    if as_json:
        rows = [{**asdict(b), "holds": b.holds} for b in budgets]
        print(json.dumps({**about, "runs": [m.row() for m in measured], "budgets": rows}, indent=2))
        return
    print(", ".join(f"{key}: {value}" for key, value in about.items()))
    heads = ("", "CPU s min", "median", "wall s min", "median", "peak MiB", "runs")
    keys = ("name", "cpu_min", "cpu_median", "wall_min", "wall_median", "peak_mib", "runs")
    _print([heads, *([str(m.row()[key]) for key in keys] for m in measured)])
    print()
    _print([("budget", "measured", "bound", ""), *map(_row, budgets)])


def _row(budget: Budget) -> tuple[str, ...]:
    sign = ">=" if budget.at_least else "<="
    verdict = "holds" if budget.holds else "DOES NOT HOLD"
    return budget.claim, f"{budget.value:.2f} {budget.unit}", f"{sign} {budget.bound:g} {budget.unit}", verdict


def _print(rows: Iterable[Sequence[str]]) -> None:
    rows = list(rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [c.ljust(w) if at == 0 else c.rjust(w) for at, (c, w) in enumerate(zip(row, widths, strict=True))]
        print("  ".join(cells).rstrip())
