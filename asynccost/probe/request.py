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
    from asynccost.probe.routes import End
    from asynccost.probe.rows import Calls
    from asynccost.probe.scopes import Scope, Writes
    from asynccost.probe.sites import Spot
    from asynccost.probe.tallies import Tally

CURRENT: ContextVar[Request | None] = ContextVar("asynccost_request", default=None)
clock = time.perf_counter


class Plan:
    """What requests of one line for one route of an origin have in common; `Plans` makes it."""

    __slots__ = ("library", "peak", "row", "safe", "scope", "spot", "tally", "writes")
    row: Calls
    scope: Scope
    spot: Spot
    library: str
    safe: bool
    tally: Tally
    writes: Writes
    peak: int  # exchanges that were in flight at once in its scope, as one of its own began


class Line:
    """Requests of one line, client's line, method, step and pool; `Plans` makes it.

    code, instruction, called, below: where the last one was made: the user's function, at which of its instructions,
    the library's function that it called, and how many frames above `Ledger.begun` that stands; code is None where none
    was near.
    """

    __slots__ = (
        *("library", "spot", "client", "method", "step", "pool", "plans", "last"),
        *("code", "instruction", "called", "below"),
    )
    library: str
    spot: Spot
    client: Spot | None
    method: str  # as it was asked for, in whatever case
    step: str
    pool: int
    plans: dict[End, Plan]
    last: tuple[str, Plan | None, Seen | None]  # the last URL, its plan, and what is known of it without a body
    code: CodeType | None
    instruction: int
    called: CodeType | None
    below: int


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
        "url",
        "within",
    )
    plan: Plan
    url: str  # what it was asked for, as its hook knew it when it began
    client: Client
    above: Request | None  # the one under way of whose doing it is
    exchange: Exchange | None  # while one is looking for its connection, or since it did; none for one that was kept
    seen: Seen | None
    flow: Flow
    within: Flow  # of the requests that are made while its answer is awaited; unset where there was none
    stack: Stack | None  # the calls that led to it; None where they are those of its task's last read, and for a write
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
