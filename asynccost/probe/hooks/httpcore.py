"""httpcore and httpcore2: connections and their phases, at no cost while one is reused.

httpcore before 0.17 (httpx before 0.24) keeps its backends elsewhere: it is not hooked, `asynccost doctor` says so, and
no connection of its is counted as new or reused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asynccost.probe import connections
from asynccost.probe.guards import guarded
from asynccost.probe.request import CURRENT, Exchange, clock

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook the network backends; those of anyio and trio only where these are installed."""
    for name in ("AnyIOBackend", "TrioBackend"):
        for method in ("connect_tcp", "connect_unix_socket"):
            patches.wrap(getattr(module, name), method, _aconnect)  # raises before 0.17
    for method in ("connect_tcp", "connect_unix_socket"):
        patches.wrap(module.SyncBackend, method, _connect)
    within = module.__name__  # a package that is imported once more has no attributes for what it imported before
    sync, waiting = import_module(f"{within}._backends.sync"), import_module(f"{within}._synchronization")
    patches.wrap(sync.SyncStream, "start_tls", _start_tls)
    patches.wrap(sync.SyncStream, "close", _close)
    patches.wrap(waiting.Event, "wait", _wait)  # of a request for a connection, and nothing else
    patches.wrap(waiting.AsyncEvent, "wait", _await)
    for backend, stream in (("anyio", "AnyIOStream"), ("trio", "TrioStream")):
        if (found := sys.modules.get(f"{within}._backends.{backend}")) is not None:
            kind = getattr(found, stream)
            patches.wrap(kind, "start_tls", _astart_tls)
            patches.wrap(kind, "aclose", _aclose)
    connections.told = True


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
def _connecting() -> tuple[Exchange, float, float] | None:
    request = CURRENT.get()
    if request is None or request.returned or request.exchange is None:
        return None
    exchange = request.exchange
    exchange.connecting, exchange.fresh = True, False
    return exchange, clock(), exchange.dns


@guarded
def _established(began: tuple[Exchange, float, float] | None) -> None:
    if began is not None:
        exchange, since, dns = began
        exchange.fresh = True
        exchange.tcp += max(0.0, clock() - since - (exchange.dns - dns))


@guarded
def _secured(began: tuple[Exchange, float, float] | None) -> None:
    if began is not None:
        exchange, since, _ = began
        exchange.fresh = True
        exchange.tls += clock() - since


def _close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closing(self)
        return call(self, *args, **kwargs)

    return wrapper


def _aclose(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closing(self)
        return await call(self, *args, **kwargs)

    return wrapper


@guarded
def _closing(stream: Any) -> None:
    connections.closing(stream)


def _wait(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _waiting()
        try:
            return call(self, *args, **kwargs)
        finally:
            _waited(began)

    return wrapper


def _await(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = _waiting()
        try:
            return await call(self, *args, **kwargs)
        finally:
            _waited(began)

    return wrapper


@guarded
def _waiting() -> tuple[Exchange, float] | None:
    request = CURRENT.get()
    if request is None or request.returned or request.exchange is None:
        return None
    return request.exchange, clock()


@guarded
def _waited(began: tuple[Exchange, float] | None) -> None:
    if began is not None:
        began[0].waited += clock() - began[1]
