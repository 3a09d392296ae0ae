"""Old findings and new ones, paired one to one; what is left of the new ones is new, of the old ones gone.

Pairs are made in tiers, the surest first. A tier that looks beyond the function that a finding stood in asks
first whether that function is gone: only so a fixed finding cannot pay for a copy of it elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from asynccost.baseline.entry import Entry

ALIKE = 1 / 4  # of the names, for an edit where the finding stood
ALIKE_ELSEWHERE = 1 / 2  # for an edit in a function that was renamed or moved in the same step
DISTINCT = 3  # names that a statement must have to be known again by its text alone

Stands = Callable[[str, str], bool]  # (path, scope) -> whether that function is still there in the new code
Key = Callable[[Entry], Hashable]


@dataclass(slots=True)
class Matched:
    """pairs: (old, new). stale: old ones that nothing answers to. fresh: new ones that nothing explains."""

    pairs: list[tuple[Entry, Entry]] = field(default_factory=list)
    stale: list[Entry] = field(default_factory=list)
    fresh: list[Entry] = field(default_factory=list)


def match(
    old: Iterable[Entry], new: Iterable[Entry], stands: Stands, renamed: Mapping[str, str] | None = None
) -> Matched:
    """Pair entries. `renamed`: old path -> new path of files that were renamed as far as anybody knows."""
    work = _Work(sorted(old), sorted(new), stands, renamed or {})
    work.equal(_exact)
    work.equal(_text)
    work.alike(_function, ALIKE)
    if work.old and work.new:
        work.only_gone()
        work.equal(_moved)
        work.equal(_renamed)
        work.equal(_last_name)
        work.alike(_in_moved, ALIKE_ELSEWHERE)
        work.alike(_in_file, ALIKE_ELSEWHERE)
        work.only_one(_statement)
    return work.finish()


def _exact(e: Entry) -> Hashable:
    return e.path, e.rule, e.scope, e.shape, e.ordinal


def _text(e: Entry) -> Hashable:
    return e.path, e.rule, e.scope, e.shape


def _function(e: Entry) -> Hashable:
    return e.path, e.rule, e.scope


def _moved(e: Entry) -> Hashable:
    return e.rule, e.scope, e.shape


def _renamed(e: Entry) -> Hashable:
    return e.path, e.rule, e.shape


def _last_name(e: Entry) -> Hashable:
    return e.rule, last_name(e.scope), e.shape


def _in_moved(e: Entry) -> Hashable:
    return e.rule, e.scope


def _in_file(e: Entry) -> Hashable:
    return e.path, e.rule


def _statement(e: Entry) -> Hashable:
    return e.rule, e.shape


def last_name(scope: str) -> str:
    """A function's own name, without those of the classes and functions around it."""
    head, mark, anonymous = scope.partition(">")
    return head.rpartition(".")[2] + mark + anonymous


class _Work:
    """What is not paired yet. Old entries carry the path that their file has now."""

    def __init__(
        self, old: Sequence[Entry], new: Sequence[Entry], stands: Stands, renamed: Mapping[str, str]
    ) -> None:
        self.done = Matched()
        self.stands = stands
        self.old = [replace(e, path=renamed.get(e.path, e.path)) for e in old]
        self._was = {id(now): e for now, e in zip(self.old, old, strict=True)}
        self._known_functions = {(e.path, e.scope) for e in self.old}
        self.new = list(new)
        self._weight = _weights([*old, *new])

    def equal(self, key: Key) -> None:
        """Pair those of one key, in order."""
        waiting: dict[Hashable, list[Entry]] = defaultdict(list)
        for e in self.new:
            waiting[key(e)].append(e)
        for queue in waiting.values():
            queue.reverse()
        self._take([(e, waiting[key(e)].pop()) for e in self.old if waiting.get(key(e))])

    def alike(self, key: Key, least: float) -> None:
        """Pair those of one key that name the same things, the most alike first."""
        groups: dict[Hashable, list[Entry]] = defaultdict(list)
        for e in self.new:
            groups[key(e)].append(e)
        close = [
            (-score, o, n, e, other)
            for o, e in enumerate(self.old)
            for n, other in enumerate(groups.get(key(e), ()))
            if (score := self._likeness(e, other)) >= least
        ]
        taken: set[int] = set()
        pairs = []
        for _, _, _, e, other in sorted(close, key=lambda row: row[:3]):
            if id(e) not in taken and id(other) not in taken:
                taken |= {id(e), id(other)}
                pairs.append((e, other))
        self._take(pairs)

    def only_one(self, key: Key) -> None:
        """Pair those of a key that one old and one new entry have, if their text is one that is not written twice."""
        old, new = Counter(map(key, self.old)), Counter(map(key, self.new))
        waiting = {key(e): e for e in self.new if new[key(e)] == 1 and len(e.names) >= DISTINCT}
        self._take([(e, waiting[key(e)]) for e in self.old if old[key(e)] == 1 and key(e) in waiting])

    def _likeness(self, one: Entry, other: Entry) -> float:
        """How much two entries name the same things, from 0 to 1: Dice's coefficient, where rare names weigh more."""
        mine, theirs = set(one.names), set(other.names)
        total = self._sum(mine) + self._sum(theirs)
        return 2 * self._sum(mine & theirs) / total if total else 1.0

    def _sum(self, names: set[str]) -> float:
        return sum(self._weight[name] for name in names)

    def only_gone(self) -> None:
        """Put aside the old entries whose function still stands, and the new ones of functions that are not new."""
        stand = {id(e) for e in self.old if self.stands(e.path, e.scope)}
        self._leave([e for e in self.old if id(e) in stand])
        self.done.fresh += [e for e in self.new if (e.path, e.scope) in self._known_functions]
        self.old = [e for e in self.old if id(e) not in stand]
        self.new = [e for e in self.new if (e.path, e.scope) not in self._known_functions]

    def finish(self) -> Matched:
        """What came of it; whatever is not paired by now never will be."""
        self._leave(self.old)
        self.done.fresh += self.new
        return self.done

    def _leave(self, stale: Sequence[Entry]) -> None:
        self.done.stale += [self._was[id(e)] for e in stale]

    def _take(self, pairs: Sequence[tuple[Entry, Entry]]) -> None:
        self.done.pairs += [(self._was[id(e)], other) for e, other in pairs]
        taken = {id(e) for pair in pairs for e in pair}
        self.old = [e for e in self.old if id(e) not in taken]
        self.new = [e for e in self.new if id(e) not in taken]


def _weights(entries: Iterable[Entry]) -> dict[str, float]:
    """name -> its weight: what half of all findings name, such as `self` or `session`, tells none from another."""
    return {name: 1 / n for name, n in Counter(name for e in entries for name in set(e.names)).items()}
