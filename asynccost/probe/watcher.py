"""The probe's own thread: looks at loops that stand still, takes gauges, and writes the trace every second.

It is started without the threading module, so that a program that counts its threads counts its own; it is ended before
a fork, so that no child inherits a lock that it held, and begins again with the next event.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock, start_new_thread
from typing import TYPE_CHECKING

from asynccost.probe.guards import fault

if TYPE_CHECKING:
    from collections.abc import Callable

BEAT = 0.025


class Watcher:
    """Calls `look` each beat and `write` each interval (seconds) while it runs."""

    def __init__(self, look: Callable[[], object], write: Callable[[], object], interval: float) -> None:
        """Not yet running."""
        self.running = False
        self._look, self._write, self._interval = look, write, interval
        self._stop, self._ended = allocate_lock(), allocate_lock()

    def start(self) -> None:
        """Begin, if it does not run."""
        if not self.running:
            self.running = True
            self._stop, self._ended = allocate_lock(), allocate_lock()
            self._stop.acquire()
            self._ended.acquire()
            start_new_thread(self._run, (self._stop, self._ended))

    def stop(self) -> None:
        """End, and wait for the end."""
        if self.running:
            self.running = False
            self._stop.release()
            self._ended.acquire(timeout=5)

    def _run(self, stop: LockType, ended: LockType) -> None:
        due = time.monotonic()  # at once, so that a process that is killed early is known
        try:
            while not stop.acquire(timeout=BEAT):
                try:
                    self._look()
                    if time.monotonic() >= due:
                        due = time.monotonic() + self._interval
                        self._write()
                except Exception as error:
                    fault(error)
        finally:
            ended.release()
