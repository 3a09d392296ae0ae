"""What a round of fixes brought: findings that should not be there afterwards, and the fixes that stand around them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asynccost.files.splice import Moved
from asynccost.fixer.choosing import owned
from asynccost.fixer.proposals import Proposal
from asynccost.fixer.task import Place
from asynccost.model import Finding


@dataclass(slots=True)
class Change:
    """One file in one round: what it was, which fixes were made, and what it is."""

    source: bytes
    made: list[Proposal]
    data: bytes
    moved: Moved


def strange(
    before: Sequence[Finding], after: Sequence[Finding], changes: Mapping[str, Change]
) -> list[tuple[Finding, int, bool]]:
    """The findings after a round that should not be there, with where they would have been before it.

    And whether the text there is as it was.
    """
    known = Counter((f.rule, f.path, f.span.start) for f in before)
    for change in changes.values():
        known.subtract((p.finding.rule, p.finding.path, p.finding.span.start) for p in change.made)
    moved: list[tuple[Finding, int, bool]] = []
    for finding in after:
        at, same = finding.span.start, True
        if finding.path in changes:
            at, same = changes[finding.path].moved.before(at)
        if same and known[finding.rule, finding.path, at] > 0:
            known[finding.rule, finding.path, at] -= 1
        else:
            moved.append((finding, at, same))
    return [row for row in moved if not _rewritten(*row[:2], known, changes)]


def _rewritten(
    finding: Finding, at: int, known: Counter[Place], changes: Mapping[str, Change]
) -> bool:
    """Whether a finding stood in text that a fix of something else wrote anew; it is then taken off `known`."""
    for proposal in owners(finding.path, at, changes):
        start, end = owned(proposal, changes[finding.path].source)
        for key, count in known.items():
            if count > 0 and key[:2] == (finding.rule, finding.path) and start <= key[2] < end:
                known[key] -= 1
                return True
    return False


def owners(path: str, at: int, changes: Mapping[str, Change]) -> list[Proposal]:
    """The fixes of a round that changed the text around a place."""
    if path not in changes:
        return []
    source, found = changes[path].source, []
    for proposal in changes[path].made:
        start, end = owned(proposal, source)
        if start <= at < end or any(e.start_byte == at for e in proposal.edits):
            found.append(proposal)
    return found


def inside(finding: Finding, at: int, changes: Mapping[str, Change]) -> list[Proposal]:
    """The fixes of a round that were made within a finding's place, such as those in a loop."""
    if finding.path not in changes:
        return []
    end, _ = changes[finding.path].moved.before(finding.span.end)
    return [p for p in changes[finding.path].made if at <= p.finding.span.start < end]
