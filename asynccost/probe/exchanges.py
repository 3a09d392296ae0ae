"""What a request does on the wire: the connections that it waits for, gets and gives back, counted into its row.

`calls.Ledger` is told when one is given back, since that may be the end of the request.
"""

from __future__ import annotations

from asynccost.probe.request import Exchange, Request


def connects(request: Request) -> Exchange:
    """An exchange begins to look for a connection."""
    uses(request)
    exchange = request.exchange = Exchange()
    exchange.request = request
    exchange.connecting = exchange.fresh = exchange.over = exchange.used = False
    exchange.waited = exchange.dns = exchange.tcp = exchange.tls = 0.0
    return exchange


def uses(request: Request) -> None:
    """A request is to use a connection, or does so from now on; `freed` when it does so no longer."""
    plan = request.plan
    scope = plan.scope
    request.flight += 1
    scope.in_flight = n = scope.in_flight + 1
    if n > plan.peak:
        plan.peak = n
        scope.peak = max(scope.peak, n)
        plan.row.max_in_flight = max(plan.row.max_in_flight, n)


def connected(exchange: Exchange) -> None:
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


def taken_away(request: Request, why: str) -> None:
    """A connection that could have served on is gone: the server closed it ("server"), or it "expired"."""
    request.plan.scope.excused += 1
    if why == "expired":
        request.plan.row.expired += 1
    else:
        request.plan.row.closed_by_server += 1


def broken(request: Request) -> None:
    """Its connection went with it: it failed, or was given up, before its answer was there."""
    request.plan.scope.excused += 1
