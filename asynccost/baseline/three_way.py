"""Two baselines that began as one -> one that is never looser than either change allows."""

from collections import Counter
from collections.abc import Iterable

from asynccost.baseline.entry import Entry, Place


def merged(base: Iterable[Entry], ours: Iterable[Entry], theirs: Iterable[Entry]) -> list[Entry]:
    """What both sides made of `base`: removed where either side removed it, added where either side added it.

    Equal statements of one function are counted. Where both sides removed one, they may be two; where both added
    one, it may be the same: either way the smaller count is taken, so that a merge never lets a finding pass
    that neither side accepted.
    """
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
