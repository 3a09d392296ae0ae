"""asyncio's own loops: tasks, timer handles, ends of loops, and loops that stand still.

Loops that are not Python classes of asyncio (uvloop) are not seen here.
"""

from __future__ import annotations

import selectors
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import fault, guarded
from asynccost.probe.on import ON
from asynccost.probe.pulse import THRESHOLD, WAITS, Pulse, clock
from asynccost.probe.sites import USER

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]
_call_later: Any = None  # the code of asyncio's own, which calls call_at
_getframe = sys._getframe


def install(module: Any, patches: Patches) -> None:
    """Hook the class that all loops of asyncio extend."""
    global _call_later
    loop = module.base_events.BaseEventLoop
    _call_later = loop.call_later.__code__
    patches.wrap(loop, "create_task", _create_task)
    patches.wrap(module.events.TimerHandle, "__init__", _timer)
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


def _timer(call: Call) -> Call:
    def wrapper(self: Any, when: Any, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
        call(self, when, callback, args, loop, context)
        try:
            tasks = ON.tasks
            if tasks is not None:
                caller: Any = _getframe(2)  # above call_at
                code = caller.f_code
                if code is _call_later:
                    caller = caller.f_back
                    code = caller.f_code
                if tasks.kinds.get(code.co_filename, USER) == USER:
                    tasks.timed(self, caller)
        except Exception as error:
            fault(error)

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
    def wrapper(self: Any, timeout: Any = None) -> Any:
        pulse: Pulse | None = None
        try:
            try:
                pulse = self._asynccost
            except AttributeError:  # a loop's first turn, or no loop's
                pulse = _found(self)
            if pulse is not None:
                now = clock()
                if now - pulse.since >= THRESHOLD:
                    _blocked(pulse, now - pulse.since)
                pulse.since = WAITS if timeout or timeout is None else now  # who does not wait goes on at once
        except Exception as error:
            fault(error)
        events = call(self, timeout)
        try:
            if pulse is not None and pulse.since is WAITS:
                pulse.since = clock()
        except Exception as error:
            fault(error)
        return events

    return wrapper


def _found(selector: object) -> Pulse | None:
    return None if ON.pulses is None else ON.pulses.found(selector)


def _blocked(pulse: Pulse, seconds: float) -> None:
    if ON.pulses is not None:
        ON.pulses.blocked(pulse, seconds)
