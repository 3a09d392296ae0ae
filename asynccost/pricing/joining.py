"""Gives every finding its cost, and where a trace was there its evidence; what only the trace saw becomes a finding."""

from collections.abc import Callable, Iterable, Sequence

from asynccost.model import Confidence, Cost, Finding
from asynccost.pricing import unit
from asynccost.pricing.money import Money

Read = Callable[[str], bytes]
PROBED = (".py", ".pyi")


def price(findings: Iterable[Finding], money: Money) -> None:
    """A unit price or an estimate for each finding that has none."""
    memory: dict[object, Cost | None] = {}
    for finding in findings:
        finding.cost = finding.cost or unit.cost(finding, money.usage, memory)


def join(
    findings: Sequence[Finding], hidden: Sequence[Finding], money: Money, paths: Iterable[str], read: Read
) -> list[Finding]:
    """Tell each finding what the trace saw of it; returns those that only the trace saw.

    hidden: findings that a comment suppresses; what the trace saw there stays hidden too. paths: the files that were
    scanned. A finding whose waste was measured is no longer a guess: it becomes one of high confidence.
    """
    from asynccost.pricing.evidence import evidence
    from asynccost.pricing.kinds import MEASURABLE
    from asynccost.pricing.measured import cost
    from asynccost.pricing.sites import Sites
    from asynccost.pricing.unseen import unseen

    assert money.trace is not None
    sites = Sites(money.trace, money.source, money.date, paths, read)
    for finding in findings:
        if finding.rule not in MEASURABLE or not finding.path.endswith(PROBED):
            continue
        here = sites.at(finding)
        finding.evidence = (here and evidence(finding.rule, here)) or _unseen(money)
        if here is None:
            continue
        calls = money.usage.calls_of(finding.path, finding.function)
        finding.cost = cost(finding.rule, here, money.usage, calls, unit.scope(finding))
        if finding.cost:
            finding.confidence = Confidence.HIGH
    return unseen(sites, [*findings, *hidden], money, read)


def _unseen(money: Money) -> dict[str, object]:
    """It did not run, or the probe does not watch what it calls."""
    return {"seen": False, "trace": money.source, "summary": f"not seen in {money.source}"}


