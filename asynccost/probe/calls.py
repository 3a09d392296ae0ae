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
from asynccost.probe.clients import Registry
from asynccost.probe.flows import FLOW, MOST_ANSWER, MOST_EXAMPLE, Flow
from asynccost.probe.guards import fault
from asynccost.probe.history import MOST_BODY, MOST_SEEN, Seen, retried
from asynccost.probe.meters import Meters
from asynccost.probe.on import ON
from asynccost.probe.plans import Plans
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import CURRENT, Exchange, Plan, Request, clock
from asynccost.probe.tallies import MOST_TIMES
from asynccost.probe.trace import Calls

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS_ITSELF = ("requests", "urllib3")  # follow a redirect by asking themselves again
FAILED = -1
MANY = 2  # uses of a client, and more
_getframe, _current, _set, _step, _flow = sys._getframe, CURRENT.get, CURRENT.set, STEP.get, FLOW.get


class Ledger:
    """Counts requests and exchanges into rows."""

    def __init__(self, recorder: Recorder) -> None:
        """Nothing has been asked for."""
        self.recorder = recorder
        self.clients = Registry(recorder)
        self.plans = Plans(recorder, self.clients)
        self.meters = Meters(recorder)
        self.running: Callable[[], Any] = flows.nobody  # that of asyncio, once there is one
        self.task: Callable[[Any], object] = id
        self._live = self.clients.live
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
        frame: Any = None
        plan = known.plans.get(url)
        if plan is not None:
            known.uses = MANY
            try:
                below = _getframe(plan.below)
                frame = below.f_back
                if (
                    frame.f_code is not plan.code
                    or frame.f_lasti != plan.instruction
                    or below.f_code is not plan.called
                    or plan.method != method
                    or plan.pool != pool
                    or plan.step != _step()
                    or plan.table is not self.recorder.rows
                    or plan.library != library
                ):
                    plan = None
            except (ValueError, AttributeError):  # the stack is not as deep
                plan = None
        else:
            known.uses += 1
        if plan is None:
            plan = self.plans.find(library, known, method, url, pool)
            frame = _getframe(plan.below + 1)
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
        history = self.plans.history
        seen = history.seen.get(identity)
        if seen is None:
            if len(history.seen) >= MOST_SEEN:
                history.forget()
                self.plans.forget()
            seen = history.seen[identity] = Seen()
        if body is None and url == plan.url:
            plan.seen = seen
        return seen

    def _writes(self, request: Request, url: str, body: Any) -> None:
        if body:
            self.meters.begins(request, url, body)
        if request.meter is None:
            request.plan.writes.times += 1
        elif ON.limits:
            try:
                self.meters.check(request)
            except BaseException as error:  # it is refused, and has failed, whoever is told of it once more
                self.failed(request, error)
                raise

    def answered(self, request: Request, status: int) -> None:
        """The call returned a response, whose end may be outstanding."""
        request.returned = True  # first: where the rest fails, it must hide no later one
        CURRENT.reset(request.token)
        request.token = None  # it would hold the context
        request.status = status
        if not request.flight:
            self._end(request, clock(), _CLASSES[status // 100])

    def failed(self, request: Request, error: BaseException) -> None:
        """The call raised."""
        if request.returned:
            return
        request.returned = True  # first: where the rest fails, it must hide no later one
        CURRENT.reset(request.token)
        request.token = None  # it would hold the context
        request.status = FAILED
        self._end(request, clock(), kind_of(error))

    def _end(self, request: Request, now: float, outcome: str) -> None:
        request.seconds = seconds = now - request.started
        request.exchange = request.stack = None  # they hold the request, and frames' code
        plan, seen, serial, mine = request.plan, request.seen, request.serial, request.flow
        again = serial is not None and serial is mine.row and mine.calls is plan.row and outcome == "2xx"
        if again and seen is not None:  # one more of a loop
            seen.good, seen.writes = True, plan.writes.times
            mine.busy -= 1
            mine.ended = now
            spans, run = mine.spans, mine.run
            spans.append(seconds)  # and added up with the next ones
            if len(run) < MOST_EXAMPLE:
                run.append((request.started, seconds, plan.spot, plan.row))
            n = len(spans)
            if n == 1:
                self.plans.tallies.waits(mine)
            elif n >= MOST_TIMES:
                mine.settle()
            return
        if seen is not None:
            status = request.status
            good = 200 <= status < 400
            if good:
                seen.good, seen.writes = True, plan.writes.times
            else:
                if seen.good:
                    seen.attempts, seen.by_sdk = 0, False
                seen.good, seen.status, seen.flow = False, status, mine.number
            if plan.safe:
                mine.busy -= 1
                mine.ended = now
                if good and len(mine.run) < MOST_EXAMPLE:
                    mine.run.append((request.started, seconds, plan.spot, plan.row))
                mine.read(serial if good else None, seconds)
            elif request.meter is not None:
                self.meters.ended(request)
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

    def released(self, exchange: Exchange, *, aborted: bool = False) -> float:
        """The exchange is over, or never got its connection; when that was, by the clock."""
        now = clock()
        if exchange.over:
            return now
        exchange.over = True
        request = exchange.request
        plan, status = request.plan, request.status
        plan.scope.in_flight -= 1
        request.flight -= 1
        if aborted and exchange.connecting:
            plan.row.aborted += 1
        if status > 0 and not request.flight and request.returned:
            self._end(request, now, _CLASSES[status // 100])
        return now

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
