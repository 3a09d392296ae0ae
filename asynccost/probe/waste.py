"""What in a Trace was wasted: by place, with the figures and the next step; the costliest first.

A place is told only where a reader could do something about it: one client that lives as long as its process is no
waste, nor is a connection that the server closed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.probe.trace import Blocking, Calls, Clients, Place, Serial, Tasks, Timers, Trace

N_PLUS_ONE = 5  # requests of one line in a row
WORTH_SECONDS = 0.1
FEW = 2


@dataclass(slots=True, frozen=True)
class Waste:
    """One waste at one place. rule: the scan's rule for the same pattern, "" where there is none; seconds: of wall time
    that it took, for the order alone (0 where it takes none)."""

    place: Place
    rule: str
    what: str
    next_step: str
    seconds: float


def wastes(trace: Trace) -> list[Waste]:
    """All of them."""
    found = [*_clients(trace), *_calls(trace), *_serial(trace), *_tasks(trace), *_timers(trace), *_blocking(trace)]
    return sorted(found, key=lambda waste: (-waste.seconds, waste.place, waste.what))


def _clients(trace: Trace) -> Iterator[Waste]:
    opened: dict[Place | None, list[Calls]] = defaultdict(list)
    for call in trace.rows(Calls):
        opened[call.client_place].append(call)
    for row in trace.rows(Clients):
        calls = opened[row.place]
        name = f"{row.library} {row.client}"
        if row.used_once + row.unused >= FEW and 2 * (row.used_once + row.unused) > row.created:
            seconds = sum(map(connecting_seconds, calls)) + row.init_cpu_seconds
            what = f"{name}: {row.created:,} built, {_share(row)}; {_connections(calls)}"
            what += f"; {row.init_cpu_seconds:.2f} s CPU to build them" if row.init_cpu_seconds >= 0.1 else ""
            yield Waste(row.place, "session-recreation", what, "build one and keep it for as long as its loop", seconds)
        if row.unclosed or row.live >= FEW:
            what = f"{name}: {row.unclosed + row.live:,} of {row.created:,} never closed"
            yield Waste(row.place, "unclosed-session", what, "use `async with`, or close it where its owner ends", 0.0)


def _share(row: Clients) -> str:
    used = f"{row.used_once:,} used for one request only" if row.used_once else ""
    unused = f"{row.unused:,} never used" if row.unused else ""
    return " and ".join(part for part in (used, unused) if part)


def connecting_seconds(call: Calls) -> float:
    """DNS, TCP and TLS of the avoidable share of a row's new connections."""
    whole = call.dns_seconds + call.tcp_seconds + call.tls_seconds
    return whole * call.avoidable / call.new if call.new else 0.0


def _connections(calls: list[Calls]) -> str:
    avoidable, new = sum(c.avoidable for c in calls), sum(c.new for c in calls)
    if not new:
        return "no connection"
    seconds = sum(map(connecting_seconds, calls))
    return f"{avoidable:,} of {new:,} connections avoidable, {seconds:.2f} s of DNS, TCP and TLS"


def _calls(trace: Trace) -> Iterator[Waste]:
    singles = {row.place for row in trace.rows(Clients) if row.created < FEW or row.used_once + row.unused < FEW}
    for row in trace.rows(Calls):
        where = f"{row.method} {row.origin}{row.path}"
        if row.avoidable >= FEW and (row.client_place is None or row.client_place in singles):
            what = f"{where}: {_connections([row])}, though its client lived on"
            step = "raise the pool's limits, or find what closes its connections"
            yield Waste(row.place, "pooling-disabled", what, step, connecting_seconds(row))
        if row.avoidable_repeats >= FEW:
            what = f"{where}: {row.avoidable_repeats:,} of {row.requests:,} asked again what had been answered"
            what += f", {row.repeat_seconds:.2f} s"
            yield Waste(row.place, "", what, "keep the answer for as long as it may be used", row.repeat_seconds)
        yield from _retries(row, where)


def _retries(row: Calls, where: str) -> Iterator[Waste]:
    each = row.seconds / row.requests if row.requests else 0.0
    steps = {
        "pointless": ("after an error that cannot pass", "do not retry 4xx other than 408, 425 and 429"),
        "stacked": ("of a request that the SDK had retried already", "retry in one of the two places"),
        "storm": ("beyond the fourth of one request", "give up earlier, and wait longer each time"),
    }
    for kind, (what, step) in steps.items():
        n = row.retries.get(kind, 0)
        if n:
            yield Waste(row.place, "blind-retry", f"{where}: {n:,} retries {what}", step, each * n)


def _serial(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Serial):
        where = f"{row.origin}{row.path}"
        loop = row.previous is None and row.longest >= N_PLUS_ONE
        if not loop and row.savable_seconds < WORTH_SECONDS:
            continue
        if row.previous is None:
            what = f"{where}: up to {row.longest:,} requests in a row from one line, none using another's answer"
            rule, step = "await-in-loop", "ask for them together (a bounded gather), or for all in one request"
        else:
            what = (
                f"{where}: {row.requests:,} times right after {row.previous.path}:{row.previous.line}, not needing it"
            )
            rule, step = "sequential-awaits", "let the two run together"
        what += f"; {row.savable_seconds:.2f} s to save at most"
        yield Waste(row.place, rule, what, step, row.savable_seconds)


def _tasks(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Tasks):
        parts = [
            f"{row.dropped:,} collected while pending" if row.dropped else "",
            f"{row.failed_unseen:,} failed unseen" if row.failed_unseen else "",
            f"{row.left:,} still pending when the loop ended" if row.left else "",
        ]
        if any(parts):
            what = f"of {row.created:,} tasks " + ", ".join(part for part in parts if part)
            yield Waste(row.place, "dropped-task", what, "keep each task and await or cancel it", 0.0)


def _timers(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Timers):
        if row.left:
            what = f"{row.left:,} of {row.created:,} timers were neither run nor cancelled when the loop ended"
            yield Waste(row.place, "unstored-timer", what, "keep the handle and cancel it", 0.0)


def _blocking(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Blocking):
        what = f"stopped the event loop {row.times:,} times, {row.seconds:.2f} s, {row.longest_seconds:.2f} s at most"
        step = "move it off the loop (asyncio.to_thread), or make it asynchronous"
        yield Waste(row.place, "blocking-call", what, step, row.seconds)
