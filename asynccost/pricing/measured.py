"""What the waste at a place cost in a run that a trace watched, or costs in a month; a function for each kind."""

from collections.abc import Callable
from dataclasses import replace

from asynccost.cost import infrastructure
from asynccost.cost.receipt import added, price
from asynccost.cost.usage import Usage
from asynccost.model import Cost, Figure
from asynccost.pricing.here import Here
from asynccost.pricing.unit import AWAITS
from asynccost.probe.llm.bills import bills, by_model, misses, unread_writes
from asynccost.probe.trace import Calls, Clients, Tokens
from asynccost.probe.waste import MISSED, REPEATED, UNREAD, blind_retries

OWN_CERTIFICATES = 0.005  # seconds of CPU: a client that took longer to build loaded certificates of its own
_AGES = frozenset({"unclosed-session"})  # cost by the age of the process: more calls a month are no more ages


def cost(kind: str, here: Here, usage: Usage, calls: Figure | None, scope: str) -> Cost | None:
    """What the waste cost in the run, or costs in a month of `calls`; None where it has no price.

    kind: a rule, or a kind of waste that has none (probe/waste.py).
    """
    found = _PRICES[kind](here, usage) if kind in _PRICES else None
    if found is None:
        return None
    if calls is None or not here.runs or kind in _AGES:
        return replace(found, scope=scope)
    seen = here.figure("calls_in_run", here.runs, "calls in the run")
    formula = f"calls_per_month / calls_in_run * ({found.formula})"
    return price(formula, calls, seen, *found.basis, per="month", kind=found.kind, scope=scope)


def _sessions(here: Here, usage: Usage) -> Cost | None:
    """Clients more than one, with the connections that one would have kept."""
    built = sum(c.created for c in here.clients)
    if built < 2:
        return _connections(here, usage)
    clients = here.figure("clients", built - 1, "clients more than one")
    each = here.figure("client_cpu", sum(c.init_cpu_seconds for c in here.clients) / built, "s of CPU per client")
    connections, waiting = _opened(here)
    return infrastructure.rebuilt_clients(clients, each, connections, usage.rates, per="run", connecting=waiting)


def _connections(here: Here, usage: Usage) -> Cost | None:
    connections, waiting = _opened(here)
    if not connections.value:
        return None
    return infrastructure.new_connections(connections, usage.rates, per="run", connecting=waiting)


def _opened(here: Here) -> tuple[Figure, Figure]:
    """Avoidable connections, and the time that they took."""
    rows = here.through or here.calls
    avoidable, new = sum(c.avoidable for c in rows), sum(c.new for c in rows)
    connecting = sum(c.dns_seconds + c.tcp_seconds + c.tls_seconds for c in rows) * (avoidable / new if new else 0)
    return (
        here.figure("connections", avoidable, "avoidable connections"),
        here.figure("connecting", connecting, "s of DNS, TCP and TLS"),
    )


def _leaked(here: Here, usage: Usage) -> Cost | None:
    """Clients that were there at the end: those that were collected had given their memory back."""
    hours = here.lasted / 3600
    half = here.figure("hours", hours / 2, "h, half of the run: clients made evenly over it")
    age = replace(half, low=0.0, high=hours)
    found = []
    for kind in ("certificates", "pool"):
        live = sum(row.live for row in here.clients if _keeps(row) == kind)
        if live:
            clients = here.figure("clients", live, "clients never closed")
            size = replace(usage.rates.client_bytes(kind), name="client_bytes")
            found.append(infrastructure.leaked_clients(clients, size, age, usage.rates, per="run"))
    return added(found) if found else None


def _keeps(row: Clients) -> str:
    return "certificates" if row.init_cpu_seconds > OWN_CERTIFICATES * row.created else "pool"


def _awaits(here: Here, usage: Usage) -> Cost | None:
    seconds = sum(s.savable_seconds for s in here.serial)
    return infrastructure.waits(here.figure("seconds", seconds, "s"), usage.rates, per="run") if seconds else None


def _blocked(here: Here, usage: Usage) -> Cost | None:
    seconds = sum(b.seconds for b in here.blocking)
    return infrastructure.blocked(here.figure("seconds", seconds, "s"), usage.rates, per="run") if seconds else None


def _repeated(here: Here, usage: Usage) -> Cost | None:
    """By origin, since an API may have a price of its own."""
    by_origin: dict[str, list[Calls]] = {}
    for row in here.calls:
        if row.avoidable_repeats:
            by_origin.setdefault(row.origin, []).append(row)
    found = []
    for origin, rows in by_origin.items():
        requests = here.figure("requests", sum(r.avoidable_repeats for r in rows), "requests answered before")
        seconds = here.figure("seconds", sum(r.repeat_seconds for r in rows), "s")
        own = usage.requests.get(origin.lower())
        found.append(infrastructure.repeated_requests(requests, seconds, usage.rates, per="run", call_price=own))
    return added(found) if found else None


def _retries(here: Here, usage: Usage) -> Cost | None:
    """Retries that cannot help. Providers charge nothing for a model call that fails."""
    counted = [blind_retries(row) for row in here.calls]
    least, most = (sum(n) for n in zip(*counted, strict=True)) if counted else (0, 0)
    if not least:
        return None
    requests = replace(here.figure("requests", least, "retries"), low=float(least), high=float(max(least, most)))
    return infrastructure.extra_requests(requests, usage.rates, per="run")


def _single(here: Here, usage: Usage) -> Cost | None:
    """Embedding requests that one with a list would have replaced; their tokens cost the same."""
    single = sum(row.counts.get("single", 0) for row in here.tokens)
    if single < 2:
        return None
    requests = here.figure("requests", single - 1, "requests more than one")
    return infrastructure.extra_requests(requests, usage.rates, per="run")


def _same(here: Here, usage: Usage) -> Cost | None:
    repeated = bills(by_model(here.tokens), usage.models, here.source, repeats=True)
    return _all([bill.cost for bill in repeated])


def _missed(here: Here, usage: Usage) -> Cost | None:
    return _all([misses(row, usage.models, here.source) for row in by_model(here.tokens)])


def _unread(here: Here, usage: Usage) -> Cost | None:
    return _all([unread_writes(row, usage.models, here.source) for row in by_model(here.tokens)])


def _volatile(here: Here, usage: Usage) -> Cost | None:
    """The input of prompts that differ in numbers and dates alone, had it come from the cache: an upper bound."""
    return _all([misses(_as_missed(row), usage.models, here.source) for row in by_model(here.tokens) if row.calls])


def _as_missed(row: Tokens) -> Tokens:
    n = row.counts
    fresh = n.get("input", 0) - n.get("cached", 0) - n.get("written", 0)
    share = min(n.get("near", 0) / row.calls, 1.0)
    return replace(row, counts={**n, "missed": max(n.get("missed", 0), int(fresh * share))})


def _all(costs: list[Cost | None]) -> Cost | None:
    known = [cost for cost in costs if cost is not None]
    return added(known) if known else None


_PRICES: dict[str, Callable[[Here, Usage], Cost | None]] = {
    **dict.fromkeys(("session-recreation", "one-shot-request"), _sessions),
    "pooling-disabled": _connections,
    "unclosed-session": _leaked,
    **dict.fromkeys(AWAITS, _awaits),
    "blocking-call": _blocked,
    "blind-retry": _retries,
    "unbatched-embedding": _single,
    "repeated-llm-call": _same,
    "volatile-prompt-prefix": _volatile,
    REPEATED: _repeated,
    MISSED: _missed,
    UNREAD: _unread,
}
