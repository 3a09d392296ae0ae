"""What a run wasted, with its price: for a summary that has no scan beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asynccost.cost import infrastructure
from asynccost.cost.receipt import added
from asynccost.model import Cost
from asynccost.pricing.here import Here, lasted
from asynccost.pricing.measured import cost
from asynccost.pricing.money import Money
from asynccost.pricing.unit import AWAITS, SESSIONS
from asynccost.probe.gauges import slope
from asynccost.probe.llm.bills import bills, by_model
from asynccost.probe.trace import Calls, Process, Tokens, Trace
from asynccost.probe.waste import Waste, wastes

LEAK = 10 << 20  # bytes an hour that are worth a line
LONG_ENOUGH = 30.0  # seconds of a run before its slope says anything


@dataclass(frozen=True, slots=True)
class Priced:
    """A waste and what it cost; cost is None where nothing prices it."""

    waste: Waste
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Growth:
    """A process whose memory grew: bytes an hour, and what that cost."""

    process: Process
    rate: float
    cost: Cost


@dataclass(frozen=True, slots=True)
class Paid:
    """What the calls of one model cost; cost is None where nobody knows its prices."""

    calls: Tokens
    cost: Cost | None


def priced(trace: Trace, money: Money) -> list[Priced]:
    """Every waste of the run, the dearest first, then by time."""
    found = [Priced(waste, _cost(waste, trace, money)) for waste in wastes(trace)]
    return sorted(found, key=lambda p: (-p.cost.likely, -p.cost.high) if p.cost else (0.0, 0.0))


def growth(trace: Trace, money: Money) -> Iterator[Growth]:
    """Processes that grew all the time, by the slope that was measured."""
    here = Here(money.source, money.date)
    for process in trace.processes:
        rate, hours = slope(process.gauges, 1) * 3600, (process.ended - process.started) / 3600
        if hours * 3600 >= LONG_ENOUGH and rate >= LEAK:
            grown, age = here.figure("bytes_per_hour", rate, "bytes an hour"), here.figure("hours", hours, "h")
            yield Growth(process, rate, infrastructure.growing_memory(grown, age, money.usage.rates, per="run"))


def paid(rows: Iterable[Tokens], money: Money) -> list[Paid]:
    """What all model calls cost, model by model, wasted or not; local ones are left out."""
    found = []
    for row in by_model(rows):
        of_tiers = bills([row], money.usage.models, money.source)
        if of_tiers:
            known = [bill.cost for bill in of_tiers if bill.cost is not None]
            found.append(Paid(row, added(known) if len(known) == len(of_tiers) else None))
    return found


def _cost(waste: Waste, trace: Trace, money: Money) -> Cost | None:
    here = Here(money.source, money.date, lasted(trace))
    for row in waste.rows:
        here.put(row, through=waste.kind in SESSIONS and isinstance(row, Calls) and row.client_place == waste.place)
    function = "" if waste.place.function == "<module>" else waste.place.function
    calls = money.usage.calls_of(waste.place.path, function)
    return cost(waste.kind, here, money.usage, calls, _scope(waste))


def _scope(waste: Waste) -> str:
    """Wastes of one scope overlap, as those of a scan do (pricing/unit.py)."""
    place = waste.place
    if waste.kind in AWAITS:
        return f"awaits:{place.path}:{place.function}"
    models = any(isinstance(row, Tokens) for row in waste.rows)
    kind = "client" if waste.kind in SESSIONS else "model call" if models else waste.kind
    return f"{kind}:{place.path}:{place.line}"
