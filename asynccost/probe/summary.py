"""A Trace as a few lines of text: what was done, what was wasted, where, what to do next, what may be missing."""

from collections import defaultdict
from collections.abc import Sequence

from asynccost.probe.gauges import slope
from asynccost.probe.trace import Calls, Clients, Place, Process, Trace
from asynccost.probe.waste import Waste, wastes

MOST_PLACES = 10
LEAK = 10 << 20  # bytes an hour that are worth a line
LONG_ENOUGH = 30.0  # seconds of a run before its slope says anything


def summary(trace: Trace, seconds: float, unseen: Sequence[str] = ()) -> str:
    """The text, with a newline at its end."""
    found = wastes(trace)
    return "".join(
        f"{line}\n" for line in [*_head(trace, seconds), *_places(found), *_growth(trace), *_gaps(trace, unseen)]
    )


def _head(trace: Trace, seconds: float) -> list[str]:
    processes, calls = len(trace.processes), trace.rows(Calls)
    text = f"asynccost: watched {_count(processes, 'process', 'processes')} for {seconds:.1f} s"
    requests, new = sum(c.requests for c in calls), sum(c.new for c in calls)
    if requests:
        text += f": {_count(requests, 'request')}, {_count(new, 'new connection')}"
        text += f" ({sum(c.avoidable for c in calls):,} avoidable), {sum(c.reused for c in calls):,} reused"
    built = sum(c.created for c in trace.rows(Clients))
    return [text + (f", {_count(built, 'client')} built" if built else "")]


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _places(found: list[Waste]) -> list[str]:
    if not found:
        return ["nothing that the probe knows of was wasted"]
    by_place: dict[Place, list[Waste]] = defaultdict(list)
    for waste in found:
        by_place[waste.place].append(waste)
    lines = []
    for place, here in list(by_place.items())[:MOST_PLACES]:
        lines.append(f"\n{_at(place)}")
        for waste in here:
            rule = f" [{waste.rule}]" if waste.rule else ""
            lines += [f"  {waste.what}{rule}", f"    next: {waste.next_step}"]
    rest = len(by_place) - MOST_PLACES
    return [*lines, f"\nand {_count(rest, 'place')} more"] if rest > 0 else lines


def _at(place: Place) -> str:
    line = f":{place.line}" if place.line else ""
    return f"{place.path}{line}" + (f" in {place.function}" if place.function else "")


def _growth(trace: Trace) -> list[str]:
    lines = []
    for process in trace.processes:
        rate = slope(process.gauges, 1)
        if process.ended - process.started >= LONG_ENOUGH and rate * 3600 >= LEAK:
            lines.append(f"process {process.pid} grew by {rate * 3600 / (1 << 20):,.0f} MiB an hour")
    return lines


def _gaps(trace: Trace, unseen: Sequence[str]) -> list[str]:
    """What the figures above may lack."""
    lines = []
    if not trace.processes:
        lines.append("no Python of it could be watched: one that is started with -I, -E or -S reads no PYTHONPATH")
    cut = [process for process in trace.processes if not process.finished]
    if cut:
        lines.append(
            f"{_names(cut)} was killed, or left through os._exit: up to {cut[0].interval:g} s of it is missing"
        )
    if unseen:
        lines.append(f"not watched: Python {', '.join(unseen)} (the probe needs 3.11)")
    faults = sum(sum(process.errors.values()) for process in trace.processes)
    if faults:
        lines.append(
            f"the probe failed {faults:,} times inside its guards; its counts may be low (see `errors` in the trace)"
        )
    full = sum(process.full for process in trace.processes)
    if full:
        lines.append(f"{full:,} rows found their table full and were counted under (other)")
    return [f"note: {line}" for line in lines]


def _names(cut: list[Process]) -> str:
    first = f"process {cut[0].pid} ({cut[0].program})"
    return first if len(cut) == 1 else f"{first} and {len(cut) - 1} more"
