"""The public face: `probe()` around a stretch of a program, and the Trace of that stretch."""

import inspect
from collections.abc import Callable
from functools import wraps
from os import PathLike, fspath
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from asynccost.probe.engine import ENGINE
from asynccost.probe.on import ON
from asynccost.probe.trace import Trace

F = TypeVar("F", bound=Callable[..., Any])


class Probe:
    """Watches this process from `start()` to `stop()`; a context manager (also `async with`) and a decorator as well.

    Probes may be nested and overlap: they share the hooks, and each tells what happened in its own stretch.
    file: where to write the trace (JSON lines, see tracefile.py) at the end. root: the folder that paths are relative
    to, the current one by default.
    """

    def __init__(self, file: str | PathLike[str] | None = None, *, root: str | PathLike[str] = "") -> None:
        """Nothing is hooked before `start()`."""
        self.file = None if file is None else fspath(file)
        self._root = fspath(root)
        self._before: Trace | None = None
        self._identity: tuple[int, float] | None = None
        self._taken = Trace()

    def start(self) -> Self:
        """Begin to watch."""
        recorder = ENGINE.start(self._root)
        self._before = recorder.take()
        self._identity = recorder.process.identity
        return self

    def stop(self) -> Trace:
        """Watch no longer; the trace of what happened since `start()`, written to `file` if there is one."""
        if self._before is not None:
            self._taken = self.trace
            self._before = None
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


def _wrapped(like: Probe, function: Any) -> Any:
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            with Probe(like.file, root=like._root) as one:
                result = await function(*args, **kwargs)
            like._taken = one.stop()
            return result

    else:

        @wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with Probe(like.file, root=like._root) as one:
                result = function(*args, **kwargs)
            like._taken = one.stop()
            return result

    return watched
