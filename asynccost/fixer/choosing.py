"""Which fixes of one file can be made at once."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from asynccost.fixer.proposals import Proposal
from asynccost.model import Edit


def apart(proposals: Sequence[Proposal], source: bytes) -> list[Proposal]:
    """The proposals, first come first served, that keep clear of each other; the rest wait for the next round.

    A fix owns what lies from its first to its last edit, its finding included, since two fixes that
    interleave may contradict each other even where no edit overlaps. Whole new lines at a place of their own (an
    import, a module's set of tasks) are owned by nobody: the same lines at the same place are needed only once.
    """
    chosen: list[Proposal] = []
    for proposal in proposals:
        if all(_clear(proposal, other, source) for other in chosen):
            chosen.append(proposal)
    return chosen


def joined(proposals: Iterable[Proposal]) -> list[Edit]:
    """The edits of proposals that keep clear of each other, sorted, equal ones once."""
    edits = dict.fromkeys(edit for proposal in proposals for edit in proposal.edits)
    return sorted(edits, key=attrgetter("start_byte", "end_byte"))


def new_lines(edit: Edit, source: bytes) -> bool:
    """Whether an edit only adds whole lines."""
    at = edit.start_byte
    return at == edit.end_byte and edit.text.endswith("\n") and (at == 0 or source[at - 1 : at] == b"\n")


def owned(proposal: Proposal, source: bytes) -> tuple[int, int]:
    """The stretch of the source that belongs to a fix: around its finding and every edit but new lines."""
    span = proposal.finding.span
    mine = [e for e in proposal.edits if not new_lines(e, source)]
    return min([span.start, *(e.start_byte for e in mine)]), max([span.end, *(e.end_byte for e in mine)])


def _clear(left: Proposal, right: Proposal, source: bytes) -> bool:
    if left.edits == right.edits:  # one change that mends two findings
        return True
    a, b = owned(left, source), owned(right, source)
    if a[0] < b[1] and b[0] < a[1]:
        return False
    return not (_meets(left, right, b, source) or _meets(right, left, a, source))


def _meets(left: Proposal, right: Proposal, stretch: tuple[int, int], source: bytes) -> bool:
    """Whether new lines of one fix fall into what the other owns, or beside new lines that are not the same."""
    theirs = {e.start_byte: e for e in right.edits if new_lines(e, source)}
    for edit in left.edits:
        if new_lines(edit, source):
            other = theirs.get(edit.start_byte)
            if other is not None and other != edit:
                return True
            if other is None and stretch[0] < edit.start_byte < stretch[1]:
                return True
        elif any(e.start_byte == edit.start_byte or e.end_byte == edit.start_byte for e in right.edits):
            return True
    return False
