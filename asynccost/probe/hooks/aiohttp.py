"""aiohttp 3 and 4: sessions, and what they are asked; their connections are in hooks/aiohttp_connections.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import fault, guarded
from asynccost.probe.hooks import aiohttp_connections
from asynccost.probe.on import ON

if TYPE_CHECKING:
    from asynccost.probe.calls import Ledger
    from asynccost.probe.patching import Patches
    from asynccost.probe.request import Request

Call = Callable[..., Any]
_TOLD_LATER = frozenset(("params", "data", "json", "headers"))  # what needs aiohttp's own request to be understood
_NONE: dict[str, str] = {}  # headers


def install(module: Any, patches: Patches) -> None:
    """Hook the library once its client and connector are there."""
    session = module.ClientSession
    patches.wrap(session, "__init__", _init)
    patches.wrap(session, "close", _close)
    patches.wrap(session, "__del__", _del)
    patches.wrap(session, "_request", _request)
    aiohttp_connections.install(module, patches)
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
            ledger = ON.ledger
            if request is not None and ledger is not None:
                if request.meter is not None:
                    _meter(request, response, ledger)
                ledger.answered(request, response.status)
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
            aiohttp_connections.aborted(request.exchange)
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
