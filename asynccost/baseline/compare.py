"""Findings beside what was accepted or stood there before: each is new, known or moved."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from asynccost.baseline.entry import Entry, entry_of
from asynccost.baseline.match import Stands, match
from asynccost.model import Finding, Status


@dataclass(frozen=True, slots=True)
class Before:
    """What findings are compared with. name: a baseline's path or a commit; note: a sentence on how it was read.

    renamed: asks git which files were renamed since, old path -> new path; only called where a file is gone.
    """

    name: str
    entries: Sequence[Entry]
    renamed: Callable[[], Mapping[str, str]] = dict
    note: str = ""


@dataclass(slots=True)
class Compared:
    """pairs: (old entry, finding); stale: old entries without a finding; fresh: findings without an old entry."""

    pairs: list[tuple[Entry, Finding]] = field(default_factory=list)
    stale: list[Entry] = field(default_factory=list)
    fresh: list[Finding] = field(default_factory=list)


def compare(before: Before, findings: Iterable[Finding], stands: Stands) -> Compared:
    """Pair old entries with findings; changes neither."""
    mine = [(entry_of(f), f) for f in findings]
    by_entry = {id(e): f for e, f in mine}
    new = [e for e, _ in mine]
    matched = match(before.entries, new, stands, _renames(before, new, stands))
    return Compared(
        [(old, by_entry[id(e)]) for old, e in matched.pairs],
        matched.stale,
        [by_entry[id(e)] for e in matched.fresh],
    )


def mark(compared: Compared) -> None:
    """Set the status of every finding that was there before; what is known to any comparison stays known."""
    for old, finding in compared.pairs:
        here = entry_of(finding)
        if finding.status is not Status.KNOWN:
            finding.status = Status.KNOWN if (old.path, old.scope) == (here.path, here.scope) else Status.MOVED


def _renames(before: Before, new: Sequence[Entry], stands: Stands) -> Mapping[str, str]:
    """Renamed files, if any of the old ones is gone; git is not asked for nothing."""
    old, now = {e.path for e in before.entries}, {e.path for e in new}
    return before.renamed() if any(not stands(path, "") for path in old - now) else {}


