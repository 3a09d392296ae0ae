"""Event loops that stand still: how long each turn took, and which line was seen running in the long ones.

A loop's turn is from the end of one wait for events to the begin of the next. A thread of ours looks at turns that last
already (`look`), and a turn that took THRESHOLD seconds or longer is counted for the line that it saw most often.
"""

import asyncio
import sys
import time
from _thread import get_ident

from asynccost.probe.on import ON
from asynccost.probe.recorder import Recorder
from asynccost.probe.sites import UNSEEN, USER, Spot
from asynccost.probe.trace import Blocking

THRESHOLD = 0.05
clock = time.perf_counter


class Pulse:
    """The turn of one thread's loop."""

    __slots__ = ("seen", "since")

    def __init__(self) -> None:
        """It begins now."""
        self.since = clock()
        self.seen: dict[Spot, int] = {}


class Pulses:
    """The loops that are in a turn, by thread."""

    def __init__(self, recorder: Recorder) -> None:
        """None is."""
        self._recorder = recorder
        self._busy: dict[int, Pulse] = {}

    def wakes(self) -> None:
        """A wait for events is over."""
        if asyncio._get_running_loop() is not None:
            self._busy[get_ident()] = Pulse()
            if ON.watcher is not None and not ON.watcher.running:
                ON.watcher.start()

    def rests(self) -> None:
        """A turn is over."""
        pulse = self._busy.pop(get_ident(), None)
        if pulse is not None:
            seconds = clock() - pulse.since
            if seconds >= THRESHOLD:
                self._blocked(pulse, seconds)

    def _blocked(self, pulse: Pulse, seconds: float) -> None:
        seen = pulse.seen
        row = self._recorder.row(Blocking, max(seen, key=lambda spot: seen[spot]) if seen else UNSEEN)
        row.times += 1
        row.seconds += seconds
        row.longest_seconds = max(row.longest_seconds, seconds)

    def look(self) -> None:
        """From our own thread: note the line that runs in each turn that has lasted for half the threshold."""
        late = [(t, p) for t, p in self._busy.copy().items() if clock() - p.since >= THRESHOLD / 2]
        if not late:
            return
        frames = sys._current_frames()
        sites = self._recorder.sites
        for thread, pulse in late:
            frame = frames.get(thread)
            while frame is not None and sites.kind_of(frame.f_code.co_filename) != USER:
                frame = frame.f_back
            if frame is not None:
                spot = sites.spot(frame)
                pulse.seen[spot] = pulse.seen.get(spot, 0) + 1
