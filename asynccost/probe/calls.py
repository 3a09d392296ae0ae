"""Requests from their start to the end of their response, and the connections under them.

A hook calls `begun` when the program asks for something, `asked` when URL and body stand, `connects`, `connected` and
`released` for each exchange over the wire, `answered` or `failed` when the call returns, and `read` when the program
has the whole body. A request has ended when it has returned and nothing of it is in flight. Within `CURRENT` it is
known to what happens below it, also in another library (httpx over aiohttp).

All of this runs for every request: a call less is worth a line more.
"""

import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from asynccost.probe import flows
from asynccost.probe.clients import Registry
from asynccost.probe.flows import FLOW, MOST_ANSWER, MOST_EXAMPLE, Flow
from asynccost.probe.guards import fault
from asynccost.probe.history import MOST_BODY, MOST_SEEN, History, Seen, retried
from asynccost.probe.on import ON
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import CURRENT, Exchange, Plan, Request, clock
from asynccost.probe.scopes import Scopes
from asynccost.probe.sites import HOOKED, USER, Spot
from asynccost.probe.trace import Calls, Serial
from asynccost.probe.urls import split

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS_ITSELF = ("requests", "urllib3")  # follow a redirect by asking themselves again
FAILED = -1
MOST_PLANS = 4_096
MOST_ENDED = 128
_getframe, _current, _step, _flow = sys._getframe, CURRENT.get, STEP.get, FLOW.get


class Ledger:
    """Counts requests and exchanges into rows."""

    def __init__(self, recorder: Recorder) -> None:
        """Nothing has been asked for."""
        self.recorder = recorder
        self.clients = Registry(recorder)
        self.metering: Any = None  # asynccost.probe.metering, once a request may be metered
        self.when_metered: list[Callable[[], object]] = []  # what follows chunks, hooked when it is needed
        self.running: Callable[[], Any] = flows.nobody  # that of asyncio, once there is one
        self.task: Callable[[Any], object] = id
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._ended: deque[tuple[Calls, str, float]] = deque()  # not added up yet: many at once are quicker
        self._turn_to(recorder.rows)
        recorder.lookers += [self._settle, flows.keep_worst, lambda _: self.clients.sample()]

    def begun(self, library: str, client: object, method: str, url: str, pool: int) -> Request | None:
        """A request of the program; None where it belongs to one that is under way. `pool`: see Scope."""
        above = _current()
        if above is not None and not above.returned and (above.library != library or library in CALLS_ITSELF):
            return None
        known = self.clients.live.get(id(client)) or self.clients.stranger(client)
        known.uses += 1
        recorder = self.recorder
        if self._table is not recorder.rows:  # a test of its own has begun
            self._turn_to(recorder.rows)
        kinds = recorder.sites.kinds  # as Sites.find does it, where the user's frame is near
        frame: Any = _getframe(3)  # after this, the guard and the wrapper
        code = frame.f_code
        kind = kinds.get(code.co_filename)
        while kind == HOOKED:
            frame = frame.f_back
            if frame is None:
                break
            code = frame.f_code
            kind = kinds.get(code.co_filename)
        key: tuple[Any, ...]
        if kind == USER:
            key = library, id(code), frame.f_lasti, known.spot, method, url, _step(), pool
        else:
            frame = recorder.sites.find(4)
            key = library, frame, 0, known.spot, method, url, _step(), pool
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan(key, frame)
        row = plan.row
        row.requests += 1
        if ON.asleep:
            ON.wake()
        request = Request()
        request.plan, request.row, request.scope, request.client = plan, row, plan.scope, known
        request.exchange = request.seen = request.flow = request.serial = request.meter = None
        request.flight = request.status = request.through = 0
        request.again = request.returned = False
        request.seconds = 0.0
        request.started = clock()
        request.token = CURRENT.set(request)
        return request

    def _turn_to(self, table: Table) -> None:
        """What another table's requests did says nothing about those of this one."""
        if table.memory is None:
            table.memory = Scopes(), History()
        self._table = table
        self.scopes: Scopes
        self.history: History
        self.scopes, self.history = table.memory
        self._plans.clear()

    def _plan(self, key: tuple[Any, ...], at: Any) -> Plan:
        """`at`: the frame that made the request, or the spot where no frame of the user's is near."""
        library, _, _, client, method, url, step, pool = key
        spot = at if isinstance(at, Spot) else self.recorder.sites.spot(at)
        origin, path, _ = split(url)
        row = self.recorder.row(
            Calls, spot, client, library, method, origin, self.recorder.routes.find(origin, path), step
        )
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        scope = self.scopes.find(f"{library} {origin}", pool, client)
        plan = self._plans[key] = Plan(row, scope, spot, library, url)
        return plan

    def pool_closed(self, pool: int) -> None:
        """An event loop is over."""
        self._plans.clear()
        self.scopes.pool_closed(pool)

    def asked(self, request: Request, url: str, body: Any, headers: Any) -> None:
        """Its URL (as text, with the query) and body (None: none; a stream is no body to compare).

        A fault stays within: the hook must know the request, whose end clears CURRENT.
        """
        try:
            if body is not None and type(body) is not bytes and type(body) is not str:
                return
            row, plan, loop, mine = request.row, request.plan, self.running(), _flow()
            task = None if loop is None else self.task(loop)
            if mine is None or mine.task() is not task:  # a child inherits its parent's context
                mine = Flow(task)
                FLOW.set(mine)
            request.flow = mine
            seen = None if body or url != plan.url else plan.seen
            if seen is None:
                seen = self._seen(plan, url, body or None)
            if seen.asked:
                row.repeats += 1
                request.again = seen.good and seen.writes == request.scope.writes.times
                if not seen.good and seen.flow == mine.number and seen.status:
                    retried(row, seen, headers)
            seen.asked = True
            request.seen = seen
            if plan.safe:
                if (
                    not mine.unknown
                    and not mine.busy
                    and mine.last is plan.spot
                    and mine.row is not None
                    and mine.url == url
                    and mine.table is self._table
                    and request.started - mine.ended <= self.recorder.gap
                ):  # the same again, as in a loop: what follows would come out the same
                    mine.unknown, mine.busy, request.serial = True, 1, mine.row
                else:
                    request.serial = flows.follows(self.recorder, mine, plan, url, request.started)
            else:
                self._writes(request, url, body)
        except Exception as error:
            fault(error)

    def _seen(self, plan: Plan, url: str, body: Any) -> Seen:
        identity = hash((plan.row.method, url, body))
        history = self.history
        seen = history.seen.get(identity)
        if seen is None:
            if len(history.seen) >= MOST_SEEN:
                history.forget()
                self._plans.clear()
            seen = history.seen[identity] = Seen()
        if body is None and url == plan.url:
            plan.seen = seen
        return seen

    def _writes(self, request: Request, url: str, body: Any) -> None:
        if body:
            if self.metering is None:
                self.prepare()
            request.meter = self.metering.watch(self.recorder, request.row, split(url)[1], body)
        if request.meter is None:
            request.scope.writes.times += 1
        elif ON.limits:
            self._checked(request)

    def _checked(self, request: Request) -> None:
        """Let a model call pass, unless a limit refuses it; then it has failed, whoever is told of it once more."""
        try:
            self.metering.check(self.recorder, request)
        except Exception as error:
            fault(error)  # ours, which holds nobody
        except BaseException as error:
            self.failed(request, error)
            raise

    def prepare(self) -> None:
        """Load what a model call needs: when a library that may make one is hooked, so that no loop waits for it."""
        if self.metering is None:
            from asynccost.probe import metering

            metering.prepare()
            self.metering = metering

    def follow(self, request: Request, through: object) -> None:
        """What passes through this object of a library is the answer to a metered request."""
        self.metering.follow(request, through)
        while self.when_metered:
            self.when_metered.pop()()

    def follows(self, through: object) -> bool:
        """Whether a meter wants to see what passes there."""
        return self.metering is not None and bool(self.metering.follows(through))

    def fed(self, through: object, chunk: bytes) -> None:
        """A chunk of an answer passes."""
        if self.metering is not None:
            self.metering.fed(through, chunk)

    def answered(self, request: Request, status: int) -> None:
        """The call returned a response, whose end may be outstanding."""
        request.returned = True  # first: where the rest fails, it must hide no later one
        CURRENT.reset(request.token)
        request.token = None  # it would hold the context
        request.status = status
        if not request.flight:
            self._end(request, _CLASSES[status // 100])

    def failed(self, request: Request, error: BaseException) -> None:
        """The call raised."""
        if request.returned:
            return
        request.returned = True  # first: where the rest fails, it must hide no later one
        CURRENT.reset(request.token)
        request.token = None  # it would hold the context
        request.status = FAILED
        self._end(request, kind_of(error))

    def _end(self, request: Request, outcome: str) -> None:
        row = request.row
        request.exchange = None  # it holds the request
        now = clock()
        request.seconds = seconds = now - request.started
        ended = self._ended
        ended.append((row, outcome, seconds))
        if len(ended) >= MOST_ENDED:
            self._add_up()
        mine, seen, status = request.flow, request.seen, request.status
        if mine is None or seen is None:
            return
        good = seen.good = 200 <= status < 400
        seen.status, seen.flow, seen.writes = status, mine.number, request.scope.writes.times
        if good and seen.attempts:
            seen.attempts, seen.by_sdk = 0, False
        if request.plan.safe:
            mine.busy -= 1
            mine.ended = now
            mine.length += 1
            if good:
                if mine.length <= MOST_EXAMPLE or len(mine.run) < MOST_EXAMPLE:
                    mine.run.append((request.started, seconds, request.plan.spot, row))
                if request.serial is not None:
                    _saves(request.serial, mine, seconds)
            if seconds > mine.longest:
                mine.longest = seconds
        elif request.meter is not None:
            meter, request.meter = request.meter, None
            self.metering.done(request.through)
            self.metering.ended(self.recorder, row, meter, status, seconds)

    def _add_up(self) -> None:
        ended = self._ended
        while ended:
            try:
                row, outcome, seconds = ended.popleft()
            except IndexError:  # another thread has taken the last
                return
            row.seconds += seconds
            row.outcomes[outcome] = row.outcomes.get(outcome, 0) + 1
            bucket = _BUCKETS[int(seconds * 1e6).bit_length()]
            row.durations[bucket] = row.durations.get(bucket, 0) + 1

    def _settle(self, table: Table) -> None:
        self._add_up()
        if table.memory is not None:
            table.memory[0].settle()
        for row in table.copy().values():
            if isinstance(row, Calls):
                row.exchanges = row.new + row.reused

    def read(self, request: Request, body: bytes) -> None:
        """The program has the whole body of the answer."""
        seen, mine = request.seen, request.flow
        if seen is None or mine is None or request.status == FAILED:
            return
        length = len(body)
        if length > MOST_BODY:
            return
        answer = hash(body)
        if request.plan.safe:
            if request.again and seen.answer == answer:
                request.row.avoidable_repeats += 1
                request.row.repeat_seconds += request.seconds
            if length <= MOST_ANSWER:
                mine.answers.append(body)
                mine.unknown = False
        seen.answer = answer

    def connects(self, request: Request) -> Exchange:
        """An exchange begins to look for a connection."""
        scope, row = request.scope, request.row
        request.flight += 1
        scope.in_flight = n = scope.in_flight + 1
        if n > row.max_in_flight:
            row.max_in_flight = n
            if n > scope.peak:
                scope.peak = n
        elif n > scope.peak:
            scope.peak = n
        exchange = request.exchange = Exchange()
        exchange.request = request
        exchange.connecting = exchange.fresh = exchange.over = exchange.used = False
        exchange.waited = exchange.dns = exchange.tcp = exchange.tls = 0.0
        return exchange

    def connected(self, exchange: Exchange) -> None:
        """It has one: a new one if a connection was established for it."""
        row = exchange.request.row
        if exchange.waited:
            row.pool_waits += 1
            row.pool_wait_seconds += exchange.waited
        if exchange.fresh:
            row.new += 1
            row.dns_seconds += exchange.dns
            row.tcp_seconds += exchange.tcp
            row.tls_seconds += exchange.tls
            exchange.request.scope.opened(row)
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
            self._end(request, _CLASSES[request.status // 100])

    def taken_away(self, request: Request, why: str) -> None:
        """A connection that could have served on is gone: the server closed it ("server"), or it "expired"."""
        request.scope.excused += 1
        if why == "expired":
            request.row.expired += 1
        else:
            request.row.closed_by_server += 1

    def broken(self, request: Request) -> None:
        """Its connection went with it: it failed, or was given up, before its answer was there."""
        request.scope.excused += 1


def _saves(serial: Serial, mine: Flow, seconds: float) -> None:
    """A read has ended that waited for another without need: what both together had taken less."""
    saved = seconds if seconds < mine.longest else mine.longest
    serial.requests += 1
    serial.savable_seconds += saved
    mine.saved += saved
    if mine.length > serial.longest:
        serial.longest = mine.length
    if mine.saved > serial.worst_seconds:
        serial.worst_seconds, serial.example = mine.saved, mine.run


_CLASSES = [f"{n}xx" for n in range(10)]
_BUCKETS = [str(n) for n in range(64)]


def kind_of(error: BaseException) -> str:
    """timeout, cancelled, refused (by a cost limit) or error."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    if name in ("CancelledError", "Cancelled"):
        return "cancelled"
    return "refused" if name == "CostLimitExceeded" else "error"
