"""httpx and httpx2: clients, requests and what goes over the wire. What is below them is in hooks/httpcore.py."""

import time
from collections.abc import Callable
from threading import get_ident
from typing import Any

from asynccost.probe import connections
from asynccost.probe.calls import CURRENT, Exchange, Request
from asynccost.probe.guards import guarded
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.urls import origin_of

Call = Callable[..., Any]
_origins: dict[tuple[str, str, int | None], str] = {}
MOST_ORIGINS = 1_000


def install(module: Any, patches: Patches) -> None:
    """Hook the clients and the transports that lead to a network."""
    for client in (module.Client, module.AsyncClient):
        patches.wrap(client, "__init__", _init)
    patches.wrap(module.Client, "close", _close)
    patches.wrap(module.Client, "__exit__", _close)
    patches.wrap(module.AsyncClient, "aclose", _aclose)
    patches.wrap(module.AsyncClient, "__aexit__", _aclose)
    patches.wrap(module.Client, "send", _send)
    patches.wrap(module.AsyncClient, "send", _asend)
    patches.wrap(module.HTTPTransport, "handle_request", _handle)
    patches.wrap(module.AsyncHTTPTransport, "handle_async_request", _ahandle)
    patches.wrap(module.Response, "_get_content_decoder", _decoder)
    patches.wrap(module._transports.default.ResponseStream, "close", _stream_close)
    patches.wrap(module._transports.default.AsyncResponseStream, "aclose", _stream_aclose)


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
def _built(client: Any, began: float | None) -> None:
    if ON.ledger is not None and began:
        ON.ledger.clients.built(client, _library(client), time.thread_time() - began)
        ON.ledger.clients.watch(client)


def _library(client: Any) -> str:
    """httpx or httpx2: the package of the client's class or of the one that it extends."""
    for kind in type(client).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in ("httpx", "httpx2"):
            return package
    return "httpx"


def _close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closed(self)
        return call(self, *args, **kwargs)

    return wrapper


def _aclose(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closed(self)
        return await call(self, *args, **kwargs)

    return wrapper


@guarded
def _closed(client: Any) -> None:
    if ON.ledger is not None:
        ON.ledger.clients.closed(client)


def _send(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        request = _begun(self, args, kwargs, 0)
        try:
            response = call(self, *args, **kwargs)
        except BaseException as error:
            _failed(request, error)
            raise
        _answered(request, response)
        return response

    return wrapper


def _asend(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        request = _begun(self, args, kwargs, get_ident())
        try:
            response = await call(self, *args, **kwargs)
        except BaseException as error:
            _failed(request, error)
            raise
        _answered(request, response)
        return response

    return wrapper


@guarded
def _begun(client: Any, args: tuple[Any, ...], kwargs: dict[str, Any], pool: int) -> Request | None:
    ledger = ON.ledger
    if ledger is None:
        return None
    request = args[0] if args else kwargs["request"]
    url = request.url._uri_reference
    key = url.scheme, url.host, url.port
    origin = _origins.get(key)
    if origin is None:
        if len(_origins) >= MOST_ORIGINS:
            _origins.clear()
        origin = _origins[key] = origin_of(*key)
    begun = ledger.begun(_library(client), client, request.method, origin, url.path, pool)
    if begun is not None:
        body = getattr(request, "_content", request)  # a stream has none, and compares with nothing
        ledger.asked(
            begun,
            f"{origin}{url.path}?{url.query}" if url.query else origin + url.path,
            url.path,
            body,
            request.headers,
        )
    return begun


@guarded
def _failed(request: Request | None, error: BaseException) -> None:
    if request is not None and ON.ledger is not None:
        ON.ledger.failed(request, error)


@guarded
def _answered(request: Request | None, response: Any) -> None:
    if request is not None and ON.ledger is not None:
        body = getattr(response, "_content", None)  # None: a stream that is still to be read
        if request.meter is not None and body is not None:
            request.meter.feed(body)
        elif request.meter is not None:
            ON.ledger.follow(request, response)
        ON.ledger.answered(request, response.status_code)
        if body is not None:
            ON.ledger.read(request, body)


def _handle(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _connects()
        try:
            response = call(self, *args, **kwargs)
        except BaseException as error:
            _aborted(exchange, error)
            raise
        _connected(exchange, response)
        return response

    return wrapper


def _ahandle(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _connects()
        try:
            response = await call(self, *args, **kwargs)
        except BaseException as error:
            _aborted(exchange, error)
            raise
        _connected(exchange, response)
        return response

    return wrapper


@guarded
def _connects() -> Exchange | None:
    request = CURRENT.get()
    if request is None or request.returned or ON.ledger is None:
        return None
    return ON.ledger.connects(request)


@guarded
def _connected(exchange: Exchange | None, response: Any) -> None:
    if exchange is None or ON.ledger is None:
        return
    if exchange.fresh or "network_stream" in response.extensions:  # a mock has none
        ON.ledger.connected(exchange)
    stream = response.extensions.get("network_stream")
    if stream is not None:
        connections.used(stream, exchange.request, response.headers.raw)
    response.stream._asynccost = exchange


@guarded
def _aborted(exchange: Exchange | None, error: BaseException) -> None:
    if exchange is None or ON.ledger is None:
        return
    known = exchange.fresh or type(error).__name__ in _ON_THE_WIRE
    if known:
        ON.ledger.connected(exchange)
    ON.ledger.released(exchange, aborted=not known)


_ON_THE_WIRE = {"ReadError", "ReadTimeout", "WriteError", "WriteTimeout", "RemoteProtocolError", "LocalProtocolError"}


def _stream_close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _released(self)
        return call(self, *args, **kwargs)

    return wrapper


def _stream_aclose(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _released(self)
        return await call(self, *args, **kwargs)

    return wrapper


@guarded
def _released(stream: Any) -> None:
    exchange = stream.__dict__.pop("_asynccost", None)
    if exchange is not None and ON.ledger is not None:
        ON.ledger.released(exchange)


def _decoder(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        decoder = call(self, *args, **kwargs)
        return _tapped(self, decoder) or decoder

    return wrapper


@guarded
def _tapped(response: Any, decoder: Any) -> Any:
    follows = ON.ledger is not None and ON.ledger.follows(response)
    return Tap(response, decoder) if follows else None


class Tap:
    """A decoder of a response's body that lets a meter see what is decoded."""

    def __init__(self, response: Any, decoder: Any) -> None:
        """Stand before a decoder."""
        self._response, self._decoder = response, decoder

    def decode(self, data: bytes) -> Any:
        """What the decoder gives."""
        _fed(self._response, data)
        return self._decoder.decode(data)

    def flush(self) -> Any:
        """What the decoder gives."""
        return self._decoder.flush()


@guarded
def _fed(response: Any, data: bytes) -> None:
    if ON.ledger is not None:
        ON.ledger.fed(response, data)
