"""Two baselines that began as one -> one that is never looser than either change allows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from asynccost.baseline.entry import Entry, Place


def merged(base: Iterable[Entry], ours: Iterable[Entry], theirs: Iterable[Entry]) -> list[Entry]:
    """What both sides made of `base`: removed where either side removed it, added where either side added it.

    Equal statements of one function are counted. Where both sides removed one, they may be two; where both added
    one, it may be the same: either way the smaller count is taken, so that a merge never lets a finding pass
    that neither side accepted.
    """
    base, ours, theirs = sorted(base), sorted(ours), sorted(theirs)
    ours, theirs = _followed(base, ours, theirs), _followed(base, theirs, ours)
    samples: dict[Place, Entry] = {}
    counts: list[Counter[Place]] = []
    for side in (base, ours, theirs):
        entries = sorted(side)
        samples |= {e.place: e for e in entries}
        counts.append(Counter(e.place for e in entries))
    out: list[Entry] = []
    for place, sample in samples.items():
        was, left, right = (count[place] for count in counts)
        added = max(left - was, right - was, 0)
        removed = max(was - left, 0) + max(was - right, 0)
        out += [sample.at(n) for n in range(was + added - removed)]
    return sorted(out)


Function = tuple[str, str]  # path, scope


def _followed(base: Sequence[Entry], side: Sequence[Entry], other: Sequence[Entry]) -> list[Entry]:
    """A side, where what it added to a function that the other side renamed or moved goes along."""
    renamed = _renamed(base, other)
    was = {e.place for e in base}
    return [
        e.within(*renamed[e.path, e.scope]) if e.place not in was and (e.path, e.scope) in renamed else e for e in side
    ]


def _renamed(base: Sequence[Entry], side: Sequence[Entry]) -> dict[Function, Function]:
    """The functions all of whose findings are now those of another function, and of just one."""
    old, new = _functions(base), _functions(side)
    gone, fresh = old.keys() - new.keys(), new.keys() - old.keys()
    candidates = {f: [g for g in fresh if old[f] & new[g]] for f in gone}
    return {f: found[0] for f, found in candidates.items() if len(found) == 1}


def _functions(entries: Sequence[Entry]) -> dict[Function, set[tuple[str, str]]]:
    found: dict[Function, set[tuple[str, str]]] = defaultdict(set)
    for e in entries:
        found[e.path, e.scope].add((e.rule, e.shape))
    return dict(found)
