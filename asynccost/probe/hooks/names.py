"""Names of hosts: the DNS share of what httpcore and urllib3 take to connect; nothing of it runs on a kept connection.

Blocking libraries ask socket.getaddrinfo, anyio its own function of that name, in the task that connects. asyncio asks
in another thread, where no request is known: aiohttp's resolver is hooked by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import guarded
from asynccost.probe.request import CURRENT, Exchange, clock

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook `socket`, or the module of anyio that asks for names."""
    patches.wrap(module, "getaddrinfo", _resolve if module.__name__ == "socket" else _aresolve)


def _resolve(call: Call) -> Call:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        began = _asks()
        try:
            return call(*args, **kwargs)
        finally:
            _resolved(began)

    return wrapper


def _aresolve(call: Call) -> Call:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        began = _asks()
        try:
            return await call(*args, **kwargs)
        finally:
            _resolved(began)

    return wrapper


@guarded
def _asks() -> tuple[Exchange, float] | None:
    request = CURRENT.get()
    exchange = None if request is None or request.returned else request.exchange
    return None if exchange is None or not exchange.connecting or exchange.fresh else (exchange, clock())


@guarded
def _resolved(began: tuple[Exchange, float] | None) -> None:
    if began is not None:
        began[0].dns += clock() - began[1]
