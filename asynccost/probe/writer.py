"""A process's own trace file: appended to every second, made short again when it has grown.

Only rows whose counts have changed are appended, as tracefile.py describes, so that a process that is killed loses what
came after the last line and nothing else.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from typing import TYPE_CHECKING, Any

from asynccost.probe import tracefile
from asynccost.probe.gauges import gauge, keep

if TYPE_CHECKING:
    from asynccost.probe.recorder import Recorder
    from asynccost.probe.row import Row

MOST_BYTES = 1 << 20  # appended before the file is written anew


class Writer:
    """Writes one recorder to one file."""

    def __init__(self, path: str, recorder: Recorder) -> None:
        """Nothing is written before the first `write`."""
        self.path, self._recorder = path, recorder
        self._lines = tracefile.Lines()
        self._written: dict[int, tuple[Any, ...]] = {}
        self._size = -1  # bytes appended since the file was made; -1: there is none
        self._lock = allocate_lock()  # between the watcher and a child of multiprocessing that hands over

    def write(self, *, finished: bool = False) -> None:
        """Append what has changed."""
        with self._lock:
            self._write(finished=finished)

    def hand_over(self) -> None:
        """Append what has changed, if anything has: whoever takes a result may end this process without a word."""
        with self._lock:
            if self._size < 0:
                self._anew()
            else:
                self._append(self._changed())

    def _write(self, *, finished: bool) -> None:
        process = self._recorder.seen()
        process.finished = finished
        now = gauge()
        if now is not None:
            keep(process.gauges, now)
        if not 0 <= self._size < MOST_BYTES:
            self._anew()
        self._append(self._changed() + self._lines.process(process))

    def _append(self, text: str) -> None:
        if text:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(text)
            self._size += len(text)

    def _anew(self) -> None:
        self._lines = tracefile.Lines()
        self._written = {}
        tracefile.write(self.path, tracefile.HEADER + self._lines.process(self._recorder.seen()) + self._changed())
        self._size = 0

    def _changed(self) -> str:
        text = []
        for number, row in enumerate(self._recorder.looked()):
            state = _state(row)
            if self._written.get(number) != state:
                self._written[number] = state
                text.append(self._lines.row(self._recorder.told(row), number))
        return "".join(text)


def _state(row: Row) -> tuple[Any, ...]:
    """The counts of a row, to see whether they moved."""
    values = (getattr(row, name) for name in row.measures())
    return tuple(sum(v.values()) if isinstance(v, dict) else v for v in values)


def file_of(folder: str, recorder: Recorder) -> str:
    """A name that no other process of the run uses."""
    return os.path.join(folder, f"{recorder.process.pid}-{int(recorder.process.started * 1e6)}.jsonl")
