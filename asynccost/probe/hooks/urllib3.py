"""urllib3: connections, also those under requests and botocore; pools and requests where it is used by itself."""

import sys
import time
from collections.abc import Callable
from typing import Any

from asynccost.probe import exchanges
from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.request import CURRENT, Exchange, Request, clock
from asynccost.probe.urls import origin_of

Call = Callable[..., Any]
OWNERS = ("requests.adapters", "botocore.httpsession")  # they build a pool for a client that is counted itself


_responses: tuple[type, ...] = ()  # what urllib3 answers with; one more for each time that it is imported


def install(module: Any, patches: Patches) -> None:
    """Hook pools, connections and the end of responses."""
    global _responses
    _responses = (module.response.HTTPResponse, *_responses[:3])
    pool, connection = module.connectionpool.HTTPConnectionPool, module.connection
    patches.wrap(module.PoolManager, "__init__", _init)
    patches.wrap(module.PoolManager, "clear", _clear)
    patches.wrap(module.PoolManager, "urlopen", _urlopen)
    patches.wrap(pool, "urlopen", _urlopen)
    patches.wrap(pool, "_make_request", _make_request)
    patches.wrap(module.connectionpool, "is_connection_dropped", _is_dropped)
    patches.wrap(connection.HTTPConnection, "connect", _connect)
    patches.wrap(connection.HTTPSConnection, "connect", _connect)
    patches.wrap(connection.HTTPConnection, "_new_conn", _new_conn)
    patches.wrap(module.response.HTTPResponse, "release_conn", _release)
    patches.wrap(module.response.HTTPResponse, "close", _response_close)
    if ON.ledger is not None:
        ON.ledger.meters.when_metered.append(lambda: patches.wrap(module.response.HTTPResponse, "_decode", _decode))


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
def _built(manager: Any, began: float | None) -> None:
    if ON.ledger is None or not began or _owned():
        return
    ON.ledger.clients.built(manager, "urllib3", time.thread_time() - began)
    ON.ledger.clients.watch(manager)


def _owned() -> bool:
    frame = sys._getframe(3)
    for _ in range(6):
        if frame.f_globals.get("__name__") in OWNERS:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _clear(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closed(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _closed(manager: Any) -> None:
    if ON.ledger is not None:
        ON.ledger.clients.closed(manager)


def _urlopen(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        request = _begun(self, args, kwargs)
        try:
            response = call(self, *args, **kwargs)
        except BaseException as error:
            _failed(request, error)
            raise
        _answered(request, response)
        return response

    return wrapper


def _begun(owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request | None:
    request = None
    try:
        ledger = ON.ledger
        if ledger is None:
            return None
        method, url = [*args, *(kwargs[n] for n in ("method", "url") if n in kwargs)][:2]
        if "://" not in url:
            url = origin_of(owner.scheme, owner.host, owner.port) + url
        request = ledger.begun("urllib3", owner, method.upper(), url, ledger.running(), False)
        if request is not None:
            body = args[2] if len(args) > 2 else kwargs.get("body")
            ledger.asked(request, url, body, kwargs.get("headers") or {})
        return request
    except Exception as error:
        fault(error, request)
        return None


def _failed(request: Request | None, raised: BaseException) -> None:
    try:
        if request is not None and ON.ledger is not None:
            ON.ledger.failed(request, getattr(raised, "reason", None) or raised)  # of the last try, if there were more
    except Exception as error:
        fault(error, request)


def _answered(request: Request | None, response: Any) -> None:
    try:
        if request is None or ON.ledger is None:
            return
        body = getattr(response, "_body", None)
        if request.meter is not None and isinstance(body, bytes):
            request.meter.feed(body)
        elif request.meter is not None:
            ON.ledger.meters.follow(request, response)
        ON.ledger.answered(request, response.status)
        if isinstance(body, bytes):
            ON.ledger.read(request, body)
    except Exception as error:
        fault(error, request)


def _make_request(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _connects()
        try:
            response = call(self, *args, **kwargs)
        except BaseException:
            _aborted(exchange)
            raise
        _connected(exchange, response)
        return response

    return wrapper


@guarded
def _connects() -> Exchange | None:
    request = CURRENT.get()
    if request is None or request.returned or ON.ledger is None:
        return None
    open_one = request.exchange
    if open_one is not None and open_one.connecting and not open_one.over and not open_one.used:
        return open_one  # a proxy's tunnel was connected before
    return exchanges.connects(request)


@guarded
def _connected(exchange: Exchange | None, response: Any) -> None:
    if exchange is None or ON.ledger is None:
        return
    exchange.used = True
    ours = isinstance(response, _responses)  # of urllib3's own kind; a recorder that plays back has another
    if ours or exchange.fresh:
        exchanges.connected(exchange)
    if getattr(getattr(response, "_original_response", None), "will_close", False):
        exchanges.taken_away(exchange.request, "server")
    if not ours or getattr(response, "_body", None) is not None or response.closed:
        ON.ledger.released(exchange)
    else:
        response._asynccost = exchange


@guarded
def _aborted(exchange: Exchange | None) -> None:
    if exchange is None or ON.ledger is None:
        return
    known = exchange.fresh or not exchange.connecting
    if known:
        exchanges.connected(exchange)
        exchanges.broken(exchange.request)
    ON.ledger.released(exchange, aborted=not known)


def _is_dropped(call: Call) -> Call:
    def wrapper(connection: Any, *args: Any, **kwargs: Any) -> Any:
        dropped = call(connection, *args, **kwargs)
        _dropped(connection, dropped)
        return dropped

    return wrapper


@guarded
def _dropped(connection: Any, dropped: bool) -> None:
    """A pool looks at a connection that it kept: the server has closed it, unless it was closed here before."""
    if dropped and connection.sock is not None and ON.ledger is not None:
        request = CURRENT.get()
        if request is not None and not request.returned:
            exchanges.taken_away(request, "server")


def _connect(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        result = call(self, *args, **kwargs)
        _established(began)
        return result

    return wrapper


@guarded
def _connecting() -> tuple[Exchange, float] | None:
    request = CURRENT.get()
    if request is None or request.returned or ON.ledger is None:
        return None
    exchange = request.exchange
    if exchange is None or exchange.over or exchange.used:
        exchange = exchanges.connects(request)
    exchange.connecting = True
    return exchange, clock()


@guarded
def _established(began: tuple[Exchange, float] | None) -> None:
    if began is not None:
        exchange, since = began
        exchange.fresh = True
        exchange.tls = max(0.0, clock() - since - exchange.dns - exchange.tcp) if exchange.request.secure else 0.0


def _new_conn(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _phase()
        result = call(self, *args, **kwargs)
        _reached(began)
        return result

    return wrapper


@guarded
def _phase() -> tuple[Exchange, float, float] | None:
    request = CURRENT.get()
    exchange = None if request is None or request.returned else request.exchange
    return None if exchange is None else (exchange, clock(), exchange.dns)


@guarded
def _reached(began: tuple[Exchange, float, float] | None) -> None:
    if began is not None:
        exchange, since, dns = began
        exchange.tcp += max(0.0, clock() - since - (exchange.dns - dns))


def _release(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _released(self)
        return call(self, *args, **kwargs)

    return wrapper


def _response_close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _left(self)
        _released(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _left(response: Any) -> None:
    """One that was not read to its end takes its connection with it."""
    exchange = response.__dict__.get("_asynccost")
    if exchange is not None and not response.closed and ON.ledger is not None:
        exchanges.broken(exchange.request)


@guarded
def _released(response: Any) -> None:
    exchange = response.__dict__.pop("_asynccost", None)
    if exchange is not None and ON.ledger is not None:
        ON.ledger.released(exchange)


def _decode(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _fed(self, args)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _fed(response: Any, args: tuple[Any, ...]) -> None:
    if ON.ledger is not None:
        ON.ledger.meters.fed(response, args[0])
