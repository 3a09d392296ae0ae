"""How many connections an origin needed, and which of those that were opened a pool would not have opened.

Clients that are built at one line could have been one; those of different lines differ in what they are told (a login,
a proxy, a timeout), so that each of these lines needs connections of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asynccost.probe.rows import Calls

if TYPE_CHECKING:
    from asynccost.probe.sites import Spot

MOST_SCOPES = 2_000
Told = dict[int, tuple[Calls, int]]


class Scope:
    """An origin as one pool could serve it: to the clients of one line, within one loop or in all blocking threads."""

    __slots__ = ("established", "excused", "in_flight", "late", "peak", "writes")

    def __init__(self, writes: Writes) -> None:
        """Nothing is in flight."""
        self.writes = writes
        self.in_flight = self.peak = self.established = self.excused = 0
        self.late: dict[int, tuple[Calls, list[int]]] = {}  # new connections of a row that were over the need of then

    def opened(self, row: Calls) -> None:
        """A connection was established."""
        self.established += 1
        if self.avoidable():
            self.late.setdefault(id(row), (row, [0]))[1][0] += 1

    def avoidable(self) -> int:
        """Connections beyond the most that were ever needed at once, less those whose forerunner has gone."""
        return max(0, self.established - self.peak - self.excused)


class Writes:
    """How often an origin was written to, by whatever client of a loop."""

    __slots__ = ("times",)

    def __init__(self) -> None:
        """Never."""
        self.times = 0


class Scopes:
    """The scopes of a process, by origin, pool and the line of their clients."""

    def __init__(self) -> None:
        """No origin is known."""
        self._scopes: dict[tuple[str, int, Spot | None], Scope] = {}
        self._writes: dict[tuple[str, int], Writes] = {}
        self._ended: Told = {}

    def find(self, origin: str, pool: int, client: Spot | None) -> Scope:
        """The scope of an origin as a library's clients of one line see it; those of too many share one."""
        scope = self._scopes.get((origin, pool, client))
        if scope is None:
            if len(self._scopes) >= MOST_SCOPES:
                origin, pool, client = "(other)", 0, None
            writes = self._writes.setdefault((origin, pool), Writes())
            scope = self._scopes.setdefault((origin, pool, client), Scope(writes))
        return scope

    def pool_closed(self, pool: int) -> None:
        """An event loop is over: another may come to have its number, but not its connections."""
        for key in [key for key in self._scopes.copy() if key[1] == pool]:
            _share(self._scopes.pop(key), self._ended)
        for origin in [origin for origin in self._writes.copy() if origin[1] == pool]:
            del self._writes[origin]

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
