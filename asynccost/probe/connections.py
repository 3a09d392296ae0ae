"""Why a connection of httpcore went: the server had closed it, its idle time had run out, or its owner let it go."""

from __future__ import annotations

from math import inf
from typing import Any

from asynccost.probe import exchanges
from asynccost.probe.on import ON
from asynccost.probe.request import Request, clock

MOST = 10_000
LONGEST_IDLE = 5.0  # httpcore's own default, in seconds
Headers = Any  # httpx.Headers
told = False  # whether httpcore is hooked, so that what is not told as new was reused
_last: dict[int, tuple[Request, Headers, float]] = {}  # stream -> its last request, the answer's headers, since when
_longest: dict[int, float] = {}  # stream -> how long its pool keeps it idle, where that is not the default


def opened(stream: object, pool: Any) -> None:
    """A connection of a pool stands."""
    longest = getattr(pool, "_keepalive_expiry", LONGEST_IDLE)
    if longest == LONGEST_IDLE:
        _longest.pop(id(stream), None)
        return
    if len(_longest) >= MOST:
        _longest.clear()
    _longest[id(stream)] = inf if longest is None else longest


def used(stream: object, request: Request, headers: Headers) -> None:
    """A request goes over a connection, or has just done so."""
    if len(_last) >= MOST:
        _last.clear()
    _last[id(stream)] = request, headers, clock()


def closing(stream: Any) -> None:
    """A connection is about to be closed."""
    known, longest = _last.pop(id(stream), None), _longest.pop(id(stream), LONGEST_IDLE)
    if known is None or ON.ledger is None:
        return
    request, headers, since = known
    if request.client.closed:
        return
    if headers.get("connection", "").lower() == "close":
        exchanges.taken_away(request, "server")
    elif clock() - since >= longest:
        exchanges.taken_away(request, "expired")
    elif stream.get_extra_info("is_readable"):
        exchanges.taken_away(request, "server")
