"""aiohttp's connectors: connections that are kept and made, their phases, and what became of them.

A request that gets a connection which was kept does so at once. Any other has an exchange, from its wait for a free
place or from the first step of a new connection on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe import exchanges
from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.request import CURRENT, Exchange, Request, clock

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]
Began = tuple[Exchange, float] | None
_current = CURRENT.get


class Link:
    """A connection, set on its protocol: the request that uses it or, where it is idle, did so last."""

    __slots__ = ("idle", "longest", "request", "since")
    request: Request
    idle: bool
    since: float  # when it was given back to be kept
    longest: float  # how many seconds it is kept

    def __init__(self, connector: Any) -> None:
        """Of a connector."""
        self.since, self.longest = 0.0, connector._keepalive_timeout


def install(module: Any, patches: Patches) -> None:
    """Hook the connectors, and the protocols that are their connections."""
    connector = module.connector
    patches.wrap(connector.BaseConnector, "connect", _connect)
    patches.wrap(connector.Connection, "__init__", _attach)
    patches.wrap(connector.BaseConnector, "_release", _release)
    patches.wrap(connector.BaseConnector, "_wait_for_available_connection", _wait)
    for name in ("TCPConnector", "UnixConnector", "NamedPipeConnector"):
        patches.wrap(getattr(connector, name), "_create_connection", _create)
    patches.wrap(connector.TCPConnector, "_resolve_host", _resolve)
    patches.wrap(connector.aiohappyeyeballs, "start_connection", _start_connection)
    patches.wrap(module.client_proto.ResponseHandler, "connection_lost", _connection_lost)


def _connect(call: Call) -> Call:
    """A plain function that gives the original's coroutine: aiohttp awaits it at once, in the request's task."""

    def wrapper(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        try:
            request = _current()
            if request is not None and (request.pending or request.exchange is not None):
                _looks(request, req)
        except Exception as error:
            fault(error)
        return call(self, req, traces, timeout)

    return wrapper


def _looks(request: Request, req: Any) -> None:
    """A request looks for a connection: it has a body, or an attempt to get one failed before."""
    ledger = ON.ledger
    if request.returned or ledger is None:
        return
    aborted(request.exchange)
    request.exchange = None
    if request.pending:
        content, url = req.body, request.url
        if "?" in url or req.url.raw_query_string:
            url = str(req.url)
        if content:  # bytes where it is in memory; a stream stands for itself, and compares with nothing
            content = getattr(content, "_value", content)
        ledger.asked(request, url, content or None, req.headers)


def aborted(exchange: Exchange | None) -> None:
    """An attempt to get a connection has come to nothing."""
    if exchange is not None and not exchange.over and ON.ledger is not None:
        if exchange.fresh:  # it stood, but the connector had been closed in the meantime
            exchanges.connected(exchange)
        ON.ledger.released(exchange, aborted=not exchange.fresh)


def _attach(call: Call) -> Call:
    def wrapper(self: Any, connector: Any, key: Any, protocol: Any, loop: Any) -> None:
        call(self, connector, key, protocol, loop)
        try:
            request, ledger = _current(), ON.ledger
            if request is not None and not request.returned and ledger is not None:
                exchange = request.exchange
                if exchange is None:  # it was there, at once
                    exchanges.uses(request)
                    request.plan.row.reused += 1
                if exchange is None or _got(request, exchange):
                    try:
                        link = protocol._asynccost
                    except AttributeError:
                        link = protocol._asynccost = Link(connector)
                    link.request = request
                    link.idle = False
        except Exception as error:
            fault(error)

    return wrapper


def _got(request: Request, exchange: Exchange) -> bool:
    """Whether an attempt has its connection now: not one to a proxy, while another is made through that one."""
    if exchange.connecting is not exchange.fresh or exchange.over or ON.ledger is None:
        return False
    exchanges.connected(exchange)
    request.exchange = None
    return True


def _release(call: Call) -> Call:
    def wrapper(self: Any, key: Any, protocol: Any, *, should_close: Any = False) -> Any:
        result = call(self, key, protocol, should_close=should_close)
        try:
            try:
                link = protocol._asynccost
            except AttributeError:  # nobody's
                link = None
            ledger = ON.ledger
            if link is not None and not link.idle and ledger is not None:
                link.idle = True
                link.since = ledger.freed(link.request)
                if protocol.transport is None or self._closed:
                    _let_go(link.request, protocol, self, should_close)
        except Exception as error:
            fault(error)
        return result

    return wrapper


def _let_go(request: Request, protocol: Any, connector: Any, should_close: bool) -> None:
    """A connection is not kept."""
    protocol._asynccost = None
    if connector._closed or connector._force_close or ON.ledger is None:
        return
    if should_close:
        if not request.returned:
            exchanges.broken(request)
    elif protocol._payload is None or protocol._payload.is_eof():  # not one that was left unread
        exchanges.taken_away(request, "server")


def _connection_lost(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _lost(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _lost(protocol: Any) -> None:
    link = getattr(protocol, "_asynccost", None)
    if link is None or ON.ledger is None:
        return
    protocol._asynccost = None
    by_peer = protocol.transport is not None  # closing it ourselves forgets the transport first
    if by_peer:
        exchanges.taken_away(link.request, "server")
    elif link.idle and clock() - link.since >= link.longest:
        exchanges.taken_away(link.request, "expired")
    if not link.idle:
        link.idle = True
        ON.ledger.freed(link.request)


def _wait(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _waiting()
        try:
            return await call(self, *args, **kwargs)
        finally:
            _waited(began)

    return wrapper


def _create(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        protocol = await call(self, *args, **kwargs)
        _established(began)
        return protocol

    return wrapper


def _resolve(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _phase()
        try:
            return await call(self, *args, **kwargs)
        finally:
            _resolved(began)

    return wrapper


def _start_connection(call: Call) -> Call:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        began = _phase()
        try:
            return await call(*args, **kwargs)
        finally:
            _reached(began)

    return wrapper


@guarded
def _waiting() -> Began:
    request = CURRENT.get()
    if request is None or request.returned or ON.ledger is None:
        return None
    return request.exchange or exchanges.connects(request), clock()


@guarded
def _connecting() -> Began:
    began = _waiting()
    if began is not None:
        began[0].connecting = True
    return began


@guarded
def _phase() -> Began:
    request = CURRENT.get()
    return None if request is None or request.exchange is None else (request.exchange, clock())


@guarded
def _established(began: Began) -> None:
    if began is not None:
        exchange, since = began
        exchange.fresh = True
        if exchange.request.secure:
            exchange.tls = max(0.0, clock() - since - exchange.dns - exchange.tcp)


@guarded
def _resolved(began: Began) -> None:
    if began is not None:
        began[0].dns += clock() - began[1]


@guarded
def _reached(began: Began) -> None:
    if began is not None:
        began[0].tcp += clock() - began[1]


@guarded
def _waited(began: Began) -> None:
    if began is not None:
        began[0].waited += clock() - began[1]
