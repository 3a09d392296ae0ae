"""Money in the words of a report: a line a finding, and the lines that add up."""

from collections.abc import Sequence

from asynccost.cost.rates import warning
from asynccost.cost.totals import Total, totals
from asynccost.cost.words import KINDS, LEAST, dollars, sentence
from asynccost.model import Finding

_COUNTED = ("month", "run")


def lines(finding: Finding) -> list[str]:
    """What a finding costs, and what was measured of it; nothing where neither is known."""
    said = []
    if finding.cost:
        said.append(f"cost: {sentence(finding.cost)}")
    if finding.evidence and finding.evidence.get("summary"):
        said.append(f"measured: {finding.evidence['summary']}")
    return said


def total_lines(findings: Sequence[Finding]) -> list[str]:
    """The sums, how much of them is assumed, and what is missing to say more."""
    priced = [f for f in findings if f.cost]
    said = [_total(t) for t in added(findings) if t.high >= LEAST]
    if said:
        said[-1] += f" Priced: {len(priced)} of {len(findings)} findings."
    elif any(f.cost and f.cost.per not in _COUNTED for f in priced):
        said.append(
            f"Cost: {len(priced)} of {len(findings)} findings have a unit price; how often they run is for "
            "asynccost-usage.toml to say (asynccost usage init), or try --calls-per-month N."
        )
    days = {b.unit: b.date for f in priced if f.cost for b in f.cost.basis if b.origin == "price"}
    if old := warning(days):
        said.append(f"{old[0].upper()}{old[1:]}.")
    unseen = [f for f in findings if f.evidence and f.evidence.get("seen") is False]
    if unseen:
        trace = (unseen[0].evidence or {}).get("trace")
        said.append(
            f"{len(unseen)} of {len(findings)} findings were not seen in {trace}: they did not run, or call what the "
            "probe does not watch (asynccost doctor)."
        )
    return said


def added(findings: Sequence[Finding]) -> list[Total]:
    """Totals by kind, a month and a run; prices of a million calls of different places add up to nothing."""
    return totals(f.cost for f in findings if f.cost and f.cost.per in _COUNTED)


def _total(t: Total) -> str:
    likely = f"about {dollars(t.likely)}" if t.likely >= LEAST else "less than a cent"
    span = f" ({dollars(t.low)} to {dollars(t.high)})" if t.low != t.high else ""
    overlaps = f"; overlaps removed, the parts add to {dollars(t.parts)}" if t.parts > t.likely * 1.005 else ""
    assumed = f"; {t.defaults:.0%} of it rests on defaults" if t.defaults >= 0.005 else ""
    return f"Cost: {KINDS[t.kind]} {likely} a {t.per}{span}, estimated{overlaps}{assumed}."
