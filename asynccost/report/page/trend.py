"""The line of values over runs."""

from collections.abc import Sequence

from asynccost.cost.words import dollars
from asynccost.history import Run
from asynccost.report.page.data import Trend

_MOST = 30  # runs
_WIDTH, _HEIGHT, _EDGE = 300.0, 60.0, 4.0


def trend(runs: Sequence[Run]) -> Trend | None:
    """Dollars a month where every run has them, findings otherwise; nothing for fewer than two runs."""
    runs = runs[-_MOST:]
    if len(runs) < 2:
        return None
    for caption, values in (
        ("Model calls, US dollars a month", [r.llm for r in runs]),
        ("Machines, US dollars a month", [r.infrastructure for r in runs]),
    ):
        priced = [v for v in values if v is not None]
        if len(priced) == len(values):
            return Trend(
                f"{caption}, last {len(runs)} runs", _points(priced), _rows(runs, [dollars(v) for v in priced])
            )
    counts = [r.findings for r in runs]
    return Trend(f"Findings, last {len(runs)} runs", _points(counts), _rows(runs, [f"{n:,}" for n in counts]))


def _rows(runs: Sequence[Run], values: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{run.time} {run.revision[:10]}".strip(), value) for run, value in zip(runs, values, strict=True)]


def _points(values: Sequence[float]) -> str:
    top = max(values) or 1.0
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    room = _HEIGHT - 2 * _EDGE
    return " ".join(f"{_EDGE + n * step:.1f},{_EDGE + room * (1 - v / top):.1f}" for n, v in enumerate(values))
