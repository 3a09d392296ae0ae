"""httpcore and httpcore2: connections and their phases, at no cost while one is reused."""

from collections.abc import Callable
from typing import Any

from asynccost.probe.calls import CURRENT, Exchange, clock
from asynccost.probe.guards import guarded
from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook the network backends; those of anyio and trio only where these are installed."""
    for name in ("AnyIOBackend", "TrioBackend"):
        for method in ("connect_tcp", "connect_unix_socket"):
            patches.wrap(getattr(module, name), method, _aconnect)
    for method in ("connect_tcp", "connect_unix_socket"):
        patches.wrap(module.SyncBackend, method, _connect)
    backends = module._backends
    patches.wrap(backends.sync.SyncStream, "start_tls", _start_tls)
    for backend, stream in (("anyio", "AnyIOStream"), ("trio", "TrioStream")):
        if hasattr(backends, backend):
            patches.wrap(getattr(getattr(backends, backend), stream), "start_tls", _astart_tls)


def _connect(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        stream = call(self, *args, **kwargs)
        _established(began)
        return stream

    return wrapper


def _aconnect(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        stream = await call(self, *args, **kwargs)
        _established(began)
        return stream

    return wrapper


def _start_tls(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        stream = call(self, *args, **kwargs)
        _secured(began)
        return stream

    return wrapper


def _astart_tls(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _connecting()
        stream = await call(self, *args, **kwargs)
        _secured(began)
        return stream

    return wrapper


@guarded
def _connecting() -> tuple[Exchange, float] | None:
    request = CURRENT.get()
    if request is None or request.exchange is None:
        return None
    exchange = request.exchange
    if not exchange.connecting:
        exchange.waited = 0.0
    exchange.connecting, exchange.fresh = True, False
    return exchange, clock()


@guarded
def _established(began: tuple[Exchange, float] | None) -> None:
    if began is not None:
        exchange, since = began
        exchange.fresh = True
        exchange.tcp += clock() - since


@guarded
def _secured(began: tuple[Exchange, float] | None) -> None:
    if began is not None:
        exchange, since = began
        exchange.fresh = True
        exchange.tls += clock() - since
