"""httpx and httpx2: clients, requests and what goes over the wire. What is below them is in hooks/httpcore.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asynccost.probe import connections, exchanges
from asynccost.probe.calls import kind_of
from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.request import CURRENT, Exchange, Request
from asynccost.probe.urls import origin_of

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]
_origins: dict[tuple[str, str, int | None], str] = {}
MOST_ORIGINS = 1_000
_libraries: dict[type, str] = {}


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
    if ON.ledger is not None:
        ON.ledger.meters.when_metered.append(lambda: patches.wrap(module.Response, "_get_content_decoder", _decoder))
    # a package that is imported once more has no attributes for what it imported before
    transports = import_module(f"{module.__name__}._transports.default")
    patches.wrap(transports.ResponseStream, "close", _stream_close)
    patches.wrap(transports.AsyncResponseStream, "aclose", _stream_aclose)


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
        ON.ledger.clients.built(client, _library(type(client)), time.thread_time() - began)
        ON.ledger.clients.watch(client)


def _library(client: type) -> str:
    """httpx or httpx2: the package of the client's class or of the one that it extends."""
    packages = [kind.__module__.partition(".")[0] for kind in client.__mro__]
    known = _libraries[client] = "httpx2" if "httpx2" in packages else "httpx"
    return known


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
    def wrapper(self: Any, request: Any, *, stream: Any = False, auth: Any = None, follow_redirects: Any = None) -> Any:
        begun = _begun(self, request, False)
        try:
            response = call(self, request, stream=stream, auth=auth, follow_redirects=follow_redirects)
        except BaseException as error:
            _failed(begun, error)
            raise
        _answered(begun, response)
        return response

    return wrapper


def _asend(call: Call) -> Call:
    async def wrapper(
        self: Any, request: Any, *, stream: Any = False, auth: Any = None, follow_redirects: Any = None
    ) -> Any:
        begun = _begun(self, request, True)
        try:
            response = await call(self, request, stream=stream, auth=auth, follow_redirects=follow_redirects)
        except BaseException as error:
            _failed(begun, error)
            raise
        _answered(begun, response)
        return response

    return wrapper


def _begun(client: Any, request: Any, own: bool) -> Request | None:
    begun = None
    try:
        ledger = ON.ledger
        if ledger is None:
            return None
        at = request.url._uri_reference
        origin = _origins.get((at.scheme, at.host, at.port)) or _origin(at.scheme, at.host, at.port)
        url = f"{origin}{at.path}?{at.query}" if at.query else origin + at.path
        kind = type(client)
        library = _libraries.get(kind) or _library(kind)
        body, headers, running = getattr(request, "_content", request), request.headers, ledger.running
        begun = ledger.begun(library, client, request.method, url, running(), own, None if body else headers)
        if body and begun is not None:
            ledger.asked(begun, url, body, headers)  # a stream is no body, and compares with nothing
        return begun
    except Exception as error:
        fault(error, begun)
        return None


def _origin(scheme: str, host: str, port: int | None) -> str:
    if len(_origins) >= MOST_ORIGINS:
        _origins.clear()
    origin = _origins[scheme, host, port] = origin_of(scheme, host, port)
    return origin


def _failed(request: Request | None, raised: BaseException) -> None:
    try:
        if request is not None and ON.ledger is not None:
            ON.ledger.failed(request, raised)
    except Exception as error:
        fault(error, request)


def _answered(request: Request | None, response: Any) -> None:
    try:
        ledger = ON.ledger
        if request is None or ledger is None:
            return
        body = getattr(response, "_content", None)  # None: a stream that is still to be read
        if request.meter is not None:
            if body is not None:
                request.meter.feed(body)
            else:
                ledger.meters.follow(request, response)
        ledger.answered(request, response.status_code)
        if body is not None:
            ledger.read(request, body)
    except Exception as error:
        fault(error, request)


def _handle(call: Call) -> Call:
    def wrapper(self: Any, request: Any) -> Any:
        exchange = _connects()
        try:
            response = call(self, request)
        except BaseException as error:
            _aborted(exchange, error)
            raise
        _connected(self, exchange, response)
        return response

    return wrapper


def _ahandle(call: Call) -> Call:
    async def wrapper(self: Any, request: Any) -> Any:
        exchange = _connects()
        try:
            response = await call(self, request)
        except BaseException as error:
            _aborted(exchange, error)
            raise
        _connected(self, exchange, response)
        return response

    return wrapper


def _connects() -> Exchange | None:
    try:
        request, ledger = CURRENT.get(), ON.ledger
        if request is None or request.returned or ledger is None:
            return None
        return exchanges.connects(request)
    except Exception as error:
        fault(error)
        return None


def _connected(transport: Any, exchange: Exchange | None, response: Any) -> None:
    try:
        if exchange is None or ON.ledger is None:
            return
        stream = response.extensions.get("network_stream")
        if stream is not None:
            if exchange.fresh:
                connections.opened(stream, getattr(transport, "_pool", None))
            connections.used(stream, exchange.request, response.headers)
        elif not exchange.fresh:  # a mock's answer: nothing went over a wire, and its stream is none that we see close
            ON.ledger.released(exchange)
            return
        if exchange.fresh or connections.told:
            exchanges.connected(exchange)
        response.stream._asynccost = exchange
    except Exception as error:
        fault(error)


@guarded
def _aborted(exchange: Exchange | None, error: BaseException) -> None:
    if exchange is None or ON.ledger is None:
        return
    known = exchange.fresh or (type(error).__name__ in _ON_THE_WIRE and _of_httpcore(error.__cause__))
    if known:
        exchanges.connected(exchange)
    if exchange.fresh or (kind_of(error) != "error" and not exchange.connecting and not exchange.waited):
        exchanges.broken(exchange.request)  # another that the server dropped is told as it is closed
    ON.ledger.released(exchange, aborted=not known)


def _of_httpcore(cause: BaseException | None) -> bool:
    """Not of a mock, which raises httpx's errors itself."""
    return type(cause).__module__.startswith("httpcore")


_ON_THE_WIRE = {"ReadError", "ReadTimeout", "WriteError", "WriteTimeout", "RemoteProtocolError", "LocalProtocolError"}


def _stream_close(call: Call) -> Call:
    def wrapper(self: Any) -> Any:
        _released(self)
        return call(self)

    return wrapper


def _stream_aclose(call: Call) -> Call:
    """A plain function that gives the original's coroutine: httpx awaits it at once."""

    def wrapper(self: Any) -> Any:
        _released(self)
        return call(self)

    return wrapper


def _released(stream: Any) -> None:
    try:
        exchange = stream.__dict__.pop("_asynccost", None)
        if exchange is not None and not exchange.over and ON.ledger is not None:
            exchange.over = True
            ON.ledger.freed(exchange.request)
    except Exception as error:
        fault(error)


def _decoder(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        decoder = call(self, *args, **kwargs)
        return _tapped(self, decoder) or decoder

    return wrapper


@guarded
def _tapped(response: Any, decoder: Any) -> Any:
    follows = ON.ledger is not None and ON.ledger.meters.follows(response)
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
        ON.ledger.meters.fed(response, data)
