"""Requests from their start to the end of their response, and the connections under them.

A hook calls `begun` when the program asks for something, `asked` when URL and body stand, `connects`, `connected` and
`released` for each exchange over the wire, `answered` or `failed` when the call returns, and `read` when the program
has the whole body. A request has ended when it has returned and nothing of it is in flight. Within `CURRENT` it is
known to what happens below it, also in another library (httpx over aiohttp).

All of this runs for every request: a call less is worth a line more.
"""

import sys
from typing import TYPE_CHECKING, Any

from asynccost.probe import flows
from asynccost.probe.callers import stack
from asynccost.probe.clients import Client, Registry
from asynccost.probe.flows import FLOW, MOST_ANSWER, MOST_EXAMPLE, Flow
from asynccost.probe.guards import fault
from asynccost.probe.history import MOST_BODY, MOST_SEEN, SAFE, History, Seen, retried
from asynccost.probe.on import ON
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import CURRENT, Exchange, Plan, Request, clock
from asynccost.probe.scopes import Scopes
from asynccost.probe.sites import HOOKED, USER, Spot
from asynccost.probe.tallies import MOST_TIMES, Tallies
from asynccost.probe.trace import Calls
from asynccost.probe.urls import split

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS_ITSELF = ("requests", "urllib3")  # follow a redirect by asking themselves again
FAILED = -1
MOST_PLANS = 4_096
MOST_OF_CLIENT = 1_024
_getframe, _current, _set, _step, _flow = sys._getframe, CURRENT.get, CURRENT.set, STEP.get, FLOW.get


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
        self._live = self.clients.live
        self._plans: dict[tuple[Any, ...], Plan] = {}
        self._turn_to(recorder.rows)
        recorder.lookers += [self._settle, flows.keep_worst, lambda _: self.clients.sample()]

    def begun(self, library: str, client: object, method: str, url: str, pool: int) -> Request | None:
        """A request of the program; None where it belongs to one that is under way. `pool`: see Scope.

        The client's last request for the URL is looked at first: that of the same instruction, below the same library
        code and as deep in the stack, with all else the same, has the same plan, for which no stack is walked.
        """
        above = _current()
        if above is not None and not above.returned and (above.plan.library != library or library in CALLS_ITSELF):
            return None
        known = self._live.get(id(client)) or self.clients.stranger(client)
        known.uses += 1
        frame: Any = None
        plan = known.plans.get(url)
        if plan is not None:
            try:
                frame = _getframe(plan.depth)
                if (
                    frame.f_code is not plan.code
                    or frame.f_lasti != plan.instruction
                    or plan.method != method
                    or plan.library != library
                    or plan.step != _step()
                    or plan.pool != pool
                    or plan.table is not self.recorder.rows
                    or _getframe(plan.depth - 1).f_code is not plan.below
                ):
                    plan = None
            except ValueError:  # the stack is not as deep
                plan = None
        if plan is None:
            plan = self._find(library, known, method, url, pool)
            frame = _getframe(plan.depth or 2)
        plan.row.requests += 1
        if ON.asleep:
            ON.wake()
        loop, mine = self.running(), _flow()
        task = None if loop is None else self.task(loop)
        if mine is None or mine.task() is not task:  # a child inherits its parent's context
            mine = Flow(task)
            FLOW.set(mine)
        request = Request()
        request.plan, request.client, request.flow = plan, known, mine
        request.exchange = request.seen = request.serial = request.meter = None
        request.flight = request.status = 0
        request.again = request.returned = False
        request.seconds = 0.0
        request.started = now = clock()
        same = mine.plan is plan and not mine.unknown and not mine.busy and now - mine.ended <= self.recorder.gap
        request.stack = None if same or not plan.safe else stack(self.recorder.sites, frame)
        request.token = _set(request)
        return request

    def _find(self, library: str, known: Client, method: str, url: str, pool: int) -> Plan:
        """The plan of a request that the wrapper of the caller's caller makes."""
        recorder = self.recorder
        if self._table is not recorder.rows:  # a test of its own has begun
            self._turn_to(recorder.rows)
        kinds = recorder.sites.kinds  # as Sites.find does it, where the user's frame is near
        depth = 3
        frame: Any = _getframe(depth)  # after this, its caller and the wrapper, or the guard, whose file is hooked
        while frame is not None and kinds.get(frame.f_code.co_filename) == HOOKED:
            frame, depth = frame.f_back, depth + 1
        near = frame is not None and kinds.get(frame.f_code.co_filename) == USER
        at: Any = frame if near else recorder.sites.find(4)
        place = (id(frame.f_code), frame.f_lasti) if near else (at, 0)
        key = library, *place, known.spot, method, url, _step(), pool
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan(key, at)
        if near:
            plan.code, plan.instruction = frame.f_code, frame.f_lasti
            plan.depth, plan.below = depth - 1, _getframe(depth - 1).f_code
        if len(known.plans) >= MOST_OF_CLIENT:
            known.plans.clear()
        known.plans[url] = plan
        return plan

    def _turn_to(self, table: Table) -> None:
        """What another table's requests did says nothing about those of this one."""
        if table.memory is None:
            table.memory = Scopes(), History(), Tallies()
        self._table = table
        self.scopes: Scopes
        self.history: History
        self.tallies: Tallies
        self.scopes, self.history, self.tallies = table.memory
        self._forget()

    def _forget(self) -> None:
        """What was found for earlier requests may hold no longer."""
        self._plans.clear()
        for known in list(self._live.values()):
            known.plans.clear()

    def _plan(self, key: tuple[Any, ...], at: Any) -> Plan:
        """`at`: the frame that made the request, or the spot where no frame of the user's is near."""
        library, _, _, client, method, url, step, pool = key
        spot = at if isinstance(at, Spot) else self.recorder.sites.spot(at)
        origin, path, _ = split(url)
        route = self.recorder.routes.find(origin, path)
        row = self.recorder.row(Calls, spot, client, library, method.upper(), origin, route, step)
        if len(self._plans) >= MOST_PLANS:
            self._forget()
        plan = self._plans[key] = Plan()
        plan.row, plan.spot, plan.library, plan.url = row, spot, library, url
        plan.method, plan.step, plan.pool, plan.table = method, step, pool, self._table
        plan.scope = self.scopes.find(f"{library} {origin}", pool, client)
        plan.writes, plan.tally = plan.scope.writes, self.tallies.find(row)
        plan.safe = row.method in SAFE
        plan.depth, plan.instruction, plan.code, plan.below = 0, 0, None, None
        plan.seen, plan.parts = None, frozenset()
        return plan

    def pool_closed(self, pool: int) -> None:
        """An event loop is over."""
        self._forget()
        self.scopes.pool_closed(pool)

    def asked(self, request: Request, url: str, body: Any, headers: Any) -> None:
        """Its URL (as text, with the query) and body (None: none; a stream is no body to compare).

        A fault stays within: the hook must know the request, whose end clears CURRENT.
        """
        try:
            if body is not None and type(body) is not bytes and type(body) is not str:
                return
            plan, mine = request.plan, request.flow
            seen = None if body or url != plan.url else plan.seen
            if seen is None:
                seen = self._seen(plan, url, body or None)
            if seen.asked:
                plan.row.repeats += 1
                if seen.good:
                    request.again = seen.writes == plan.writes.times
                elif seen.status and seen.flow == mine.number:
                    retried(plan.row, seen, headers)
            else:
                seen.asked = True
            request.seen = seen
            if not plan.safe:
                self._writes(request, url, body)
            elif (
                request.stack is None and mine.plan is plan and not mine.unknown and not mine.busy and mine.url == url
            ):  # the same again, as in a loop: what follows would come out the same
                mine.unknown, mine.busy, request.serial = True, 1, mine.row
            else:
                request.serial = flows.follows(self.recorder, request, url)
        except Exception as error:
            fault(error)

    def _seen(self, plan: Plan, url: str, body: Any) -> Seen:
        identity = hash((plan.row.method, url, body))
        history = self.history
        seen = history.seen.get(identity)
        if seen is None:
            if len(history.seen) >= MOST_SEEN:
                history.forget()
                self._forget()
            seen = history.seen[identity] = Seen()
        if body is None and url == plan.url:
            plan.seen = seen
        return seen

    def _writes(self, request: Request, url: str, body: Any) -> None:
        if body:
            if self.metering is None:
                self.prepare()
            request.through = 0
            request.meter = self.metering.watch(self.recorder, request.plan.row, split(url)[1], body)
        if request.meter is None:
            request.plan.writes.times += 1
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
        now = clock()
        request.seconds = seconds = now - request.started
        request.exchange = request.stack = None  # they hold the request, and frames' code
        plan, seen, status = request.plan, request.seen, request.status
        if seen is not None:
            mine, good = request.flow, 200 <= status < 400
            if good:
                seen.good, seen.writes = True, plan.writes.times
            else:
                if seen.good:
                    seen.attempts, seen.by_sdk = 0, False
                seen.good, seen.status, seen.flow = False, status, mine.number
            if plan.safe:
                mine.busy -= 1
                mine.ended = now
                serial = request.serial
                if serial is not None and serial is mine.row and mine.calls is plan.row and outcome == "2xx":
                    spans = mine.spans
                    spans.append(seconds)  # and added up with the next ones
                    if len(mine.run) < MOST_EXAMPLE:
                        mine.run.append((request.started, seconds, plan.spot, plan.row))
                    if len(spans) == 1:
                        self.tallies.waits(mine)
                    elif len(spans) >= MOST_TIMES:
                        mine.settle()
                    return
                if good and len(mine.run) < MOST_EXAMPLE:
                    mine.run.append((request.started, seconds, plan.spot, plan.row))
                mine.read(serial if good else None, seconds)
            elif request.meter is not None:
                meter, request.meter = request.meter, None
                self.metering.done(request.through)
                self.metering.ended(self.recorder, plan.row, meter, status, seconds)
        plan.tally.add(outcome, seconds)

    def _settle(self, table: Table) -> None:
        if table.memory is not None:
            scopes, _, tallies = table.memory
            tallies.settle()
            scopes.settle()
        for row in table.copy().values():
            if isinstance(row, Calls):
                row.exchanges = row.new + row.reused

    def read(self, request: Request, body: bytes) -> None:
        """The program has the whole body of the answer; after `answered`."""
        seen, length = request.seen, len(body)
        if seen is None or length > MOST_BODY:
            return
        answer, plan = hash(body), request.plan
        if plan.safe:
            if request.again and seen.answer == answer:
                plan.row.avoidable_repeats += 1
                plan.row.repeat_seconds += request.seconds
            if length <= MOST_ANSWER:
                mine = request.flow
                mine.answers.append(body)
                mine.unknown = False
        seen.answer = answer

    def connects(self, request: Request) -> Exchange:
        """An exchange begins to look for a connection."""
        plan = request.plan
        scope, row = plan.scope, plan.row
        request.flight += 1
        scope.in_flight = n = scope.in_flight + 1
        if n > scope.peak:
            scope.peak = n
        if n > row.max_in_flight:
            row.max_in_flight = n
        exchange = request.exchange = Exchange()
        exchange.request = request
        exchange.connecting = exchange.fresh = exchange.over = exchange.used = False
        exchange.waited = exchange.dns = exchange.tcp = exchange.tls = 0.0
        return exchange

    def connected(self, exchange: Exchange) -> None:
        """It has one: a new one if a connection was established for it."""
        row = exchange.request.plan.row
        if exchange.waited:
            row.pool_waits += 1
            row.pool_wait_seconds += exchange.waited
        if exchange.fresh:
            row.new += 1
            row.dns_seconds += exchange.dns
            row.tcp_seconds += exchange.tcp
            row.tls_seconds += exchange.tls
            exchange.request.plan.scope.opened(row)
        else:
            row.reused += 1

    def released(self, exchange: Exchange, *, aborted: bool = False) -> None:
        """The exchange is over, or never got its connection."""
        if exchange.over:
            return
        exchange.over = True
        request = exchange.request
        request.plan.scope.in_flight -= 1
        request.flight -= 1
        if aborted and exchange.connecting:
            request.plan.row.aborted += 1
        if request.returned and not request.flight and request.status > 0:
            self._end(request, _CLASSES[request.status // 100])

    def taken_away(self, request: Request, why: str) -> None:
        """A connection that could have served on is gone: the server closed it ("server"), or it "expired"."""
        request.plan.scope.excused += 1
        if why == "expired":
            request.plan.row.expired += 1
        else:
            request.plan.row.closed_by_server += 1

    def broken(self, request: Request) -> None:
        """Its connection went with it: it failed, or was given up, before its answer was there."""
        request.plan.scope.excused += 1


_CLASSES = [f"{n}xx" for n in range(10)]


def kind_of(error: BaseException) -> str:
    """timeout, cancelled, refused (by a cost limit) or error."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    if name in ("CancelledError", "Cancelled"):
        return "cancelled"
    return "refused" if name == "CostLimitExceeded" else "error"
