"""asyncio's own loops: tasks, timer handles, ends of loops, and loops that stand still.

Loops that are not Python classes of asyncio (uvloop) are not seen here.
"""

import selectors
import sys
from collections.abc import Callable
from typing import Any

from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.patching import Patches
from asynccost.probe.pulse import THRESHOLD, Pulse, clock
from asynccost.probe.sites import USER

Call = Callable[..., Any]
_getframe = sys._getframe


def install(module: Any, patches: Patches) -> None:
    """Hook the class that all loops of asyncio extend."""
    loop = module.base_events.BaseEventLoop
    patches.wrap(loop, "create_task", _create_task)
    patches.wrap(loop, "call_later", _call_later)
    patches.wrap(loop, "call_at", _call_later)
    patches.wrap(loop, "call_exception_handler", _complain)
    patches.wrap(loop, "run_forever", _run)
    patches.wrap(loop, "close", _close)
    patches.wrap(module.runners, "_cancel_all_tasks", _close)
    patches.wrap(selectors.DefaultSelector, "select", _select)


def _create_task(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        task = call(self, *args, **kwargs)
        _started(task)
        return task

    return wrapper


@guarded
def _started(task: Any) -> None:
    if ON.tasks is not None:
        ON.tasks.started(task)


def _call_later(call: Call) -> Call:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        handle = call(*args, **kwargs)
        try:
            if ON.tasks is not None:
                caller = _getframe(1)
                if ON.tasks.kinds.get(caller.f_code.co_filename, USER) == USER:
                    ON.tasks.timed(handle, caller)
        except Exception as error:
            fault(error)
        return handle

    return wrapper


def _complain(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _complained(args, kwargs)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _complained(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if ON.tasks is not None:
        ON.tasks.complained(args[0] if args else kwargs["context"])


def _close(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _ending(self)
        return call(self, *args, **kwargs)

    return wrapper


@guarded
def _ending(loop: Any) -> None:
    if ON.tasks is not None:
        ON.tasks.ending(loop)
    if ON.pulses is not None and not loop.is_running():
        ON.pulses.stopped(loop)
    if ON.ledger is not None and not loop.is_running():
        ON.ledger.plans.pool_closed(id(loop))


def _run(call: Call) -> Call:
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return call(self, *args, **kwargs)
        finally:
            _stopped(self)

    return wrapper


@guarded
def _stopped(loop: Any) -> None:
    if ON.pulses is not None:
        ON.pulses.stopped(loop)


def _select(call: Call) -> Call:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        pulse: Pulse | None = None
        try:
            pulses = ON.pulses
            if pulses is not None:
                pulse = pulses.last
                if pulse is None or pulse.selector is not args[0]:
                    pulse = pulses.found(args[0])
                if pulse is not None and pulse.since:
                    seconds = clock() - pulse.since
                    pulse.since = 0.0
                    if seconds >= THRESHOLD:
                        pulses.blocked(pulse, seconds)
        except Exception as error:
            fault(error)
        events = call(*args, **kwargs)
        try:
            if pulse is not None:
                pulse.since = clock()
        except Exception as error:
            fault(error)
        return events

    return wrapper
