"""Waste that a trace shows at places of which no rule spoke: findings of the trace's own."""

from collections.abc import Callable, Sequence

from asynccost.fingerprints import number
from asynccost.model import Confidence, Finding, Span
from asynccost.pricing import unit
from asynccost.pricing.evidence import evidence
from asynccost.pricing.kinds import AWAITS, SESSIONS
from asynccost.pricing.measured import cost
from asynccost.pricing.money import Money
from asynccost.pricing.places import At
from asynccost.pricing.sites import Sites
from asynccost.probe.trace import Place
from asynccost.probe.waste import wastes


def unseen(sites: Sites, known: Sequence[Finding], money: Money, read: Callable[[str], bytes]) -> list[Finding]:
    """What the trace saw, less what a finding of the same kind says of that line already."""
    assert money.trace is not None
    spoken = {(f.path, line, _kind(f.rule)) for f in known for line in _lines(f)}
    found: dict[tuple[str, int, str], Finding] = {}
    for waste in wastes(money.trace):
        at = sites.now(waste.place)
        key = (*at, _kind(waste.rule)) if at else None
        if not waste.rule or at is None or key is None or key in spoken or key in found:
            continue
        finding = found[key] = _finding(waste.rule, f"{waste.what}: {waste.next_step}", waste.place, at, read)
        if here := sites.at(finding):
            finding.evidence = evidence(waste.rule, here)
            calls = money.usage.calls_of(finding.path, finding.function)
            finding.cost = cost(waste.rule, here, money.usage, calls, unit.scope(finding))
    number(found.values())
    return list(found.values())


def _kind(rule: str) -> str:
    return "session" if rule in SESSIONS else "awaits" if rule in AWAITS else rule


def _lines(f: Finding) -> range:
    return range(f.span.line, max(f.span.line, f.span.end_line) + 1)


def _finding(rule: str, words: str, place: Place, at: At, read: Callable[[str], bytes]) -> Finding:
    """A finding on the whole of a line."""
    path, line = at
    text = read(path).split(b"\n")
    code = text[line - 1].rstrip()
    indent = len(code) - len(code.lstrip())
    start = sum(len(t) + 1 for t in text[: line - 1])
    ends = len(code.decode("utf-8", "replace")) + 1
    return Finding(
        rule,
        path,
        Span(start + indent, start + len(code), line, indent + 1, line, ends),
        f"measured, though the scan alone does not show it: {words}",
        Confidence.HIGH,
        function="" if place.function == "<module>" else place.function,
        shape=f"measured {place.line_hash}",
    )
