"""Requests from their start to the end of their response.

A hook calls `begun` when the program asks for something, `asked` once URL and body stand where they did not yet,
those of exchanges.py and `released` or `freed` for each exchange over the wire, `answered` or `failed` when the call
returns, and `read` when the program has the whole body. A request has ended when it has returned and nothing of it is
in flight. Within `CURRENT` it is known to what happens below it, also in another library (httpx over aiohttp); it stays
there after its end, for the next one of its task.

All of this runs for every request: a call less is worth a line more.
"""

from __future__ import annotations

import sys
from threading import get_ident
from typing import TYPE_CHECKING, Any

from asynccost.probe import flows
from asynccost.probe.callers import stack
from asynccost.probe.clients import Registry
from asynccost.probe.flows import MOST_ANSWER, MOST_EXAMPLE, Flow, independent
from asynccost.probe.guards import fault
from asynccost.probe.history import MOST_BODY, MOST_SEEN, PART, Seen, retried
from asynccost.probe.meters import Meters
from asynccost.probe.on import ON
from asynccost.probe.plans import Plans
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import CURRENT, Exchange, Plan, Request, clock
from asynccost.probe.rows import Calls
from asynccost.probe.tallies import MOST_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS_ITSELF = ("requests", "urllib3")  # follow a redirect by asking themselves again
FAILED, OK = -1, 200
_getframe, _current, _set, _step = sys._getframe, CURRENT.get, CURRENT.set, STEP.get


class Ledger:
    """Counts requests and exchanges into rows."""

    def __init__(self, recorder: Recorder) -> None:
        """Nothing has been asked for."""
        self.recorder = recorder
        self.clients = Registry(recorder)
        self.plans = Plans(recorder, self.clients)
        self.meters = Meters(recorder)
        self.running: Callable[[], Any] = flows.nobody  # the loop of asyncio's, once there is one
        self.task: Callable[[Any], object] = lambda _: None  # the task that runs in a loop
        self._live = self.clients.live
        recorder.lookers += [self._settle, flows.keep_worst, lambda _: self.clients.sample()]

    def begun(
        self, library: str, client: object, method: str, url: str, loop: Any, own: bool, headers: Any = None
    ) -> Request | None:
        """A request of the program; None where it belongs to one that is under way.

        loop: that runs, None for none; own: whether the client's connections are of that loop alone.
        headers: its own, where it has no body and its URL will stay as it is; None where `asked` is to tell.

        The last request of the task, or of the client, is looked at first: the next of the same instruction, below the
        same library code and as deep in the stack, with all else the same, is of the same line, for which no stack is
        walked. Where it also comes in the same way as the task's last read and needs no answer of it, it is one more of
        a loop.
        """
        last, above, mine = _current(), None, None
        if last is not None:
            mine = last.flow
            if not last.returned:
                if last.plan.library != library or library in CALLS_ITSELF:
                    return None
                above = last
                mine = getattr(last, "within", None)
        task_of = self.task
        task = None if loop is None else task_of(loop)
        if mine is not None:
            its_task = mine.task
            if its_task() is not task:  # a child inherits its parent's context
                mine = None
        if mine is None:
            mine = Flow(task)
            if above is not None:
                above.within = mine
        known = self._live.get(id(client)) or self.clients.stranger(client)
        frame: Any = None
        line = (mine.line or known.line) if known.uses > 1 else None  # a line that is found at once counts no use
        if line is not None:
            try:
                below = _getframe(line.below)
                frame = below.f_back
                if (
                    frame.f_code is not line.code
                    or frame.f_lasti != line.instruction
                    or below.f_code is not line.called
                    or line.method != method
                    or line.client is not known.spot
                    or line.library != library
                    or line.step != _step()
                    or (line is not mine.line and line.pool != pool_of(loop, own))  # its task has the same pool
                ):
                    line = None
            except (ValueError, AttributeError):  # the stack is not as deep
                line = None
        if line is None:
            known.uses += 1
            line = self.plans.line(library, known, method, pool_of(loop, own))
            frame = _getframe(line.below + 1)
        mine.line = known.line = line
        at, plan, seen = line.last
        if plan is None or at != url:
            plan, seen = self.plans.find(line, url), None
            line.last = url, plan, None
        row = plan.row
        row.requests += 1
        if ON.asleep:
            ON.wake()
        request = Request()
        request.plan = plan
        request.url = url
        request.client = known
        request.flow = mine
        request.above = above
        request.exchange = request.meter = request.stack = None
        request.flight = request.status = 0
        request.returned = request.pending = False
        request.seconds = 0.0
        request.started = now = clock()
        if plan.safe:
            above_it = mine.stack
            if (
                mine.plan is plan
                and not mine.unknown
                and not mine.busy
                and now - mine.ended <= self.recorder.gap
                and above_it is not None
                and above_it.leads_to(frame)
            ):
                if headers is not None and (url == mine.url or independent(mine, url)):
                    mine.unknown, mine.busy = True, 1
                    request.serial = mine.row
                    request.again = False
                    request.seen = seen
                    if seen is not None and seen.good:
                        row.repeats += 1
                        request.again = seen.writes == plan.writes.times
                    else:
                        self._recall(request, url, None, headers)
                        line.last = url, plan, request.seen
                    return request if _set(request) else None
            else:
                request.stack = stack(self.recorder.sites, frame)
        request.seen = request.serial = None
        request.again = False
        if headers is None:
            request.pending = True
        else:
            self.asked(request, url, None, headers)
        return request if _set(request) else None  # at once: where the rest fails, it must hide no later one

    def asked(self, request: Request, url: str, body: Any, headers: Any) -> None:
        """Its URL (as text, with the query) and body (None: none; a stream is no body to compare).

        A fault stays within: the hook must know the request, whose end clears CURRENT.
        """
        request.pending = False
        try:
            if body is not None and type(body) is not bytes and type(body) is not str:
                return
            plan, mine = request.plan, request.flow
            self._recall(request, url, body or None, headers)
            if not plan.safe:
                self._writes(request, url, body)
            elif (
                request.stack is None
                and mine.plan is plan
                and not mine.unknown
                and not mine.busy
                and (url == mine.url or independent(mine, url))
            ):  # one more of a loop: what follows would come out the same
                mine.unknown, mine.busy, request.serial = True, 1, mine.row
            else:
                request.serial = flows.follows(self.recorder, request, url)
        except Exception as error:
            fault(error)

    def _recall(self, request: Request, url: str, body: Any, headers: Any) -> None:
        """Whether it was asked before, and how that ended."""
        try:
            plan = request.plan
            seen = request.seen = self._seen(plan, url, body)
            if not seen.asked:
                seen.asked = True
                return
            plan.row.repeats += 1
            if seen.good:
                request.again = seen.writes == plan.writes.times
            elif seen.status and seen.flow == request.flow.number:
                retried(plan.row, seen, headers)
        except Exception as error:
            fault(error)

    def _seen(self, plan: Plan, url: str, body: Any) -> Seen:
        if body is not None and len(body) > MOST_BODY:
            middle = len(body) // 2
            body = len(body), body[:PART], body[middle : middle + PART], body[-PART:]
        identity = hash((plan.row.method, url, body))
        history = self.plans.history
        seen = history.seen.get(identity)
        if seen is None:
            if len(history.seen) >= MOST_SEEN:
                history.forget()
                self.plans.forget()
            seen = history.seen[identity] = Seen()
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

    def answered(self, request: Request, status: int, failed: str = "") -> None:
        """The call returned a response, whose end may be outstanding, or raised (FAILED, and how)."""
        request.returned = True  # first: where the rest fails, it must hide no later one
        if request.above is not None:
            _set(request.above)
            request.above = None
        request.status = status
        if request.flight and not failed:
            return  # and it ends once what is in flight is over
        now = clock()
        request.seconds = seconds = now - request.started
        request.exchange = None  # it holds the request
        mine = request.flow
        serial = request.serial
        seen = request.seen
        if serial is None or serial is not mine.row or status != OK or seen is None:
            self._ended(request, now, failed)
            return
        seen.good = True  # one more of a loop
        seen.writes = request.plan.writes.times
        mine.busy -= 1
        mine.ended = now
        spans = mine.spans
        spans.append(seconds)  # and added up with the next ones
        n = len(spans)
        if n <= MOST_EXAMPLE:
            self._begins(request, n)
        elif n >= MOST_TIMES:
            mine.settle()

    def failed(self, request: Request, error: BaseException) -> None:
        """The call raised."""
        if not request.returned:
            self.answered(request, FAILED, kind_of(error))

    def _ended(self, request: Request, now: float, failed: str) -> None:
        plan, mine, seen, status, seconds = request.plan, request.flow, request.seen, request.status, request.seconds
        request.stack = None  # it holds frames' code
        if seen is not None:
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
                mine.read(request.serial if good else None, seconds)
            elif request.meter is not None:
                self.meters.ended(request)
        plan.tally.add(failed or _CLASSES[status // 100], seconds)

    def _begins(self, request: Request, n: int) -> None:
        """The n-th of a loop's reads that are still to be added up."""
        plan, mine = request.plan, request.flow
        if n == 1:
            self.plans.tallies.waits(mine)
        if len(mine.run) < MOST_EXAMPLE:
            mine.run.append((request.started, request.seconds, plan.spot, plan.row))

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
            if seen.answer == answer and request.again:
                row = plan.row
                row.avoidable_repeats += 1
                row.repeat_seconds += request.seconds
            if length <= MOST_ANSWER:
                mine = request.flow
                mine.answers.append(body)
                mine.unknown = False
        seen.answer = answer

    def released(self, exchange: Exchange, *, aborted: bool = False) -> None:
        """The exchange is over, or never got its connection."""
        if not exchange.over:
            exchange.over = True
            if aborted and exchange.connecting:
                exchange.request.plan.row.aborted += 1
            self.freed(exchange.request)

    def freed(self, request: Request) -> float:
        """A request has no use for a connection any more, see `uses`; when that was, by the clock."""
        now = clock()
        request.plan.scope.in_flight -= 1
        request.flight -= 1
        if request.returned and not request.flight and request.status > 0:
            self.answered(request, request.status)
        return now


_CLASSES = [f"{n}xx" for n in range(10)]


def pool_of(loop: object, own: bool) -> int:
    """What tells the loop, or under trio the thread, whose connections a client's are; 0 for those of any thread."""
    if not own:
        return 0
    return get_ident() if loop is None else id(loop)


def kind_of(error: BaseException) -> str:
    """timeout, cancelled, refused (by a cost limit) or error."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    if name in ("CancelledError", "Cancelled"):
        return "cancelled"
    return "refused" if name == "CostLimitExceeded" else "error"
