"""signal.raise_signal: a server that ends by the signal it was sent (uvicorn) has no other last moment."""

from collections.abc import Callable
from typing import Any

from asynccost.probe.engine import ENGINE
from asynccost.probe.guards import guarded
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
