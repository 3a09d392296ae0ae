"""One request of the program and one use of the wire, as they go on; `calls.Ledger` makes and ends them."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

    from asynccost.probe.callers import Stack
    from asynccost.probe.clients import Client
    from asynccost.probe.flows import Flow
    from asynccost.probe.history import Seen
    from asynccost.probe.scopes import Scope, Writes
    from asynccost.probe.sites import Spot
    from asynccost.probe.tallies import Tally
    from asynccost.probe.trace import Calls

CURRENT: ContextVar[Request | None] = ContextVar("asynccost_request", default=None)
clock = time.perf_counter


class Plan:
    """What requests of one line, client's line, method, URL, step and pool have in common; `Ledger` makes it.

    code, instruction, called, below: where the last one was made: the user's function, at which of its instructions,
    the library's function that it called, and how many frames above `Ledger.begun` that stands; code is None where none
    was near.
    """

    __slots__ = (
        *("row", "scope", "spot", "library", "url", "method", "step", "pool", "safe", "tally", "writes"),
        *("code", "instruction", "called", "below", "seen", "parts", "peak"),
    )
    row: Calls
    scope: Scope
    spot: Spot
    library: str
    url: str
    method: str  # as it was asked for, in whatever case
    step: str
    pool: int
    safe: bool
    tally: Tally
    writes: Writes
    code: CodeType | None
    instruction: int
    called: CodeType | None
    below: int
    seen: Seen | None  # of requests without a body
    parts: frozenset[str]  # of the URL, once they were compared
    peak: int  # exchanges that were in flight at once in its scope, as one of its own began


class Request:
    """One request of the program; `Ledger.begun` makes it, without an `__init__`, which would be a call more."""

    __slots__ = (
        "above",
        "again",
        "client",
        "exchange",
        "flight",
        "flow",
        "meter",
        "pending",
        "plan",
        "returned",
        "seconds",
        "seen",
        "serial",
        "stack",
        "started",
        "status",
        "through",
    )
    plan: Plan
    client: Client
    above: Request | None  # the one under way of whose doing it is
    exchange: Exchange | None  # while one is looking for its connection, or since it did; none for one that was kept
    seen: Seen | None
    flow: Flow
    stack: Stack | None  # the calls that led to it; None where its plan tells them, and for a write
    serial: Any
    meter: Any
    flight: int  # exchanges that are not over
    status: int
    through: int  # what its answer passes through, if it is metered
    again: bool  # asked before, and answered well
    pending: bool  # its URL and body are still to be told
    returned: bool
    seconds: float
    started: float

    @property
    def spot(self) -> Spot:
        """The line that made it."""
        return self.plan.spot

    @property
    def url(self) -> str:
        """What it was asked for, as its hook knew it when it began."""
        return self.plan.url

    @property
    def library(self) -> str:
        """Whose client makes it."""
        return self.plan.library

    @property
    def secure(self) -> bool:
        """Whether its connections are encrypted."""
        return self.plan.row.origin.startswith(("https:", "wss:"))


class Exchange:
    """One use of the wire: an attempt to get a connection, then the connection's use until it is given back."""

    __slots__ = ("connecting", "dns", "fresh", "over", "request", "tcp", "tls", "used", "waited")
    request: Request
    connecting: bool
    fresh: bool
    over: bool
    used: bool
    dns: float
    tcp: float
    tls: float
    waited: float
