"""What in a Trace was wasted: by place, with the figures and the next step; the costliest first.

A place is told only where a reader could do something about it: one client that lives as long as its process is no
waste, nor is a connection that the server closed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.probe.llm.bills import total
from asynccost.probe.row import Place, Row
from asynccost.probe.rows import Blocking, Calls, Clients, Serial, Tasks, Timers, Tokens
from asynccost.probe.trace import Trace

N_PLUS_ONE = 5  # requests of one line in a row
WORTH_SECONDS = 0.1
FEW = 2
LEAST_PROMPT = 1024  # tokens from which on providers keep a prompt's beginning
REPEATED, MISSED, UNREAD = "repeated-request", "missed-prompt-cache", "unread-cache-write"  # kinds without a rule


@dataclass(slots=True, frozen=True)
class Waste:
    """One waste at one place.

    kind: what it is priced by: the scan's rule for the same pattern, or one of the kinds above. seconds: of wall time
    that it took, for the order alone (0 where it takes none). rows: what it was told by.
    """

    place: Place
    kind: str
    what: str
    next_step: str
    seconds: float
    rows: tuple[Row, ...]

    @property
    def rule(self) -> str:
        """The scan's rule for the same pattern; "" where there is none."""
        return "" if self.kind in (REPEATED, MISSED, UNREAD) else self.kind


def wastes(trace: Trace) -> list[Waste]:
    """All of them."""
    finders = (_clients, _calls, _serial, _tasks, _timers, _blocking, _models)
    found = [waste for finder in finders for waste in finder(trace)]
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
            step = "build one and keep it for as long as its loop"
            yield Waste(row.place, "session-recreation", what, step, seconds, (row, *calls))
        if row.unclosed or row.live >= FEW:
            what = f"{name}: {row.unclosed + row.live:,} of {row.created:,} never closed"
            step = "use `async with`, or close it where its owner ends"
            yield Waste(row.place, "unclosed-session", what, step, 0.0, (row,))


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
            yield Waste(row.place, "pooling-disabled", what, step, connecting_seconds(row), (row,))
        if row.avoidable_repeats >= FEW:
            what = f"{where}: {row.avoidable_repeats:,} of {row.requests:,} asked again what had been answered"
            what += f", {row.repeat_seconds:.2f} s"
            step = "keep the answer for as long as it may be used"
            yield Waste(row.place, REPEATED, what, step, row.repeat_seconds, (row,))
        yield from _retries(row, where)


_RETRIES = {
    "pointless": ("after an error that cannot pass", "do not retry 4xx other than 408, 425 and 429"),
    "stacked": ("of a request that the SDK had retried already", "retry in one of the two places"),
    "storm": ("beyond the fourth of one request", "give up earlier, and wait longer each time"),
}


def _retries(row: Calls, where: str) -> Iterator[Waste]:
    """One retry may be of several kinds: it is one waste."""
    each = row.seconds / row.requests if row.requests else 0.0
    kinds = {kind: n for kind in _RETRIES if (n := row.retries.get(kind, 0))}
    if kinds:
        what = f"{where}: retries: {', '.join(f'{n:,} {_RETRIES[kind][0]}' for kind, n in kinds.items())}"
        step = "; ".join(_RETRIES[kind][1] for kind in kinds)
        yield Waste(row.place, "blind-retry", what, step, each * blind_retries(row)[0], (row,))


def blind_retries(row: Calls) -> tuple[int, int]:
    """How many retries of a row could not help: at least, since one may be of several kinds, and at most."""
    kinds = [row.retries.get(kind, 0) for kind in _RETRIES]
    return max(kinds), min(sum(kinds), row.retries.get("retry", 0))


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
        yield Waste(row.place, rule, what, step, row.savable_seconds, (row,))


def _tasks(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Tasks):
        parts = [
            f"{row.dropped:,} collected while pending" if row.dropped else "",
            f"{row.failed_unseen:,} failed unseen" if row.failed_unseen else "",
            f"{row.left:,} still pending when the loop ended" if row.left else "",
        ]
        if any(parts):
            what = f"of {row.created:,} tasks " + ", ".join(part for part in parts if part)
            yield Waste(row.place, "dropped-task", what, "keep each task and await or cancel it", 0.0, (row,))


def _timers(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Timers):
        if row.left:
            what = f"{row.left:,} of {row.created:,} timers were neither run nor cancelled when the loop ended"
            yield Waste(row.place, "unstored-timer", what, "keep the handle and cancel it", 0.0, (row,))


def _blocking(trace: Trace) -> Iterator[Waste]:
    for row in trace.rows(Blocking):
        what = f"stopped the event loop {row.times:,} times, {row.seconds:.2f} s, {row.longest_seconds:.2f} s at most"
        step = "move it off the loop (asyncio.to_thread), or make it asynchronous"
        yield Waste(row.place, "blocking-call", what, step, row.seconds, (row,))


def _models(trace: Trace) -> Iterator[Waste]:
    """Model calls of one place to one model; local ones cost what their machine costs, and are left out."""
    by_place: dict[tuple[Place, str, str], list[Tokens]] = defaultdict(list)
    read: dict[tuple[str, str], int] = defaultdict(int)
    for row in trace.rows(Tokens):
        read[row.provider, row.model] += total(row).cached
        if row.provider != "local":
            by_place[row.place, row.provider, row.model].append(row)
    for (place, provider, model), rows in by_place.items():
        all_ = Counted.of(rows)
        for kind, what, step in _model(all_, read[provider, model]):
            name = f"{provider or 'unknown provider'} {model}"
            yield Waste(place, kind, f"{name}: {what}", step, all_.seconds * all_.share(kind), tuple(rows))


@dataclass(slots=True)
class Counted:
    """Sums over rows of one model."""

    calls: int
    seconds: float
    counts: dict[str, int]

    @classmethod
    def of(cls, rows: list[Tokens]) -> "Counted":
        """Add them up."""
        counts: dict[str, int] = defaultdict(int)
        for row in rows:
            for name, n in row.counts.items():
                counts[name.partition("@")[0]] += n  # at whatever tier of prices
        return cls(sum(row.calls for row in rows), sum(row.seconds for row in rows), counts)

    def share(self, kind: str) -> float:
        """The share of the calls whose time a waste takes."""
        return self.counts["same"] / self.calls if kind == "repeated-llm-call" else 0.0


def _model(n: Counted, read: int) -> Iterator[tuple[str, str, str]]:
    counts = n.counts
    if same := counts["same"]:
        sure = f", {counts['chosen']:,} of them with no chance asked for" if counts["chosen"] else ""
        what = f"{same:,} of {n.calls:,} calls had been made before, word for word{sure}"
        yield "repeated-llm-call", what, "keep the answer for as long as it may be used"
    if counts["near"] >= FEW and counts["input"] >= LEAST_PROMPT * n.calls and 2 * counts["cached"] < counts["input"]:
        what = f"{counts['near']:,} of {n.calls:,} prompts differ from an earlier one in numbers, dates or ids alone"
        what += f"; {_percent(counts['cached'], counts['input'])} of the input came from the prompt cache"
        yield "volatile-prompt-prefix", what, "put what changes behind what does not"
    if counts["missed"] >= LEAST_PROMPT and 2 * counts["missed"] >= counts["eligible"]:
        what = f"{counts['missed']:,} of {counts['input']:,} input tokens stood in the beginning of an earlier prompt"
        step = "mark it for caching where the provider asks for that (cache_control), and call again while it is kept"
        yield MISSED, f"{what}, and did not come from the prompt cache", step
    if counts["written"] and not read:
        what = f"{counts['written']:,} input tokens were written to the prompt cache, and nothing was read from it"
        yield UNREAD, what, "mark for caching only what is sent again while it is kept"
    if counts["single"] >= N_PLUS_ONE:
        what = f"{counts['single']:,} of {counts['embeddings']:,} embedding requests sent one text each"
        yield "unbatched-embedding", what, "send a list of texts with each request"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"
