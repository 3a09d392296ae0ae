"""Work in processes of their own, one for each part, so that none outlives its memory or takes others with it."""

import gc
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def spread(
    parts: Sequence[Part], work: Callable[[Part], Answer], jobs: int
) -> Iterator[tuple[Part, Answer | None]]:
    """Each part with what `work` made of it, as they finish; None where the process died."""
    # a forked process has everything loaded already; where there is no fork it starts anew
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting, running = deque(parts), dict[Connection, tuple[Any, Part]]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                part = waiting.popleft()
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=_serve, args=(sender, work, part), daemon=True)
                process.start()
                sender.close()
                running[receiver] = (process, part)
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                process, part = running.pop(ready)
                yield part, _answer(ready)
                process.join()
    finally:
        for process, _ in running.values():
            process.terminate()
            process.join()


def _answer(receiver: Connection) -> Any:
    try:
        return receiver.recv()
    except EOFError:
        return None
    finally:
        receiver.close()


def _serve(sender: Connection, work: Callable[[Any], Any], part: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
    gc.disable()  # the memory goes with the process
    sender.send(work(part))
