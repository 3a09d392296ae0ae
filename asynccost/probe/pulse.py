"""Event loops that stand still: how long each turn took, and which line was seen running in the long ones.

A loop's turn is from the end of one wait for events to the begin of the next. A thread of ours looks at turns that last
already (`look`), and a turn that took THRESHOLD seconds or longer is counted for the line that it saw most often. What
the loop's thread waited for a processor meanwhile is taken off: on a busy machine every line would stand still.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import time
from threading import get_native_id
from typing import TYPE_CHECKING, Any
from weakref import ref

import asynccost
from asynccost.probe.on import ON
from asynccost.probe.rows import Blocking
from asynccost.probe.sites import UNSEEN, USER, Sites, Spot

if TYPE_CHECKING:
    from types import FrameType

    from asynccost.probe.recorder import Recorder

THRESHOLD = 0.05
LASTS = 0.002  # seconds from which a turn is asked how long its thread has waited for a processor so far
OURS = Spot("(asynccost)", "", 0)  # an import of the probe's own: no waste of the program's
_FOLDER = os.path.dirname(asynccost.__file__) + os.sep
WAITS = math.inf
clock = time.perf_counter


class Pulse:
    """One loop, by its selector, on which it is set; made in the thread that it runs in.

    since: when its turn began; WAITS while it waits for events. queued: of the turn that began then, how long its
    thread had waited for a processor until it was first looked at.
    """

    __slots__ = ("loop", "queued", "seen", "selector", "since", "thread")

    def __init__(self, selector: object, loop: object) -> None:
        """It waits."""
        self.selector = ref(selector)
        self.loop = ref(loop)
        self.since = WAITS
        self.thread = get_native_id()
        self.queued = (WAITS, 0.0)
        self.seen: dict[Spot, int] = {}


class Pulses:
    """The loops of a process, by the identity of their selectors."""

    def __init__(self, recorder: Recorder) -> None:
        """None runs."""
        self._recorder = recorder
        self.loops: dict[int, Pulse] = {}

    def found(self, selector: object) -> Pulse | None:
        """The loop that waits with a selector; None for somebody else's, within a turn."""
        loop: Any = asyncio._get_running_loop()
        if loop is None or getattr(loop, "_selector", None) is not selector:
            return None
        pulse = self.loops[id(selector)] = loop._selector._asynccost = Pulse(selector, loop)
        if ON.asleep:
            ON.wake()
        return pulse

    def blocked(self, pulse: Pulse, seconds: float) -> None:
        """A turn was so long."""
        seen, pulse.seen = pulse.seen, {}
        turn, before = pulse.queued
        if turn == pulse.since:
            seconds -= queued(pulse.thread) - before
        if seconds < THRESHOLD:
            return
        most = max(seen, key=lambda spot: seen[spot]) if seen else UNSEEN
        if most is OURS:
            return
        row = self._recorder.row(Blocking, most)
        row.times += 1
        row.seconds += seconds
        row.longest_seconds = max(row.longest_seconds, seconds)

    def look(self) -> None:
        """From our own thread: note the line that runs in each turn that has lasted for half the threshold."""
        late = []
        for pulse in self.loops.copy().values():
            since = pulse.since
            lasts = clock() - since
            if lasts >= LASTS and pulse.queued[0] != since:
                pulse.queued = since, queued(pulse.thread)
            if lasts >= THRESHOLD / 2:
                late.append((getattr(pulse.loop(), "_thread_id", None) or 0, pulse))
            elif pulse.seen:
                pulse.seen = {}  # that turn was not so long after all
        if not late:
            return
        # only where a turn lasts: to walk the frames of a thread that runs on allocates, and a collection that this
        # sets off may let that thread return from them meanwhile
        frames = sys._current_frames()
        sites = self._recorder.sites
        for thread, pulse in late:
            spot = _running(frames.get(thread), sites)
            if spot is not None:
                pulse.seen[spot] = pulse.seen.get(spot, 0) + 1

    def forgive(self, seconds: float) -> None:
        """The loop of this thread stood still because the user wished it to: at a limit that pauses."""
        pulse = self.loops.get(id(getattr(asyncio._get_running_loop(), "_selector", None)))
        if pulse is not None:
            pulse.since += seconds

    def stopped(self, loop: object) -> None:
        """A loop runs no longer, if it did; it may run again."""
        self._forget(self.loops.pop(id(getattr(loop, "_selector", None)), None))

    def forget(self) -> None:
        """No loop is watched any more."""
        for identity in list(self.loops):
            self._forget(self.loops.pop(identity, None))

    def _forget(self, pulse: Pulse | None) -> None:
        selector = None if pulse is None else pulse.selector()
        if selector is not None:
            vars(selector).pop("_asynccost", None)


def queued(thread: int) -> float:
    """How long a thread of this process was ready to run and did not, since the machine ran others, in seconds so far.

    thread: by the identity that the kernel gives it; 0 where it does not tell. Source: the second field of
    /proc/self/task/THREAD/schedstat, in nanoseconds (Linux, Documentation/scheduler/sched-stats.rst).
    """
    try:
        with open(f"/proc/self/task/{thread}/schedstat", "rb", buffering=0) as told:
            return int(told.read(100).split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _running(frame: FrameType | None, sites: Sites) -> Spot | None:
    """The user's line that runs, or OURS."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and code.co_filename.startswith(_FOLDER):
            return OURS
        if sites.kind_of(code.co_filename) == USER:
            return sites.spot(frame)
        frame = frame.f_back
    return None
