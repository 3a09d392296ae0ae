"""What a trace adds to the page: charts by place of what was measured, and what happened over time."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from asynccost.probe.trace import Blocking, Calls, Clients, Place, Row, Serial, Tasks, Timers, Tokens, Trace
from asynccost.report.page.data import Bar, Chart, Runtime
from asynccost.report.page.links import chosen
from asynccost.report.page.lives import lives
from asynccost.report.page.waterfalls import waterfalls

_MOST = 8
_NO_FILE = "("  # "(other)", "(unseen)"
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class _Measure(Generic[R]):
    """What a chart shows of each place: a size, the same in words, and the bar's second part where there is one."""

    caption: str
    unit: str
    size: Callable[[R], float]
    words: Callable[[R], str]
    parts: tuple[str, str] | tuple[()] = ()
    more: Callable[[R], float] = lambda _: 0.0


def _seconds(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _built(row: Clients) -> str:
    which = "each" if row.used_once == row.created else f"{row.used_once:,} of them"
    used = f", {which} for one request" if row.used_once else ""
    return f"{row.created:,}{used}, at most {row.max_live:,} live"


def _connections(row: Calls) -> str:
    return f"{row.new:,} new, {row.reused:,} reused, {row.avoidable:,} avoidable"


def _connecting(row: Calls) -> float:
    return row.dns_seconds + row.tcp_seconds + row.tls_seconds


def _savable(row: Serial) -> str:
    return f"{_seconds(row.savable_seconds)} of {row.requests:,} requests could overlap"


def _blocked(row: Blocking) -> str:
    return f"{_seconds(row.seconds)}, at most {_seconds(row.longest_seconds)} at once"


def _left(row: Tasks) -> int:
    return row.left + row.dropped


CLIENTS = _Measure[Clients]("Clients built", "clients", lambda r: r.created, _built)
CONNECTIONS = _Measure[Calls](
    *("Connections", "connections", lambda r: r.new, _connections),
    parts=("new", "requests on one that was there"),
    more=lambda r: r.reused,
)
CONNECTING = _Measure[Calls]("Time of connecting", "seconds", _connecting, lambda r: _seconds(_connecting(r)))
SERIAL = _Measure[Serial]("Waits for nothing", "seconds", lambda r: r.savable_seconds, _savable)
BLOCKING = _Measure[Blocking]("Event loop stood still", "seconds", lambda r: r.seconds, _blocked)
REPEATS = _Measure[Calls]("Requests asked again", "requests", lambda r: r.repeats, lambda r: f"{r.repeats:,}")
TASKS = _Measure[Tasks]("Tasks left behind", "tasks", _left, lambda r: f"{_left(r):,}")
TIMERS = _Measure[Timers]("Timers left behind", "timers", lambda r: r.left, lambda r: f"{r.left:,}")


def runtime(trace: Trace, found_in: Container[str] = ()) -> Runtime:
    """The section; charts that would be empty are left out. found_in: paths with findings, to which bars lead."""
    calls = trace.rows(Calls)
    charts = [
        _chart(CLIENTS, trace.rows(Clients), found_in),
        _chart(CONNECTIONS, calls, found_in),
        _chart(CONNECTING, calls, found_in),
        _chart(SERIAL, trace.rows(Serial), found_in),
        _chart(BLOCKING, trace.rows(Blocking), found_in),
        _chart(REPEATS, calls, found_in),
        _chart(TASKS, trace.rows(Tasks), found_in),
        _chart(TIMERS, trace.rows(Timers), found_in),
        _models(trace.rows(Tokens)),
    ]
    shown = [c for c in charts if c is not None]
    return Runtime(_facts(trace), shown, waterfalls(trace.rows(Serial)), lives(trace.processes))


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


def _chart(measure: _Measure[R], rows: Iterable[R], found_in: Container[str]) -> Chart | None:
    """One bar a place; rows of one place are added up."""
    places: dict[Place, R] = {}
    for row in rows:
        place: Place = getattr(row, "client_place", None) or row.place  # type: ignore[attr-defined]
        if place in places:
            places[place].add(row)
        else:
            places[place] = row.copy()
    ranked = sorted(places.items(), key=lambda item: (-measure.size(item[1]), item[0]))
    ranked = [(place, row) for place, row in ranked if measure.size(row) > 0][:_MOST]
    if not ranked:
        return None
    top = max(measure.size(row) + measure.more(row) for _, row in ranked)
    bars = [
        Bar(
            _name(place),
            measure.words(row),
            round(100 * measure.size(row) / top, 1),
            chosen("text", place.path) if place.path in found_in else "",
            round(100 * measure.more(row) / top, 1),
        )
        for place, row in ranked
    ]
    return Chart(f"{measure.caption}, by place", measure.unit, bars, measure.parts)


def _name(place: Place) -> str:
    if place.path.startswith(_NO_FILE):
        return place.path
    return f"{place.path}:{place.line}" + (f" {place.function}" if place.function else "")


def _models(rows: Sequence[Tokens]) -> Chart | None:
    """Input tokens by model, and how many of them the provider's prompt cache served."""
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
            cached, unit = min(counts["cached"], n), 100 / ranked[0][0]
            bars.append(Bar(model, told, round(unit * (n - cached), 1), more=round(unit * cached, 1)))
    return Chart("Input tokens, by model", "input tokens", bars, ("paid in full", "from the prompt cache"))
