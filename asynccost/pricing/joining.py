"""Joins findings with a trace: what it saw of each, and findings of its own for waste of which no rule spoke."""

from collections.abc import Callable, Iterable, Sequence

from asynccost.fingerprints import number
from asynccost.model import Confidence, Finding, Span
from asynccost.pricing.evidence import evidence
from asynccost.pricing.measured import cost
from asynccost.pricing.money import Money
from asynccost.pricing.places import At, Sites
from asynccost.pricing.unit import AWAITS, MEASURABLE, SESSIONS, scope
from asynccost.probe.trace import Place
from asynccost.probe.waste import wastes

Read = Callable[[str], bytes]
PROBED = (".py", ".pyi")


def join(
    findings: Sequence[Finding], hidden: Sequence[Finding], money: Money, paths: Iterable[str], read: Read
) -> list[Finding]:
    """Tell each finding what the trace saw of it; returns those that only the trace saw.

    hidden: findings that a comment suppresses; what the trace saw there stays hidden too. paths: the files that were
    scanned. A finding whose waste was measured is no longer a guess: it becomes one of high confidence.
    """
    assert money.trace is not None
    sites = Sites(money.trace, money.source, money.date, paths, read)
    for finding in findings:
        if finding.rule not in MEASURABLE or not finding.path.endswith(PROBED):
            continue
        here = sites.at(finding)
        finding.evidence = (here and evidence(finding.rule, here)) or _not_seen(money)
        if here is None:
            continue
        calls = money.usage.calls_of(finding.path, finding.function)
        finding.cost = cost(finding.rule, here, money.usage, calls, scope(finding))
        if finding.cost:
            finding.confidence = Confidence.HIGH
    return _unseen(sites, [*findings, *hidden], money, read)


def _not_seen(money: Money) -> dict[str, object]:
    """It did not run, or the probe does not watch what it calls."""
    return {"seen": False, "trace": money.source, "summary": f"not seen in {money.source}"}


def _unseen(sites: Sites, known: Sequence[Finding], money: Money, read: Read) -> list[Finding]:
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
            finding.cost = cost(waste.rule, here, money.usage, calls, scope(finding))
    number(found.values())
    return list(found.values())


def _kind(rule: str) -> str:
    return "session" if rule in SESSIONS else "awaits" if rule in AWAITS else rule


def _lines(f: Finding) -> range:
    return range(f.span.line, max(f.span.line, f.span.end_line) + 1)


def _finding(rule: str, words: str, place: Place, at: At, read: Read) -> Finding:
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
