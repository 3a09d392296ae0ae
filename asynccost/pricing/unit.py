"""What a finding costs as far as the scan alone can know: a unit price, or an estimate from a usage file."""

from collections.abc import Iterable

from asynccost.cost import infrastructure
from asynccost.cost.usage import Usage
from asynccost.model import Cost, Figure, Finding
from asynccost.pricing.money import Money

# Rules whose waste is of one kind, and is counted in the same rows of a trace.
SESSIONS = frozenset({"session-recreation", "one-shot-request", "pooling-disabled", "unclosed-session"})
AWAITS = frozenset({"sequential-awaits", "await-in-loop"})
MODELS = frozenset(
    {"repeated-llm-call", "volatile-prompt-prefix", "unbounded-completion", "unbatched-embedding", "blind-retry"}
)
MEASURABLE = SESSIONS | AWAITS | MODELS | {
    *("blocking-call", "dropped-task", "unstored-timer", "missing-timeout", "unbounded-fan-out"),
}
MILLION = "million calls"
_UNIT = "the unit of this price"
_CONNECTING = frozenset({"certificates", "pool", "models", "database", "channel", "socket"})
_REBUILDS = frozenset({"session-recreation", "one-shot-request"})
_CONNECTS = frozenset({"pooling-disabled"})


def price(findings: Iterable[Finding], money: Money) -> None:
    """A unit price or an estimate for each finding that has none."""
    memory: dict[object, Cost | None] = {}
    for finding in findings:
        finding.cost = finding.cost or _known(finding, money.usage, memory)


def _known(finding: Finding, usage: Usage, memory: dict[object, Cost | None]) -> Cost | None:
    """A month's cost where the usage file says how often this runs, else that of a million calls; None: unknown.

    memory: unit prices that were worked out before, since many findings share one.
    """
    if finding.rule not in _REBUILDS | _CONNECTS:
        return None
    calls = usage.calls_of(finding.path, finding.function)
    key = (finding.rule in _REBUILDS, finding.resource, calls)
    if key not in memory:
        memory[key] = _cost(*key[:2], usage, calls)
    found = memory[key]
    return found and Cost(
        found.low, found.likely, found.high, found.per, found.formula, found.basis, found.kind, scope(finding)
    )


def scope(finding: Finding) -> str:
    """Findings of one scope overlap: what one fix saves, the other cannot save again."""
    if finding.rule in AWAITS:
        return f"awaits:{finding.path}:{finding.function}"
    kind = "client" if finding.rule in SESSIONS else "model call" if finding.rule in MODELS else finding.rule
    return f"{kind}:{finding.path}:{finding.span.line}"


def _cost(rebuilds: bool, resource: str, usage: Usage, calls: Figure | None) -> Cost | None:
    per = "month" if calls else MILLION
    n = calls or Figure("calls", 1e6, "calls", "default", _UNIT)
    client_cpu = usage.rates.client_cpu(resource)
    connections = Figure("connections", n.value, "connections, one a call", n.origin, n.source)
    if rebuilds and client_cpu:
        clients = Figure("clients", n.value, "clients, one a call", n.origin, n.source)
        return infrastructure.rebuilt_clients(clients, client_cpu, connections, usage.rates, per=per)
    if rebuilds and resource not in _CONNECTING:
        return None
    return infrastructure.new_connections(connections, usage.rates, per=per)
