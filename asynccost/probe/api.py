"""The public face: `probe()` around a stretch of a program, and the Trace of that stretch."""

import inspect
from collections.abc import Callable
from functools import wraps
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.trace import Trace

if TYPE_CHECKING:
    from asynccost.probe.limits import Limit

F = TypeVar("F", bound=Callable[..., Any])


class Probe:
    """Watches this process from `start()` to `stop()`; a context manager (also `async with`) and a decorator as well.

    Probes may be nested and overlap: they share the hooks, and each tells what happened in its own stretch.
    file: where to write the trace (JSON lines, see tracefile.py) at the end. root: the folder that paths are relative
    to, the current one by default.
    max_cost_usd: what the model calls of this process may cost from `start()` to `stop()`, US dollars; None: no limit.
    cost_limit_action: what the next one meets once they have cost that: "fail" raises asynccost.CostLimitExceeded,
    "pause" waits for Enter at the terminal and without one does as "fail", "warn" says it once on standard error. Calls
    that are under way are not broken off. Raises ValueError for a limit or an action that cannot be.
    """

    def __init__(
        self,
        file: str | PathLike[str] | None = None,
        *,
        root: str | PathLike[str] = "",
        max_cost_usd: float | None = None,
        cost_limit_action: str = "fail",
    ) -> None:
        """Nothing is hooked before `start()`."""
        self._asked = max_cost_usd, cost_limit_action
        self._limit = None if max_cost_usd is None else _limit(max_cost_usd, cost_limit_action)
        self.file = None if file is None else fspath(file)
        self._root = fspath(root)
        self._before: Trace | None = None
        self._identity: tuple[int, float] | None = None
        self._taken = Trace()

    def start(self) -> Self:
        """Begin to watch."""
        recorder = ENGINE.start(self._root)
        self._before = recorder.take()
        if self._limit is not None:
            ON.limits += (self._limit,)
        self._identity = recorder.process.identity
        return self

    def stop(self) -> Trace:
        """Watch no longer; the trace of what happened since `start()`, written to `file` if there is one."""
        if self._before is not None:
            self._taken = self.trace
            self._before = None
            ON.limits = tuple(limit for limit in ON.limits if limit is not self._limit)
            ENGINE.stop()
            if self.file is not None:
                from asynccost.probe.tracefile import dumps, write

                write(self.file, dumps(self._taken))
        return self._taken

    @property
    def trace(self) -> Trace:
        """What happened since `start()`, up to now or to `stop()`."""
        recorder = ON.recorder
        if self._before is None or recorder is None:
            return self._taken
        same = recorder.process.identity == self._identity  # a forked child counts from zero
        return recorder.take().since(self._before if same else Trace())

    def __enter__(self) -> Self:
        """Begin to watch."""
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Watch no longer."""
        self.stop()

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        return self.start()

    async def __aexit__(self, *error: object) -> None:
        """Watch no longer."""
        self.stop()

    def __call__(self, function: F) -> F:
        """Watch while the function runs, each time it is called."""
        return cast("F", _wrapped(self, function))


def _limit(usd: float, action: str) -> "Limit":
    from asynccost.probe.limits import Limit
    from asynccost.probe.purse import Purse

    return Limit(usd, action, Purse())


def _again(like: Probe) -> Probe:
    usd, action = like._asked
    return Probe(like.file, root=like._root, max_cost_usd=usd, cost_limit_action=action)


def _wrapped(like: Probe, function: Any) -> Any:
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            with _again(like) as one:
                result = await function(*args, **kwargs)
            like._taken = one.stop()
            return result

    else:

        @wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with _again(like) as one:
                result = function(*args, **kwargs)
            like._taken = one.stop()
            return result

    return watched
