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
_using: dict[int, Exchange] = {}  # protocol -> what it is, or was last, in use for
_answers: dict[int, Request] = {}  # response -> its request, until it is read
MOST_ANSWERS = 1_000
_current = CURRENT.get


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
                request = ledger.begun("aiohttp", session, method, url, id(session._loop))
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
                if request.seen is not None:
                    if len(_answers) >= MOST_ANSWERS:
                        _answers.clear()
                    _answers[id(response)] = request
                elif _answers:
                    _answers.pop(id(response), None)
                ON.ledger.answered(request, response.status)
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
            request = _answers.pop(id(self), None)
            if request is not None and ON.ledger is not None:
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
            request, ledger = _current(), ON.ledger
            if request is not None and not request.returned and ledger is not None:
                if request.exchange is not None:
                    _aborted(request.exchange)
                elif request.plan.library == "aiohttp":  # not for a redirect
                    content, url = req.body, request.plan.url
                    if "?" in url or req.url.raw_query_string:
                        url = str(req.url)
                    if content:  # bytes where it is in memory; a stream stands for itself, and compares with nothing
                        content = getattr(content, "_value", content)
                    ledger.asked(request, url, content or None, req.headers)
                ledger.connects(request)
        except Exception as error:
            fault(error)
        return call(self, req, traces, timeout)

    return wrapper


def _aborted(exchange: Exchange | None) -> None:
    """An attempt to get a connection has come to nothing, if it has."""
    if exchange is not None and not exchange.used and not exchange.over and ON.ledger is not None:
        if exchange.fresh:  # it stood, but the connector had been closed in the meantime
            ON.ledger.connected(exchange)
        ON.ledger.released(exchange, aborted=not exchange.fresh)


def _attach(call: Call) -> Call:
    def wrapper(self: Any, connector: Any, key: Any, protocol: Any, loop: Any) -> None:
        call(self, connector, key, protocol, loop)
        try:
            request = _current()
            if request is not None and ON.ledger is not None:
                exchange = request.exchange
                if (
                    exchange is not None
                    and not exchange.used
                    and not exchange.over
                    and exchange.connecting is exchange.fresh  # or this one leads to a proxy, and another is being made
                ):
                    exchange.used = True
                    _using[id(protocol)] = exchange
                    if exchange.fresh or exchange.waited:
                        ON.ledger.connected(exchange)
                    else:
                        request.plan.row.reused += 1
        except Exception as error:
            fault(error)

    return wrapper


def _release(call: Call) -> Call:
    def wrapper(self: Any, key: Any, protocol: Any, *, should_close: Any = False) -> Any:
        result = call(self, key, protocol, should_close=should_close)
        try:
            exchange, ledger = _using.get(id(protocol)), ON.ledger
            if exchange is not None and ledger is not None and not exchange.over:
                now = ledger.released(exchange)
                if protocol.transport is not None and not self._closed:  # it is kept
                    exchange.since, exchange.longest = now, self._keepalive_timeout
                else:
                    _let_go(exchange, protocol, self, should_close)
        except Exception as error:
            fault(error)
        return result

    return wrapper


def _let_go(exchange: Exchange, protocol: Any, connector: Any, should_close: bool) -> None:
    _using.pop(id(protocol), None)
    if connector._closed or connector._force_close or ON.ledger is None:
        return
    if should_close:
        if not exchange.request.returned:
            ON.ledger.broken(exchange.request)
    elif protocol._payload is None or protocol._payload.is_eof():  # not one that was left unread
        ON.ledger.taken_away(exchange.request, "server")


def _connection_lost(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _lost(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _lost(protocol: Any) -> None:
    exchange = _using.pop(id(protocol), None)
    if exchange is None or ON.ledger is None:
        return
    by_peer = protocol.transport is not None  # closing it ourselves forgets the transport first
    expired = exchange.over and clock() - exchange.since >= exchange.longest
    ON.ledger.released(exchange)
    if by_peer:
        ON.ledger.taken_away(exchange.request, "server")
    elif expired:
        ON.ledger.taken_away(exchange.request, "expired")


def _wait(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _phase()
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
def _phase() -> float | None:
    request = CURRENT.get()
    return None if request is None or request.exchange is None else clock()


@guarded
def _connecting() -> float | None:
    began = _phase()
    request = CURRENT.get()
    if began is not None and request is not None and request.exchange is not None:
        request.exchange.connecting = True
    return began


@guarded
def _established(began: float | None) -> None:
    exchange = _exchange(began)
    if exchange is not None and began is not None:
        exchange.fresh = True
        if exchange.request.secure:
            exchange.tls = max(0.0, clock() - began - exchange.dns - exchange.tcp)


@guarded
def _resolved(began: float | None) -> None:
    exchange = _exchange(began)
    if exchange is not None and began is not None:
        exchange.dns += clock() - began


@guarded
def _reached(began: float | None) -> None:
    exchange = _exchange(began)
    if exchange is not None and began is not None:
        exchange.tcp += clock() - began


@guarded
def _waited(began: float | None) -> None:
    exchange = _exchange(began)
    if exchange is not None and began is not None:
        exchange.waited += clock() - began


def _exchange(began: float | None) -> Exchange | None:
    request = CURRENT.get()
    return None if began is None or request is None else request.exchange
