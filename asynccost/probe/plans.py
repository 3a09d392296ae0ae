"""What requests have in common: their line in the program, and for each route that it asks for a row, scope and tally.

A task and a client keep the line of their last request, so that the next one of the same instruction finds it without
a walk through the stack (`calls.Ledger.begun`); any other is found here, by its place in the program.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asynccost.probe.history import SAFE, History
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import Line, Plan
from asynccost.probe.rows import Calls
from asynccost.probe.scopes import Scopes
from asynccost.probe.sites import HOOKED, USER, Spot
from asynccost.probe.tallies import Tallies

if TYPE_CHECKING:
    from asynccost.probe.clients import Client, Registry
    from asynccost.probe.routes import End

MOST_PLANS = 4_096  # and lines
_getframe, _step = sys._getframe, STEP.get


class Plans:
    """The lines and plans of the table that is counted into, and what is remembered of its requests."""

    scopes: Scopes
    history: History
    tallies: Tallies

    def __init__(self, recorder: Recorder, clients: Registry) -> None:
        """Nothing has been asked for."""
        self._recorder, self._clients = recorder, clients
        self._lines: dict[tuple[Any, ...], Line] = {}
        self._made = 0  # lines and plans since they were forgotten
        recorder.when_turned.append(self.forget)
        self._turn_to(recorder.rows)

    def line(self, library: str, known: Client, method: str, pool: int) -> Line:
        """The line of a request that the wrapper of the caller's caller makes."""
        recorder = self._recorder
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
        key = library, *place, known.spot, method, _step(), pool
        line = self._lines.get(key)
        if line is None:
            self._makes()
            line = Line()
            line.library, line.client, line.method, line.step, line.pool = library, known.spot, method, key[-2], pool
            line.spot = at if isinstance(at, Spot) else recorder.sites.spot(at)
            line.plans, line.last = {}, ("", None, None)
            line.below, line.instruction, line.code, line.called = 1, 0, None, None
            self._lines[key] = line
        if near:
            line.code, line.instruction = frame.f_code, frame.f_lasti
            line.below, line.called = depth - 2, _getframe(depth - 1).f_code
        return line

    def find(self, line: Line, url: str) -> Plan:
        """The plan of a line's requests for a URL."""
        end = self._recorder.routes.find(url)
        return line.plans.get(end) or self._plan(line, end)

    def forget(self) -> None:
        """What was found for earlier requests may hold no longer."""
        if self._lines:
            for line in list(self._lines.values()):
                line.code = None  # so that no task or client takes up from it
            self._lines.clear()
            self._made = 0

    def pool_closed(self, pool: int) -> None:
        """An event loop is over."""
        self.forget()
        self.scopes.pool_closed(pool)

    def _turn_to(self, table: Table) -> None:
        """What another table's requests did says nothing about those of this one."""
        if table.memory is None:
            table.memory = Scopes(), History(), Tallies()
        self._table = table
        self.scopes, self.history, self.tallies = table.memory
        self.forget()

    def _makes(self) -> None:
        if self._made >= MOST_PLANS:
            self.forget()
        self._made += 1

    def _plan(self, line: Line, end: End) -> Plan:
        origin, route = end
        library, method = line.library, line.method.upper()
        self._makes()
        plan = line.plans[end] = Plan()
        plan.row = self._recorder.row(Calls, line.spot, line.client, library, method, origin, route, line.step)
        plan.spot, plan.library, plan.safe, plan.peak = line.spot, library, method in SAFE, 0
        plan.scope = self.scopes.find(f"{library} {origin}", line.pool, line.client)
        plan.writes, plan.tally = plan.scope.writes, self.tallies.find(plan.row)
        return plan
