"""One request of the program and one use of the wire, as they go on; `calls.Ledger` makes and ends them."""

import time
from contextvars import ContextVar
from typing import Any

from asynccost.probe.clients import Client
from asynccost.probe.flows import Flow
from asynccost.probe.history import SAFE, Seen
from asynccost.probe.scopes import Scope
from asynccost.probe.sites import Spot
from asynccost.probe.trace import Calls

CURRENT: ContextVar["Request | None"] = ContextVar("asynccost_request", default=None)
clock = time.perf_counter


class Plan:
    """What requests of one line, client's line, method, URL, step and pool have in common; found by these at once."""

    __slots__ = ("library", "parts", "row", "safe", "scope", "seen", "spot", "url")

    def __init__(self, row: Calls, scope: Scope, spot: Spot, library: str, url: str) -> None:
        """None was made."""
        self.row, self.scope, self.spot, self.library, self.url = row, scope, spot, library, url
        self.safe = row.method in SAFE
        self.seen: Seen | None = None  # of requests without a body
        self.parts: frozenset[str] = frozenset()  # of the URL, once they were compared


class Request:
    """One request of the program; `Ledger.begun` makes it, without an `__init__`, which would be a call more."""

    __slots__ = (
        "again",
        "client",
        "exchange",
        "flight",
        "flow",
        "meter",
        "plan",
        "returned",
        "row",
        "scope",
        "seconds",
        "seen",
        "serial",
        "started",
        "status",
        "through",
        "token",
    )
    plan: Plan
    row: Calls
    scope: Scope
    client: Client
    exchange: "Exchange | None"
    seen: Seen | None
    flow: Flow | None
    serial: Any
    meter: Any
    token: Any
    flight: int
    status: int
    through: int  # what its answer passes through, if it is metered
    again: bool  # asked before, and answered well
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
        return self.row.origin.startswith(("https:", "wss:"))


class Exchange:
    """One use of the wire: an attempt to get a connection, then the connection's use until it is given back."""

    __slots__ = ("connecting", "dns", "fresh", "longest", "over", "request", "since", "tcp", "tls", "used", "waited")
    request: Request
    connecting: bool
    fresh: bool
    over: bool
    used: bool
    dns: float
    tcp: float
    tls: float
    waited: float
    since: float  # when its connection was given back to be kept, for so many seconds at the longest
    longest: float
