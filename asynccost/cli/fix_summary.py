"""What `asynccost fix` says at the end: what was fixed, what is left and why."""

from collections import Counter
from collections.abc import Sequence

from asynccost.fixer import Left, Outcome
from asynccost.report import count
from asynccost.report.frame import visible

_WHY = {
    "no fix": "has no fix",
    "unsafe": "has a fix that is unsafe; --unsafe makes it",
    "display-only": "has a fix that needs a decision of yours",
    "left out": "was left out",
    "undone": "was undone",
    "overlapping": "overlaps another fix",
}


def render(outcome: Outcome, failed: Sequence[str]) -> str:
    """The summary as text."""
    lines = [f"not written: {visible(said)}" for said in failed]
    lines += [f"{p.path}:{p.line} not read: {visible(p.message)}" for p in outcome.problems]
    lines += [_left(left) for left in outcome.left]
    rules = Counter(finding.rule for _, finding in outcome.fixed)
    lines += [f"fixed {n:4} of {rule}" for rule, n in sorted(rules.items())]
    fixed, left = len(outcome.fixed), len(outcome.left)
    files = count(len(outcome.after), "file")
    lines.append(f"{count(fixed, 'finding')} fixed in {files}; {left} left.")
    return "\n".join(lines) + "\n"


def _left(left: Left) -> str:
    f = left.finding
    why = f"{_WHY[left.kind]}: {left.why}" if left.why else _WHY[left.kind]
    return f"{visible(f.path)}:{f.span.line}:{f.span.column} {f.rule} {visible(why)}"
