"""Two traces of one workload side by side: what each did and cost, and whether the change between them paid."""

from collections.abc import Mapping
from dataclasses import dataclass

from asynccost.cost.receipt import price
from asynccost.cost.usage import Usage
from asynccost.model import Cost, Figure
from asynccost.pricing.here import lasted
from asynccost.probe.llm.bills import bills, total
from asynccost.probe.trace import Blocking, Calls, Clients, Tasks, Timers, Tokens, Trace

NOISE = 0.1  # of seconds and CPU, which differ from run to run; counts do not
LEAST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Side:
    """One trace in numbers: counts by name, seconds by name, and what it cost. unpriced: models without a price."""

    source: str
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    costs: tuple[Cost, ...]
    unpriced: tuple[str, ...] = ()

    def dollars(self, kind: str) -> float:
        """What it cost, of one kind."""
        return sum(c.likely for c in self.costs if c.kind == kind)

    @property
    def hit_rate(self) -> float:
        """The share of input tokens that came from a prompt cache."""
        return self.counts["cached tokens"] / (self.counts["input tokens"] or 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and what is to be said of them. verdict: "paid", "cost more", "mixed" or "no difference"."""

    before: Side
    after: Side
    verdict: str
    reasons: tuple[str, ...]
    same_work: bool


def side(trace: Trace, source: str, usage: Usage, day: str = "") -> Side:
    """A trace in numbers."""
    calls, clients, tokens = trace.rows(Calls), trace.rows(Clients), trace.rows(Tokens)
    tasks, timers, blocking = trace.rows(Tasks), trace.rows(Timers), trace.rows(Blocking)
    used = [total(row) for row in tokens]
    counts = {
        "requests": sum(c.requests for c in calls),
        "clients": sum(c.created for c in clients),
        "new connections": sum(c.new for c in calls),
        "avoidable connections": sum(c.avoidable for c in calls),
        "repeated requests": sum(c.avoidable_repeats for c in calls),
        "tasks lost": sum(t.dropped + t.left for t in tasks),
        "timers left": sum(t.left for t in timers),
        "model calls": sum(t.calls for t in tokens),
        "repeated model calls": sum(t.counts.get("same", 0) for t in tokens),
        "input tokens": sum(t.input for t in used),
        "cached tokens": sum(t.cached for t in used),
        "output tokens": sum(t.output for t in used),
    }
    seconds = {
        "wall time": lasted(trace),
        "CPU": sum(p.cpu_seconds for p in trace.processes),
        "DNS, TCP and TLS": sum(c.dns_seconds + c.tcp_seconds + c.tls_seconds for c in calls),
        "waiting for requests": sum(c.seconds for c in calls),
        "loop blocked": sum(b.seconds for b in blocking),
    }
    paid = bills(tokens, usage.models, source)
    cpu = Figure("cpu_seconds", seconds["CPU"], "s of CPU", "measured", source, day)
    machine = price("cpu_seconds * vcpu_hour / 3600", cpu, usage.rates["vcpu_hour"], per="run")
    unpriced = tuple(sorted({f"{b.row.provider or 'unknown'}/{b.row.model}" for b in paid if b.cost is None}))
    return Side(source, counts, seconds, (machine, *(b.cost for b in paid if b.cost)), unpriced)


def compare(before: Side, after: Side) -> Comparison:
    """What became of it: counts to the one, seconds beyond noise, dollars of model calls beyond their last digit."""
    changes = [
        *(_change(before.counts[n], after.counts[n], f"{{:,.0f}} {{}} {n}", COUNT) for n in _counted(before)),
        *(_change(before.seconds[n], after.seconds[n], f"{{:,.2f}} s {{}} of {n}", TIME) for n in _SPENT),
        _change(before.dollars("llm"), after.dollars("llm"), "${:,.6f} {} for model calls", MONEY),
    ]
    better = [words for sign, words in changes if sign < 0]
    worse = [words for sign, words in changes if sign > 0]
    verdict = "mixed" if better and worse else "paid" if better else "cost more" if worse else "no difference"
    same = all(before.counts[name] == after.counts[name] for name in ("requests", "model calls"))
    return Comparison(before, after, verdict, (*better, *worse), same)


_WORK = frozenset({"requests", "model calls", "input tokens", "cached tokens", "output tokens"})  # told, but no waste
_SPENT = ("CPU", "DNS, TCP and TLS", "loop blocked")
COUNT, TIME, MONEY = (0.0, 1.0, "fewer"), (NOISE, LEAST_SECONDS, "less"), (0.0, 1e-9, "less")


def _counted(one: Side) -> list[str]:
    return [name for name in one.counts if name not in _WORK]


def _change(was: float, now: float, words: str, kind: tuple[float, float, str]) -> tuple[int, str]:
    """-1, 0 or 1 for less, as much and more, and its words. kind: relative and absolute noise, the word for less."""
    noise, least, less = kind
    difference = abs(was - now)
    if difference < least or difference <= noise * max(was, now):
        return 0, ""
    return (-1 if now < was else 1), words.format(difference, less if now < was else "more")
