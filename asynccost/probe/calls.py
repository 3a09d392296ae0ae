"""Requests from their start to the end of their response, and the connections under them.

A hook calls `begun` when the program asks for something, `connects`/`connected`/`released` for each exchange over the
wire, and `answered` or `failed` when the call returns; a request has ended when it has returned and nothing of it is in
flight. Within `CURRENT` a request is known to what happens below it, also in another library (httpx over aiohttp).
"""

import time
from contextvars import ContextVar
from typing import Any

from asynccost.probe.clients import Client, Registry
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.trace import Calls

CURRENT: ContextVar["Request | None"] = ContextVar("asynccost_request", default=None)
MOST_SCOPES = 2_000
clock = time.perf_counter


class Scope:
    """An origin as one pool could serve it: within one event loop, or in all threads of blocking code."""

    __slots__ = ("established", "excused", "in_flight", "late", "peak")

    def __init__(self) -> None:
        """Nothing is in flight."""
        self.in_flight = self.peak = self.established = self.excused = 0
        self.late: dict[int, tuple[Calls, list[int]]] = {}  # new connections of a row that were over the need of then

    def avoidable(self) -> int:
        """Connections beyond the most that were ever needed at once, less those whose forerunner was taken away."""
        return max(0, self.established - self.peak - self.excused)


class Request:
    """One request of the program."""

    __slots__ = (
        "client",
        "exchange",
        "flight",
        "library",
        "origin",
        "returned",
        "row",
        "scope",
        "secure",
        "started",
        "status",
        "token",
    )

    def __init__(self, row: Calls, scope: Scope, client: Client, library: str) -> None:
        """It begins now."""
        self.row, self.scope, self.client, self.library = row, scope, client, library
        self.secure = row.origin.startswith(("https:", "wss:"))
        self.flight = 0
        self.returned = False
        self.status = ""
        self.token: Any = None
        self.exchange: Exchange | None = None
        self.started = clock()


class Exchange:
    """One use of the wire: an attempt to get a connection, then the connection's use until it is given back."""

    __slots__ = ("connecting", "dns", "fresh", "request", "started", "tcp", "tls", "waited")

    def __init__(self, request: Request) -> None:
        """It asks for a connection now."""
        self.request = request
        self.connecting = self.fresh = False
        self.waited = self.dns = self.tcp = self.tls = 0.0
        self.started = clock()


class Ledger:
    """Counts requests and exchanges into rows."""

    def __init__(self, recorder: Recorder) -> None:
        """Nothing has been asked for."""
        self.recorder = recorder
        self.clients = Registry(recorder)
        self._scopes: dict[tuple[str, int], Scope] = {}
        self._ended: dict[int, tuple[Calls, int]] = {}  # rows and what ended scopes give them
        recorder.lookers.append(self.settle)

    def begun(self, library: str, client: object, method: str, origin: str, path: str, pool: int) -> Request | None:
        """A request of the program; None where another hooked library only carries one. `pool`: see Scope."""
        above = CURRENT.get()
        if above is not None and not above.returned and above.library != library:
            return None
        recorder = self.recorder
        known = self.clients.used(client)
        spot = recorder.sites.find()
        route = recorder.routes.find(origin, path)
        row = recorder.row(Calls, spot, known.spot, library, method, origin, route, STEP.get())
        row.requests += 1
        request = Request(row, self._scope(origin, pool), known, library)
        request.token = CURRENT.set(request)
        return request

    def _scope(self, origin: str, pool: int) -> Scope:
        scope = self._scopes.get((origin, pool))
        if scope is None:
            if len(self._scopes) >= MOST_SCOPES:
                origin, pool = "(other)", 0
            scope = self._scopes.setdefault((origin, pool), Scope())
        return scope

    def answered(self, request: Request, status: int) -> None:
        """The call returned a response, whose end may be outstanding."""
        CURRENT.reset(request.token)
        request.returned = True
        request.status = f"{status // 100}xx"
        if not request.flight:
            self._end(request)

    def failed(self, request: Request, error: BaseException) -> None:
        """The call raised."""
        CURRENT.reset(request.token)
        request.returned = True
        request.status = kind_of(error)
        self._end(request)

    def _end(self, request: Request) -> None:
        row = request.row
        seconds = clock() - request.started
        row.seconds += seconds
        bucket = str(int(seconds * 1e6).bit_length())
        outcomes, durations = row.outcomes, row.durations
        outcomes[request.status] = outcomes.get(request.status, 0) + 1
        durations[bucket] = durations.get(bucket, 0) + 1

    def connects(self, request: Request) -> Exchange:
        """An exchange begins to look for a connection."""
        scope, row = request.scope, request.row
        request.flight += 1
        scope.in_flight += 1
        if scope.in_flight > scope.peak:
            scope.peak = scope.in_flight
        if scope.in_flight > row.max_in_flight:
            row.max_in_flight = scope.in_flight
        exchange = request.exchange = Exchange(request)
        return exchange

    def connected(self, exchange: Exchange) -> None:
        """It has one: a new one if a connection was established for it."""
        request = exchange.request
        row, scope = request.row, request.scope
        row.exchanges += 1
        if exchange.waited:
            row.pool_waits += 1
            row.pool_wait_seconds += exchange.waited
        if not exchange.fresh:
            row.reused += 1
            return
        row.new += 1
        row.dns_seconds += exchange.dns
        row.tcp_seconds += exchange.tcp
        row.tls_seconds += exchange.tls
        scope.established += 1
        if scope.avoidable():
            scope.late.setdefault(id(row), (row, [0]))[1][0] += 1

    def released(self, exchange: Exchange, *, aborted: bool = False) -> None:
        """The exchange is over, or never got its connection."""
        request = exchange.request
        request.scope.in_flight -= 1
        request.flight -= 1
        if aborted and exchange.connecting:
            request.row.aborted += 1
        if request.returned and not request.flight and request.status[1:] == "xx":
            self._end(request)

    def taken_away(self, request: Request, why: str) -> None:
        """A connection that could have served on is gone: the server closed it, or its idle time ran out."""
        request.scope.excused += 1
        row = request.row
        if why == "expired":
            row.expired += 1
        else:
            row.closed_by_server += 1

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


def _share(scope: Scope, told: dict[int, tuple[Calls, int]]) -> None:
    """Divide a scope's avoidable connections among the rows that opened one late."""
    total = left = scope.avoidable()
    shares = list(scope.late.values())
    late = sum(n for _, (n,) in shares)
    for row, (n,) in shares:
        share = min(left, -(-total * n // late))
        told[id(row)] = row, told.get(id(row), (row, 0))[1] + share
        left -= share


def kind_of(error: BaseException) -> str:
    """timeout, cancelled or error."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    return "cancelled" if name in ("CancelledError", "Cancelled") else "error"
