"""What requests of one line, client, method and URL have in common: the row that counts them, their scope, their tally.

A client keeps the plan of its last request for each URL, so that the next one of the same instruction finds it without
a walk through the stack (`calls.Ledger.begun`); what is made here is found by the place in the program.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asynccost.probe.history import SAFE, History
from asynccost.probe.recorder import STEP, Recorder, Table
from asynccost.probe.request import Plan
from asynccost.probe.scopes import Scopes
from asynccost.probe.sites import HOOKED, USER, Spot
from asynccost.probe.tallies import Tallies
from asynccost.probe.trace import Calls
from asynccost.probe.urls import split

if TYPE_CHECKING:
    from asynccost.probe.clients import Client, Registry

MOST_PLANS = 4_096
MOST_OF_CLIENT = 1_024
_getframe, _step = sys._getframe, STEP.get


class Plans:
    """The plans of the table that is counted into, and what is remembered of its requests."""

    scopes: Scopes
    history: History
    tallies: Tallies

    def __init__(self, recorder: Recorder, clients: Registry) -> None:
        """Nothing has been asked for."""
        self._recorder, self._clients = recorder, clients
        self._plans: dict[tuple[Any, ...], Plan] = {}
        recorder.when_turned.append(self.forget)
        self._turn_to(recorder.rows)

    def find(self, library: str, known: Client, method: str, url: str, pool: int) -> Plan:
        """The plan of a request that the wrapper of the caller's caller makes."""
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
        key = library, *place, known.spot, method, url, _step(), pool
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan(key, at)
        if near:
            plan.code, plan.instruction = frame.f_code, frame.f_lasti
            plan.below, plan.called = depth - 2, _getframe(depth - 1).f_code
        if len(known.plans) >= MOST_OF_CLIENT:
            known.plans.clear()
        if known.uses > 1:  # a plan that is found at once counts no use
            known.plans[url] = plan
        return plan

    def forget(self) -> None:
        """What was found for earlier requests may hold no longer."""
        if self._plans:
            self._plans.clear()
            for known in list(self._clients.live.values()):
                known.plans.clear()

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

    def _plan(self, key: tuple[Any, ...], at: Any) -> Plan:
        """`at`: the frame that made the request, or the spot where no frame of the user's is near."""
        library, _, _, client, method, url, step, pool = key
        spot = at if isinstance(at, Spot) else self._recorder.sites.spot(at)
        origin, path, _ = split(url)
        route = self._recorder.routes.find(origin, path)
        row = self._recorder.row(Calls, spot, client, library, method.upper(), origin, route, step)
        if len(self._plans) >= MOST_PLANS:
            self.forget()
        plan = self._plans[key] = Plan()
        plan.row, plan.spot, plan.library, plan.url = row, spot, library, url
        plan.method, plan.step, plan.pool = method, step, pool
        plan.scope = self.scopes.find(f"{library} {origin}", pool, client)
        plan.writes, plan.tally = plan.scope.writes, self.tallies.find(row)
        plan.safe = row.method in SAFE
        plan.below, plan.instruction, plan.code, plan.called = 1, 0, None, None
        plan.seen, plan.parts, plan.peak = None, frozenset(), 0
        return plan
