"""What a run did and wasted as a few lines of text: where, what it costs, what to do next, what may be missing."""

from collections import defaultdict
from collections.abc import Sequence

from asynccost.cost.totals import totals
from asynccost.cost.words import KINDS, LEAST, dollars, exact, figure_line, sentence, worth_saying
from asynccost.model import Cost, Figure
from asynccost.pricing.money import Money
from asynccost.pricing.wasted import Growth, Paid, Priced, growth, paid, priced
from asynccost.probe.llm.bills import total
from asynccost.probe.trace import Calls, Clients, Place, Process, Tokens, Trace

MOST_PLACES = 10


def summary(trace: Trace, seconds: float, money: Money, unseen: Sequence[str] = ()) -> str:
    """The text, with a newline at its end. Each figure in dollars stands with its formula; the last lines say where
    the figures of formulas come from."""
    found, grown, bills = priced(trace, money), list(growth(trace, money)), paid(trace.rows(Tokens), money)
    shown: list[Cost] = []
    lines = [
        *_head(trace, seconds),
        *_bills(bills, shown),
        *_places(found, shown),
        *_growth(grown, shown),
        *_totals([p.cost for p in found if p.cost] + [g.cost for g in grown]),
        *_origins(shown),
        *_gaps(trace, unseen, bills),
    ]
    return "".join(f"{line}\n" for line in lines)


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


def _bills(bills: list[Paid], shown: list[Cost]) -> list[str]:
    lines = []
    for bill in bills:
        row, used = bill.calls, total(bill.calls)
        cost = exact(bill.cost.likely) if bill.cost else "at no price that is known"
        cached = f" ({used.hit_rate:.0%} from the prompt cache)" if used.cached else ""
        tokens = f"{used.input:,} tokens in{cached}, {used.output:,} out"
        about = f", {row.estimated:,} of them estimated" if row.estimated else ""
        name = f"{row.provider or 'unknown provider'} {row.model}"
        lines.append(f"{name}: {_count(row.calls, 'call')}{about}, {tokens}: {cost}")
        lines += _formula(bill.cost, shown, "  ")
    return lines


def _formula(cost: Cost | None, shown: list[Cost], indent: str) -> list[str]:
    """A printed cost's formula with what was measured; `_origins` tells the other figures."""
    if cost is None:
        return []
    shown.append(cost)
    measured = ", ".join(f"{f.name} {f.value:,.10g}" for f in cost.basis if f.origin == "measured")
    return [f"{indent}= {cost.formula}, with {measured}"]


def _places(found: list[Priced], shown: list[Cost]) -> list[str]:
    if not found:
        return ["nothing that the probe knows of was wasted"]
    by_place: dict[Place, list[Priced]] = defaultdict(list)
    for one in found:
        by_place[one.waste.place].append(one)
    lines = []
    for place, here in list(by_place.items())[:MOST_PLACES]:
        lines.append(f"\n{_at(place)}")
        for one in here:
            lines.append(f"  {one.waste.what}" + (f" [{one.waste.rule}]" if one.waste.rule else ""))
            if one.cost is not None:
                lines.append(f"    costs: {sentence(one.cost)}")
                lines += _formula(one.cost, shown, "      ") if worth_saying(one.cost) else []
            lines.append(f"    next: {one.waste.next_step}")
    rest = len(by_place) - MOST_PLACES
    return [*lines, f"\nand {_count(rest, 'place')} more"] if rest > 0 else lines


def _at(place: Place) -> str:
    line = f":{place.line}" if place.line else ""
    return f"{place.path}{line}" + (f" in {place.function}" if place.function else "")


def _growth(grown: list[Growth], shown: list[Cost]) -> list[str]:
    lines = []
    for one in grown:
        lines.append(f"\nprocess {one.process.pid} grew by {one.rate / (1 << 20):,.0f} MiB an hour")
        lines.append(f"  costs: {sentence(one.cost)}")
        lines += _formula(one.cost, shown, "    ") if worth_saying(one.cost) else []
    return lines


def _totals(costs: list[Cost]) -> list[str]:
    """Sums over places, without what overlaps; less than a cent is no figure."""
    said = []
    for one in totals(costs):
        if one.high < LEAST:
            said.append(f"{KINDS[one.kind]} less than a cent a {one.per}")
        else:
            span = "" if one.low == one.high else f" ({dollars(one.low)} to {dollars(one.high)})"
            likely = f"about {dollars(one.likely)}" if one.likely >= LEAST else "less than a cent"
            said.append(f"{KINDS[one.kind]} {likely} a {one.per}{span}")
    return [f"\nwasted in all: {'; '.join(said)}"] if said else []


def _origins(shown: list[Cost]) -> list[str]:
    """Each figure once that stands in a printed formula and was not measured: assumptions, then prices."""
    figures: dict[Figure, None] = {f: None for cost in shown for f in cost.basis if f.origin != "measured"}
    if not figures:
        return []
    lines = dict.fromkeys(map(figure_line, sorted(figures, key=lambda f: (f.origin, f.name, f.unit))))
    return ["assumed, and at these prices:", *(f"  {line}" for line in lines)]


def _gaps(trace: Trace, unseen: Sequence[str], bills: list[Paid]) -> list[str]:
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
    if unknown := sorted({bill.calls.model for bill in bills if bill.cost is None}):
        lines.append(
            f'no price is known for {", ".join(unknown)}; add [prices.models."NAME"] to asynccost-usage.toml. '
            "Until then these calls count for nothing, toward a cost limit as well"
        )
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
