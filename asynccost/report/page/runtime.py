"""What a trace adds to the page: charts by place of what was measured, and how memory grew."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from asynccost.probe.trace import Blocking, Calls, Clients, Place, Process, Row, Serial, Tasks, Timers, Tokens, Trace
from asynccost.report.page.data import Bar, Chart, Runtime, Trend

_MOST = 8
R = TypeVar("R", bound=Row)


def runtime(trace: Trace) -> Runtime:
    """The section; charts that would be empty are left out."""
    calls = trace.rows(Calls)
    charts = [
        _chart("Clients built, by place", "clients", trace.rows(Clients), lambda r: r.created, _built),
        _chart("New connections, by place", "connections", calls, lambda r: r.new, _connections),
        _chart("Time of connecting, by place", "seconds", calls, _connecting, lambda r: f"{_connecting(r):.2f} s"),
        _chart("Waits for nothing, by place", "seconds", trace.rows(Serial), lambda r: r.savable_seconds, _savable),
        _chart("Event loop stood still, by place", "seconds", trace.rows(Blocking), lambda r: r.seconds, _blocked),
        _chart("Requests asked again, by place", "requests", calls, lambda r: r.repeats, lambda r: f"{r.repeats:,}"),
        _chart("Tasks left behind, by place", "tasks", trace.rows(Tasks), _left, lambda r: f"{_left(r):,}"),
        _chart("Timers left behind, by place", "timers", trace.rows(Timers), lambda r: r.left, lambda r: f"{r.left:,}"),
        _models(trace.rows(Tokens)),
    ]
    return Runtime(_facts(trace), [c for c in charts if c is not None], _memory(trace.processes))


def _facts(trace: Trace) -> list[tuple[str, str]]:
    calls, processes = trace.rows(Calls), trace.processes
    begun, ended = min((p.started for p in processes), default=0.0), max((p.ended for p in processes), default=0.0)
    rows = [
        ("processes", f"{len(processes):,}"),
        ("watched for", f"{ended - begun:.1f} s"),
        ("requests", f"{sum(c.requests for c in calls):,}"),
        ("connections", f"{sum(c.new for c in calls):,} new, {sum(c.reused for c in calls):,} reused"),
        ("avoidable connections", f"{sum(c.avoidable for c in calls):,}"),
        ("clients", f"{sum(c.created for c in trace.rows(Clients)):,} built"),
    ]
    if cut := sum(not p.finished for p in processes):
        rows.append(("cut short", f"{cut:,} processes were killed: up to a second of each is missing"))
    return rows


def _chart(
    caption: str, unit: str, rows: Iterable[R], size: Callable[[R], float], word: Callable[[R], str]
) -> Chart | None:
    """One bar a place; rows of one place are added up."""
    places: dict[Place, R] = {}
    for row in rows:
        place: Place = getattr(row, "client_place", None) or row.place  # type: ignore[attr-defined]
        if place in places:
            places[place].add(row)
        else:
            places[place] = row.copy()
    ranked = sorted(((size(row), place, row) for place, row in places.items()), key=lambda r: (-r[0], r[1]))
    top = ranked[0][0] if ranked else 0
    if top <= 0:
        return None
    bars = [Bar(_name(place), word(row), round(100 * n / top, 1)) for n, place, row in ranked[:_MOST] if n > 0]
    return Chart(caption, unit, bars)


def _name(place: Place) -> str:
    return f"{place.path}:{place.line}" + (f" {place.function}" if place.function else "")


def _built(row: Clients) -> str:
    used = f", {row.used_once:,} for one request" if row.used_once else ""
    return f"{row.created:,}{used}, at most {row.max_live:,} live"


def _connections(row: Calls) -> str:
    return f"{row.new:,} new, {row.reused:,} reused, {row.avoidable:,} avoidable"


def _connecting(row: Calls) -> float:
    return row.dns_seconds + row.tcp_seconds + row.tls_seconds


def _savable(row: Serial) -> str:
    return f"{row.savable_seconds:.2f} s of {row.requests:,} requests could overlap"


def _blocked(row: Blocking) -> str:
    return f"{row.seconds:.2f} s, at most {row.longest_seconds:.2f} s at once"


def _left(row: Tasks) -> int:
    return row.left + row.dropped


def _models(rows: Sequence[Tokens]) -> Chart | None:
    """Input tokens by model, with how many the provider's prompt cache served."""
    models: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for name, n in row.counts.items():
            models[f"{row.provider} {row.model}".strip()][name.partition("@")[0]] += n
    ranked = sorted(((counts["input"], model, counts) for model, counts in models.items()), key=lambda r: (-r[0], r[1]))
    if not ranked or not ranked[0][0]:
        return None
    bars = []
    for n, model, counts in ranked[:_MOST]:
        if n:
            told = f"{n:,} in ({counts['cached'] / n:.0%} cached), {counts['output']:,} out"
            bars.append(Bar(model, told, round(100 * n / ranked[0][0], 1)))
    return Chart("Tokens by model", "input tokens", bars)


def _memory(processes: Sequence[Process]) -> list[Trend]:
    """Resident memory of each process over time, the largest first; a table holds the first, middle and last values."""
    lines = []
    for process in sorted(processes, key=lambda p: -max((g[1] for g in p.gauges), default=0.0))[:3]:
        gauges = process.gauges
        if len(gauges) < 2 or gauges[-1][0] <= gauges[0][0]:
            continue
        begun, span, top = gauges[0][0], gauges[-1][0] - gauges[0][0], max(g[1] for g in gauges)
        points = " ".join(f"{4 + 292 * (g[0] - begun) / span:.1f},{56 - 52 * g[1] / top:.1f}" for g in gauges)
        told = [gauges[0], gauges[len(gauges) // 2], gauges[-1]]
        rows = [(f"after {g[0] - begun:.0f} s", f"{g[1] / (1 << 20):,.0f} MiB, {g[2]:.0f} descriptors") for g in told]
        lines.append(Trend(f"Memory of process {process.pid} ({process.program})", points, rows))
    return lines
