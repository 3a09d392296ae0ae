"""How many connections an origin needed, and which of those that were opened a pool would not have opened."""

from asynccost.probe.trace import Calls

MOST_SCOPES = 2_000
Told = dict[int, tuple[Calls, int]]


class Scope:
    """An origin as one pool could serve it: within one event loop, or in all threads of blocking code."""

    __slots__ = ("established", "excused", "in_flight", "late", "peak", "writes")

    def __init__(self) -> None:
        """Nothing is in flight."""
        self.in_flight = self.peak = self.established = self.excused = self.writes = 0
        self.late: dict[int, tuple[Calls, list[int]]] = {}  # new connections of a row that were over the need of then

    def opened(self, row: Calls) -> None:
        """A connection was established."""
        self.established += 1
        if self.avoidable():
            self.late.setdefault(id(row), (row, [0]))[1][0] += 1

    def avoidable(self) -> int:
        """Connections beyond the most that were ever needed at once, less those whose forerunner was taken away."""
        return max(0, self.established - self.peak - self.excused)


class Scopes:
    """The scopes of a process, by origin and pool."""

    def __init__(self) -> None:
        """No origin is known."""
        self._scopes: dict[tuple[str, int], Scope] = {}
        self._ended: Told = {}

    def find(self, origin: str, pool: int) -> Scope:
        """The scope of an origin as a library sees it; those of too many share one."""
        scope = self._scopes.get((origin, pool))
        if scope is None:
            if len(self._scopes) >= MOST_SCOPES:
                origin, pool = "(other)", 0
            scope = self._scopes.setdefault((origin, pool), Scope())
        return scope

    def pool_closed(self, pool: int) -> None:
        """An event loop is over: another may come to have its number, but not its connections."""
        for key in [key for key in self._scopes.copy() if key[1] == pool]:
            _share(self._scopes.pop(key), self._ended)

    def settle(self) -> None:
        """Tell rows how many of their new connections were avoidable."""
        told = self._ended.copy()
        for scope in list(self._scopes.values()):
            _share(scope, told)
        for row, avoidable in told.values():
            row.avoidable = avoidable


def _share(scope: Scope, told: Told) -> None:
    """Divide a scope's avoidable connections among the rows that opened one late."""
    total = left = scope.avoidable()
    shares = list(scope.late.values())
    late = sum(n for _, (n,) in shares)
    for row, (n,) in shares:
        share = min(left, -(-total * n // late))
        told[id(row)] = row, told.get(id(row), (row, 0))[1] + share
        left -= share
