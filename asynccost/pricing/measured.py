"""What the waste at a place cost in a run that a trace watched, or costs in a month."""

from dataclasses import replace

from asynccost.cost import infrastructure
from asynccost.cost.receipt import price
from asynccost.cost.usage import Usage
from asynccost.model import Cost, Figure
from asynccost.pricing.here import Here
from asynccost.pricing.kinds import AWAITS, SESSIONS
from asynccost.probe.llm.bills import bills, misses


def cost(rule: str, here: Here, usage: Usage, calls: Figure | None, scope: str) -> Cost | None:
    """What the waste cost in the run, or costs in a month of `calls`; None where it has no price."""
    found = _price(rule, here, usage, scope)
    if found is None or calls is None or not here.runs:
        return found
    seen = here.figure("calls_in_run", here.runs, "calls in the run")
    formula = f"calls_per_month / calls_in_run * ({found.formula})"
    return price(formula, calls, seen, *found.basis, per="month", kind=found.kind, scope=scope)


def _price(rule: str, here: Here, usage: Usage, scope: str) -> Cost | None:
    if rule in SESSIONS:
        return _sessions(rule, here, usage, scope)
    if rule in AWAITS and (seconds := sum(s.savable_seconds for s in here.serial)):
        return infrastructure.waits(here.figure("seconds", seconds, "s"), usage.rates, per="run", scope=scope)
    if rule == "blocking-call" and (seconds := sum(b.seconds for b in here.blocking)):
        return infrastructure.blocked(here.figure("seconds", seconds, "s"), usage.rates, per="run", scope=scope)
    return _model_calls(rule, here, usage, scope)


def _sessions(rule: str, here: Here, usage: Usage, scope: str) -> Cost | None:
    rows = here.through or here.calls
    avoidable, new = sum(c.avoidable for c in rows), sum(c.new for c in rows)
    connecting = sum(c.dns_seconds + c.tcp_seconds + c.tls_seconds for c in rows) * (avoidable / new if new else 0)
    connections = here.figure("connections", avoidable, "avoidable connections")
    waiting = here.figure("connecting", connecting, "s of DNS, TCP and TLS")
    built = sum(c.created for c in here.clients)
    if rule == "pooling-disabled" or built < 2:
        if not avoidable:
            return None
        return infrastructure.new_connections(connections, usage.rates, per="run", connecting=waiting, scope=scope)
    clients = here.figure("clients", built - 1, "clients more than one")
    each = here.figure("client_cpu", sum(c.init_cpu_seconds for c in here.clients) / built, "s of CPU per client")
    return infrastructure.rebuilt_clients(
        clients, each, connections, usage.rates, per="run", connecting=waiting, scope=scope
    )


def _model_calls(rule: str, here: Here, usage: Usage, scope: str) -> Cost | None:
    """The dearest of the models called here: what its repeats, or its missed cache, cost."""
    found: list[Cost | None] = []
    if rule == "repeated-llm-call":
        found = [b.cost for b in bills(here.tokens, usage.models, here.source, repeats=True)]
    elif rule == "volatile-prompt-prefix":
        found = [misses(row, usage.models, here.source) for row in here.tokens]
    dearest = max((c for c in found if c), key=lambda c: c.likely, default=None)
    return dearest and replace(dearest, scope=scope)
