"""The line of values over runs."""

from collections.abc import Callable, Sequence

from asynccost.cost.words import dollars
from asynccost.history import Run
from asynccost.report.page.data import Trend

_MOST = 30  # runs
_WIDTH, _HEIGHT, _EDGE = 300.0, 60.0, 4.0


def trend(runs: Sequence[Run]) -> Trend | None:
    """Dollars a month where every run has them and they are worth a line, else findings; nothing for a single run."""
    runs = runs[-_MOST:]
    if len(runs) < 2:
        return None
    for caption, values in (
        ("Model calls, US dollars a month", [r.llm for r in runs]),
        ("Machines, US dollars a month", [r.infrastructure for r in runs]),
    ):
        priced = [v for v in values if v is not None]
        if len(priced) == len(values) and max(priced) >= 1:
            return _line(caption, runs, priced, dollars)
    return _line("Findings", runs, [r.findings for r in runs], lambda n: f"{n:,.0f}")


def _line(caption: str, runs: Sequence[Run], values: Sequence[float], words: Callable[[float], str]) -> Trend:
    caption = f"{caption}, last {len(runs)} runs"
    rows = [(f"{run.time} {run.revision[:10]}".strip(), words(value)) for run, value in zip(runs, values, strict=True)]
    return Trend(caption, _points(values), rows, words(max(values)), runs[0].time[:10], runs[-1].time[:10])


def _points(values: Sequence[float]) -> str:
    top = max(values) or 1.0
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    room = _HEIGHT - 2 * _EDGE
    return " ".join(f"{_EDGE + n * step:.1f},{_EDGE + room * (1 - v / top):.1f}" for n, v in enumerate(values))
