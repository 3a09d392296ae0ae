"""Processes over time: live clients, memory and descriptors as lines, each with its values in words."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from asynccost.probe.gauges import slope
from asynccost.probe.trace import Process
from asynccost.report.page.data import Life, Trend

MOST = 3  # processes
_WIDTH, _HEIGHT, _EDGE = 300.0, 60.0, 4.0
_MIB = 1 << 20
_LONG = 60.0  # seconds; a growth that was seen for less is not told
Points = Sequence[tuple[float, float]]  # seconds since the start, value
Words = Callable[[float], str]
T = TypeVar("T")


def lives(processes: Sequence[Process]) -> list[Life]:
    """The processes that held most, each with the lines that say something."""
    ranked = sorted(processes, key=lambda p: (-max((c[1] for c in p.clients), default=0), -_most(p), p.started, p.pid))
    told = (Life(f"{p.program or 'process'} ({p.pid})", _lines(p)) for p in ranked[:MOST])
    return [life for life in told if life.lines]


def _most(process: Process) -> float:
    return max((g[1] for g in process.gauges), default=0.0)


def _lines(process: Process) -> list[Trend]:
    lines = [
        _clients(process),
        _gauges(process, 1, "Memory", lambda n: f"{n / _MIB:,.0f} MiB"),
        _gauges(process, 2, "Open descriptors", lambda n: f"{n:,.0f}"),
    ]
    return [line for line in lines if line is not None]


def _clients(process: Process) -> Trend | None:
    """Steps, since each sample tells the most since the one before."""
    samples = process.clients
    if len(samples) < 2 or not max(s[1] for s in samples):
        return None
    most, built = max(s[1] for s in samples), samples[-1][2]
    points, before = list[tuple[float, float]](), 0.0
    for seconds, live, *_ in samples:
        points += [(before, live), (seconds, live)]
        before = seconds
    caption = f"Live clients: at most {most:,.0f} at once, {built:,.0f} built, {samples[-1][3]:,.0f} at the end"
    rows = [(_after(s[0]), f"at most {s[1]:,.0f} live, {s[2]:,.0f} built so far") for s in _some(samples)]
    return _trend(caption, points, f"{most:,.0f}", rows)


def _gauges(process: Process, column: int, name: str, words: Words) -> Trend | None:
    values = [(g[0] - process.started, g[column]) for g in process.gauges]
    if len(values) < 2 or values[-1][0] <= values[0][0]:
        return None
    least, most = min(v for _, v in values), max(v for _, v in values)
    caption = f"{name}: {words(least)} to {words(most)}" if words(least) != words(most) else f"{name}: {words(most)}"
    hour = 3600 * slope(process.gauges, column)
    if values[-1][0] - values[0][0] >= _LONG and words(abs(hour)) != words(0.0):
        caption += f", {'growing' if hour > 0 else 'falling'} by {words(abs(hour))} an hour"
    rows = [(_after(seconds), words(value)) for seconds, value in _some(values)]
    return _trend(caption, values, words(most), rows)


def _some(values: Sequence[T]) -> list[T]:
    step = max(1, (len(values) - 1) // 5)
    return [*values[:-1:step], values[-1]]


def _after(seconds: float) -> str:
    return f"after {seconds:.1f} s" if seconds < 10 else f"after {seconds:,.0f} s"


def _trend(caption: str, values: Points, top: str, rows: Sequence[tuple[str, str]]) -> Trend:
    begin, end, most = values[0][0], values[-1][0], max(v for _, v in values) or 1.0
    width, height = _WIDTH - 2 * _EDGE, _HEIGHT - 2 * _EDGE
    scale = width / ((end - begin) or 1.0)
    points = " ".join(f"{_EDGE + scale * (x - begin):.1f},{_EDGE + height * (1 - y / most):.1f}" for x, y in values)
    return Trend(caption, points, rows, top, _after(begin), _after(end), ("when", "value"))
