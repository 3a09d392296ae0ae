"""multiprocessing: its children write their last lines too; those of a Pool before each result, maybe their last."""

from collections.abc import Callable
from multiprocessing.process import parent_process
from typing import Any

from asynccost.probe.child import finish_with
from asynccost.probe.engine import ENGINE
from asynccost.probe.guards import guarded
from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook its `util`, whose finalizers are a child's end, or its `queues`."""
    if module.__name__ == "multiprocessing.util":
        finish_with(module)
    else:
        patches.wrap(module.SimpleQueue, "put", _put)


def _put(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _hands_over()
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _hands_over() -> None:
    """A Pool that a `with` leaves terminates its children, who get no time for last lines."""
    if parent_process() is not None:
        ENGINE.hand_over()
