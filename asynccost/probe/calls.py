"""Requests from their start to the end of their response, and the connections under them.

A hook calls `begun` when the program asks for something, `asked` when URL and body stand, `connects`, `connected` and
`released` for each exchange over the wire, `answered` or `failed` when the call returns, and `read` when the program
has the whole body. A request has ended when it has returned and nothing of it is in flight. Within `CURRENT` it is
known to what happens below it, also in another library (httpx over aiohttp).
"""

import time
from contextvars import ContextVar
from typing import Any

from asynccost.probe import flows, history
from asynccost.probe.clients import Client, Registry
from asynccost.probe.history import SAFE, Again, History
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.scopes import Scope, Scopes
from asynccost.probe.sites import Spot
from asynccost.probe.trace import Calls

CURRENT: ContextVar["Request | None"] = ContextVar("asynccost_request", default=None)
CALLS_ITSELF = ("requests", "urllib3")  # follow a redirect by asking themselves again
FAILED = -1
clock = time.perf_counter


class Request:
    """One request of the program."""

    __slots__ = (
        "again",
        "client",
        "exchange",
        "flight",
        "flow",
        "library",
        "meter",
        "returned",
        "row",
        "scope",
        "seconds",
        "secure",
        "serial",
        "spot",
        "started",
        "status",
        "through",
        "token",
    )  # fmt: skip

    def __init__(self, row: Calls, scope: Scope, client: Client, library: str, spot: Spot) -> None:
        """It begins now."""
        self.row, self.scope, self.client, self.library, self.spot = row, scope, client, library, spot
        self.secure = row.origin.startswith(("https:", "wss:"))
        self.flow: flows.Flow | None = None
        self.exchange: Exchange | None = None
        self.again: Again | None = None
        self.serial: Any = None
        self.meter: Any = None
        self.token: Any = None
        self.flight = self.status = self.through = 0
        self.returned = False
        self.seconds = 0.0
        self.started = clock()


class Exchange:
    """One use of the wire: an attempt to get a connection, then the connection's use until it is given back."""

    __slots__ = ("connecting", "dns", "fresh", "over", "request", "started", "tcp", "tls", "used", "waited")

    def __init__(self, request: Request) -> None:
        """It asks for a connection now."""
        self.request = request
        self.connecting = self.fresh = self.over = self.used = False
        self.waited = self.dns = self.tcp = self.tls = 0.0
        self.started = clock()


class Ledger:
    """Counts requests and exchanges into rows."""

    def __init__(self, recorder: Recorder) -> None:
        """Nothing has been asked for."""
        self.recorder = recorder
        self.clients = Registry(recorder)
        self.scopes = Scopes()
        self.history = History()
        self.metering: Any = None  # asynccost.probe.metering, once a request may be metered
        recorder.lookers.append(self.scopes.settle)

    def begun(self, library: str, client: object, method: str, origin: str, path: str, pool: int) -> Request | None:
        """A request of the program; None where it belongs to one that is under way. `pool`: see Scope."""
        above = CURRENT.get()
        if above is not None and not above.returned and (above.library != library or library in CALLS_ITSELF):
            return None
        recorder = self.recorder
        known = self.clients.used(client)
        spot = recorder.sites.find()
        route = recorder.routes.find(origin, path)
        row = recorder.row(Calls, spot, known.spot, library, method, origin, route, STEP.get())
        row.requests += 1
        request = Request(row, self.scopes.find(origin, pool), known, library, spot)
        request.token = CURRENT.set(request)
        return request

    def asked(self, request: Request, url: str, path: str, body: object, headers: Any) -> None:
        """Its URL (as text, with the query) and body (None: none; a stream is no body to compare)."""
        row = request.row
        if body is None or isinstance(body, bytes | str):
            mine = request.flow = flows.flow()
            safe = row.method in SAFE
            identity = hash((row.method, url, body or None))
            request.again = self.history.asked(row, identity, id(mine), request.scope.writes, headers)
            if safe:
                request.serial = flows.follows(self.recorder, mine, row, request.spot, url, request.started)
            elif body:
                request.meter = self._metering().watch(self.recorder, row, path, body)
            if not safe and request.meter is None:
                request.scope.writes += 1

    def _metering(self) -> Any:
        if self.metering is None:
            from asynccost.probe import metering

            self.metering = metering
        return self.metering

    def follow(self, request: Request, through: object) -> None:
        """What passes through this object of a library is the answer to a metered request."""
        self._metering().follow(request, through)

    def follows(self, through: object) -> bool:
        """Whether a meter wants to see what passes there."""
        return self.metering is not None and bool(self.metering.follows(through))

    def fed(self, through: object, chunk: bytes) -> None:
        """A chunk of an answer passes."""
        if self.metering is not None:
            self.metering.fed(through, chunk)

    def prepare(self) -> None:
        """Load what a model call needs; done by the probe's own thread, so that no loop waits for it."""
        if self.metering is None and self.recorder.rows:
            self._metering().prepare()

    def answered(self, request: Request, status: int) -> None:
        """The call returned a response, whose end may be outstanding."""
        CURRENT.reset(request.token)
        request.returned = True
        request.status = status
        if not request.flight:
            self._end(request, f"{status // 100}xx")

    def failed(self, request: Request, error: BaseException) -> None:
        """The call raised."""
        CURRENT.reset(request.token)
        request.returned = True
        request.status = FAILED
        self._end(request, kind_of(error))

    def _end(self, request: Request, outcome: str) -> None:
        row = request.row
        now = clock()
        request.seconds = seconds = now - request.started
        row.seconds += seconds
        bucket = str(int(seconds * 1e6).bit_length())
        outcomes, durations = row.outcomes, row.durations
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        durations[bucket] = durations.get(bucket, 0) + 1
        mine = request.flow
        if mine is not None and request.again is not None:
            history.ended(request.again, request.status, id(mine), request.scope.writes, seconds)
            if row.method in SAFE:
                good = 200 <= request.status < 400
                flows.ended(mine, request.serial if good else None, seconds, now)
        if request.meter is not None:
            meter, request.meter = request.meter, None
            self._metering().done(request.through)
            self._metering().ended(self.recorder, row, meter, request.status, seconds)

    def read(self, request: Request, body: bytes) -> None:
        """The program has the whole body of the answer."""
        if request.again is not None and request.status != FAILED:
            history.answered(request.again, body)
            if request.flow is not None and request.row.method in SAFE:
                flows.answered(request.flow, body)

    def connects(self, request: Request) -> Exchange:
        """An exchange begins to look for a connection."""
        request.flight += 1
        request.scope.enter(request.row)
        exchange = request.exchange = Exchange(request)
        return exchange

    def connected(self, exchange: Exchange) -> None:
        """It has one: a new one if a connection was established for it."""
        request = exchange.request
        row = request.row
        row.exchanges += 1
        if exchange.waited:
            row.pool_waits += 1
            row.pool_wait_seconds += exchange.waited
        if exchange.fresh:
            row.new += 1
            row.dns_seconds += exchange.dns
            row.tcp_seconds += exchange.tcp
            row.tls_seconds += exchange.tls
            request.scope.opened(row)
        else:
            row.reused += 1

    def released(self, exchange: Exchange, *, aborted: bool = False) -> None:
        """The exchange is over, or never got its connection."""
        if exchange.over:
            return
        exchange.over = True
        request = exchange.request
        request.scope.in_flight -= 1
        request.flight -= 1
        if aborted and exchange.connecting:
            request.row.aborted += 1
        if request.returned and not request.flight and request.status > 0:
            self._end(request, f"{request.status // 100}xx")

    def taken_away(self, request: Request, why: str) -> None:
        """A connection that could have served on is gone: the server closed it ("server"), or it "expired"."""
        request.scope.excused += 1
        if why == "expired":
            request.row.expired += 1
        else:
            request.row.closed_by_server += 1


def kind_of(error: BaseException) -> str:
    """timeout, cancelled or error."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    return "cancelled" if name in ("CancelledError", "Cancelled") else "error"
