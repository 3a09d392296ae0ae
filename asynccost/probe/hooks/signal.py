"""signal.raise_signal: a server that ends by the signal it was sent (uvicorn) has no other last moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.guards import guarded

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Write before the signal comes; no handler is touched."""
    patches.wrap(module, "raise_signal", _raise)


def _raise(call: Call) -> Call:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        _ending()
        return call(*args, **kwargs)

    return wrapper


@guarded
def _ending() -> None:
    ENGINE.finish()
