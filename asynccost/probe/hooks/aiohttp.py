"""aiohttp 3 and 4: sessions, requests, connections and their phases."""

import time
from collections.abc import Callable
from typing import Any

from asynccost.probe.calls import Ledger
from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.request import CURRENT, Exchange, Request, clock

Call = Callable[..., Any]
_current = CURRENT.get
_TOLD_LATER = frozenset(("params", "data", "json", "headers"))  # what needs aiohttp's own request to be understood
_NONE: dict[str, str] = {}  # headers


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
    """Hook the library once its client and connector are there."""
    session, connector = module.ClientSession, module.connector
    patches.wrap(session, "__init__", _init)
    patches.wrap(session, "close", _close)
    patches.wrap(session, "__del__", _del)
    patches.wrap(session, "_request", _request)
    patches.wrap(connector.BaseConnector, "connect", _connect)
    patches.wrap(connector.Connection, "__init__", _attach)
    patches.wrap(connector.BaseConnector, "_release", _release)
    patches.wrap(connector.BaseConnector, "_wait_for_available_connection", _wait)
    for name in ("TCPConnector", "UnixConnector", "NamedPipeConnector"):
        patches.wrap(getattr(connector, name), "_create_connection", _create)
    patches.wrap(connector.TCPConnector, "_resolve_host", _resolve)
    patches.wrap(connector.aiohappyeyeballs, "start_connection", _start_connection)
    patches.wrap(module.client_proto.ResponseHandler, "connection_lost", _connection_lost)
    patches.wrap(module.ClientResponse, "read", _read)
    if ON.ledger is not None:
        ON.ledger.meters.when_metered.append(lambda: patches.wrap(module.StreamReader, "feed_data", _feed))


def _init(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        began = _cpu()
        call(self, *args, **kwargs)
        _built(self, began)

    return wrapper


@guarded
def _cpu() -> float:
    return time.thread_time() if ON.ledger is not None else 0.0


@guarded
def _built(session: Any, began: float | None) -> None:
    if ON.ledger is not None and began:
        ON.ledger.clients.built(session, "aiohttp", time.thread_time() - began)


def _close(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closed(self)
        return await call(self, *args, **kwargs)

    return wrapper


@guarded
def _closed(session: Any) -> None:
    if ON.ledger is not None:
        ON.ledger.clients.closed(session)


def _del(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        _collected(self)
        call(self, *args, **kwargs)

    return wrapper


@guarded
def _collected(session: Any) -> None:
    if ON.ledger is not None:
        ON.ledger.clients.collected(id(session))


def _request(call: Call) -> Call:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        request: Request | None = None
        try:
            ledger = ON.ledger
            if ledger is not None:
                session, method, url = args if len(args) == 3 else _asked(args, kwargs)
                if type(url) is not str or session._base_url is not None:
                    url = str(session._build_url(url))
                headers = _NONE if _TOLD_LATER.isdisjoint(kwargs) and "?" not in url else None
                request = ledger.begun("aiohttp", session, method, url, session._loop, True, headers)
        except Exception as error:
            fault(error)
        try:
            response = await call(*args, **kwargs)
        except BaseException as error:
            _failed(request, error)
            raise
        try:
            if request is not None and ON.ledger is not None:
                if request.meter is not None:
                    _meter(request, response, ON.ledger)
                ON.ledger.answered(request, response.status)
                response._asynccost = request  # until it is read
        except Exception as error:
            fault(error, request)
        return response

    return wrapper


def _asked(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Session, method and URL, wherever they stand."""
    return *args, *(kwargs[n] for n in ("method", "str_or_url") if n in kwargs)


def _failed(request: Request | None, raised: BaseException) -> None:
    try:
        if request is not None and ON.ledger is not None:
            _aborted(request.exchange)
            ON.ledger.failed(request, raised)
    except Exception as error:
        fault(error, request)


def _meter(request: Request, response: Any, ledger: Ledger) -> None:
    for chunk in list(response.content._buffer):  # came with the head
        request.meter.feed(bytes(chunk))
    ledger.meters.follow(request, response.content)


def _read(call: Call) -> Call:
    async def wrapper(self: Any) -> Any:
        body = await call(self)
        try:
            try:
                request = self._asynccost
            except AttributeError:  # of no request that was seen
                request = None
            if request is not None and ON.ledger is not None:
                self._asynccost = None
                ON.ledger.read(request, body)
        except Exception as error:
            fault(error)
        return body

    return wrapper


def _feed(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _fed(self, args)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _fed(stream: Any, args: tuple[Any, ...]) -> None:
    if ON.ledger is not None:
        ON.ledger.meters.fed(stream, args[0])


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
    _aborted(request.exchange)
    request.exchange = None
    if request.pending:
        content, url = req.body, request.plan.url
        if "?" in url or req.url.raw_query_string:
            url = str(req.url)
        if content:  # bytes where it is in memory; a stream stands for itself, and compares with nothing
            content = getattr(content, "_value", content)
        ledger.asked(request, url, content or None, req.headers)


def _aborted(exchange: Exchange | None) -> None:
    """An attempt to get a connection has come to nothing."""
    if exchange is not None and not exchange.over and ON.ledger is not None:
        if exchange.fresh:  # it stood, but the connector had been closed in the meantime
            ON.ledger.connected(exchange)
        ON.ledger.released(exchange, aborted=not exchange.fresh)


def _attach(call: Call) -> Call:
    def wrapper(self: Any, connector: Any, key: Any, protocol: Any, loop: Any) -> None:
        call(self, connector, key, protocol, loop)
        try:
            request, ledger = _current(), ON.ledger
            if request is not None and not request.returned and ledger is not None:
                exchange = request.exchange
                if exchange is None:  # it was there, at once
                    ledger.uses(request)
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
    ON.ledger.connected(exchange)
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
            ON.ledger.broken(request)
    elif protocol._payload is None or protocol._payload.is_eof():  # not one that was left unread
        ON.ledger.taken_away(request, "server")


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
        ON.ledger.taken_away(link.request, "server")
    elif link.idle and clock() - link.since >= link.longest:
        ON.ledger.taken_away(link.request, "expired")
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


Began = tuple[Exchange, float] | None


@guarded
def _waiting() -> Began:
    request = CURRENT.get()
    if request is None or request.returned or ON.ledger is None:
        return None
    return request.exchange or ON.ledger.connects(request), clock()


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
