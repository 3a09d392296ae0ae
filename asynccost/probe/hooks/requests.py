"""requests: sessions and what they are asked; the wire below is urllib3's (hooks/urllib3.py)."""

import time
from collections.abc import Callable
from typing import Any

from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.request import Request

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook the session; `requests.get` makes one for itself."""
    patches.wrap(module.Session, "__init__", _init)
    patches.wrap(module.Session, "close", _close)
    patches.wrap(module.Session, "send", _send)


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
        ON.ledger.clients.built(session, "requests", time.thread_time() - began)
        ON.ledger.clients.watch(session)


def _close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _closed(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _closed(session: Any) -> None:
    if ON.ledger is not None:
        ON.ledger.clients.closed(session)


def _send(call: Call) -> Call:
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


def _begun(session: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request | None:
    request = None
    try:
        ledger = ON.ledger
        if ledger is None:
            return None
        prepared = args[0] if args else kwargs["request"]
        request = ledger.begun("requests", session, prepared.method, prepared.url, ledger.running(), False)
        if request is not None:
            ledger.asked(request, prepared.url, prepared.body, prepared.headers)
        return request
    except Exception as error:
        fault(error, request)
        return None


def _failed(request: Request | None, raised: BaseException) -> None:
    try:
        if request is not None and ON.ledger is not None:
            ON.ledger.failed(request, raised)
    except Exception as error:
        fault(error, request)


def _answered(request: Request | None, response: Any) -> None:
    try:
        if request is None or ON.ledger is None:
            return
        body = response._content if response._content_consumed else None  # None: a stream that is still to be read
        if request.meter is not None and body is not None:
            request.meter.feed(body)
        elif request.meter is not None:
            ON.ledger.meters.follow(request, response.raw)
        ON.ledger.answered(request, response.status_code)
        if body is not None:
            ON.ledger.read(request, body)
    except Exception as error:
        fault(error, request)
