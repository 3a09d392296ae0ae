"""What a trace says of a place: numbers, and the sentence that they make."""

from typing import Any

from asynccost.pricing.here import Here
from asynccost.pricing.unit import AWAITS, MODELS, SESSIONS

Evidence = dict[str, Any]


def evidence(rule: str, here: Here) -> Evidence | None:
    """The numbers that speak of a rule's waste, with a sentence under `summary`; None where nothing ran."""
    said = _EVIDENCE.get(rule, _requests)(here)
    return {"seen": True, "trace": here.source, **said} if said else None


def _clients(here: Here) -> Evidence:
    built = sum(c.created for c in here.clients)
    rows = here.through or here.calls
    requests, new = sum(c.requests for c in rows), sum(c.new for c in rows)
    if not built and not requests:
        return {}
    once, cpu = sum(c.used_once for c in here.clients), sum(c.init_cpu_seconds for c in here.clients)
    avoidable = sum(c.avoidable for c in rows)
    connecting = sum(c.dns_seconds + c.tcp_seconds + c.tls_seconds for c in rows)
    unclosed = sum(c.unclosed for c in here.clients)
    words = [f"{count(built, 'client')} built" + (f", {once:,} for one request only" if once else "")] if built else []
    words.append(f"{count(requests, 'request')} over {count(new, 'new connection')}")
    if new:
        words.append(f"{avoidable:,} of them avoidable, {seconds(connecting)} to open them all")
    if cpu >= 0.001:
        words.append(f"{seconds(cpu)} of CPU to build the clients")
    if unclosed:
        words.append(f"{unclosed:,} never closed")
    return {
        "clients": built,
        "used_once": once,
        "unclosed": unclosed,
        "init_cpu_seconds": round(cpu, 6),
        "requests": requests,
        "connections": new,
        "avoidable_connections": avoidable,
        "connecting_seconds": round(connecting, 6),
        "summary": "; ".join(words),
    }


def _serial(here: Here) -> Evidence:
    saved, requests = sum(s.savable_seconds for s in here.serial), sum(s.requests for s in here.serial)
    needed, unknown = sum(s.dependent for s in here.serial), sum(s.unknown for s in here.serial)
    if not requests and not needed + unknown:
        return _requests(here)
    words = []
    if requests:
        words.append(
            f"{count(requests, 'request')} waited for another without need; running them together would have saved "
            f"{seconds(saved)} at the most"
        )
    words += [f"{count(needed, 'request')} used an earlier answer"] if needed else []
    words += [f"{count(unknown, 'request')} waited for another whose answer was not seen"] if unknown else []
    counts = {"requests": requests, "dependent": needed, "unknown": unknown}
    return {**counts, "savable_seconds": round(saved, 6), "summary": "; ".join(words)}


def _blocking(here: Here) -> Evidence:
    times, stood = sum(b.times for b in here.blocking), sum(b.seconds for b in here.blocking)
    if not times:
        return {}
    longest = max(b.longest_seconds for b in here.blocking)
    how_long = f"{seconds(stood)} in all, {seconds(longest)} at the longest"
    words = f"the event loop stood still {count(times, 'time')}, {how_long}"
    return {"times": times, "seconds": round(stood, 6), "longest_seconds": round(longest, 6), "summary": words}


def _tasks(here: Here) -> Evidence:
    made, dropped = sum(t.created for t in here.tasks), sum(t.dropped for t in here.tasks)
    left, failed = sum(t.left for t in here.tasks), sum(t.failed_unseen for t in here.tasks)
    if not made:
        return {}
    ends = f"{dropped:,} collected while pending, {failed:,} failed unseen, {left:,} left over"
    words = f"{count(made, 'task')} started; {ends}"
    return {"tasks": made, "dropped": dropped, "failed_unseen": failed, "left": left, "summary": words}


def _timers(here: Here) -> Evidence:
    made, left = sum(t.created for t in here.timers), sum(t.left for t in here.timers)
    words = f"{count(made, 'timer')} made; {left:,} neither ran nor were cancelled"
    return {"timers": made, "left": left, "summary": words} if made else {}


def _model(here: Here) -> Evidence:
    calls = sum(t.calls for t in here.tokens)
    if not calls:
        return _requests(here)
    n: dict[str, int] = {}
    for row in here.tokens:
        for name, value in row.counts.items():
            n[name] = n.get(name, 0) + value
    told = [f"{count(calls, 'model call')}"]
    if sent := n.get("input", 0):
        told.append(f"{sent:,} tokens in, {100 * n.get('cached', 0) / sent:.0f} % of them from the cache")
    for name, words in (
        ("same", "sent before"),
        ("near", "nearly sent before"),
        ("single", "embeddings of one text"),
        ("uncapped", "without an output cap"),
        ("missed", "tokens could have come from the cache"),
    ):
        if n.get(name):
            told.append(f"{n[name]:,} {words}")
    return {"calls": calls, **n, "summary": "; ".join(told)}


def _requests(here: Here) -> Evidence:
    requests, spent = sum(c.requests for c in here.calls), sum(c.seconds for c in here.calls)
    if not requests:
        return {}
    peak = max(c.max_in_flight for c in here.calls)
    words = f"{count(requests, 'request')}, {seconds(spent)} in all, {peak:,} at once at the most"
    return {"requests": requests, "seconds": round(spent, 6), "max_in_flight": peak, "summary": words}


_EVIDENCE = {
    **dict.fromkeys(SESSIONS, _clients),
    **dict.fromkeys(AWAITS, _serial),
    "blocking-call": _blocking,
    "dropped-task": _tasks,
    "unstored-timer": _timers,
    **dict.fromkeys(MODELS, _model),
}


def count(number: int, word: str) -> str:
    """`1 client`, `1,200 clients`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def seconds(value: float) -> str:
    """`2.1 s`, `350 ms`, `0.4 ms`: two significant digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size or unit == "ms":
            shown = float(f"{value / size:.1e}")
            return f"{shown:,.0f} {unit}" if shown >= 10 else f"{shown:.1f} {unit}"
    return ""


