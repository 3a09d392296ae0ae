"""Event loops that stand still, and which line was seen running meanwhile; nothing of it runs in a loop's own turns.

A loop's turn is from the end of one wait for events to the begin of the next: one call of asyncio's `_run_once`, which
notes in a variable of its own when it began. A thread of ours looks at the frames of loops now and then: a turn that
has lasted for THRESHOLD / 2 is looked at every few milliseconds until it is over, and counted from THRESHOLD seconds
on for the line that was seen most often. Its end is when it was last seen.
"""

import asyncio
import os
import sys
import time
from _thread import get_ident
from types import FrameType

import asynccost
from asynccost.probe.recorder import Recorder
from asynccost.probe.sites import UNSEEN, USER, Sites, Spot
from asynccost.probe.trace import Blocking

THRESHOLD = 0.05
OURS = Spot("(asynccost)", "", 0)  # an import of the probe's own: no waste of the program's
_FOLDER = os.path.dirname(asynccost.__file__) + os.sep
_LOOP = asyncio.BaseEventLoop
_TURN = _LOOP._run_once.__code__  # type: ignore[attr-defined]
_BEGAN = "end_time"  # the variable: when timers were looked for, by the loop's clock, and one tick more
_TICK = time.get_clock_info("monotonic").resolution
clock = time.monotonic  # that of loops


class Late:
    """A turn that lasts: when it began and was last seen, and which lines ran."""

    __slots__ = ("began", "forgiven", "last", "seen")

    def __init__(self, began: float) -> None:
        """It was not looked at yet."""
        self.began = self.last = began
        self.forgiven = 0.0
        self.seen: dict[Spot, int] = {}


class Pulses:
    """The loops of a process, by the threads that they run in."""

    def __init__(self, recorder: Recorder) -> None:
        """Find those that run already."""
        if _BEGAN not in _TURN.co_varnames:
            raise LookupError(f"asyncio's loops have no {_BEGAN}: nobody knows how long they stand still")
        self._recorder = recorder
        self._late: dict[int, Late] = {}
        self.threads = {thread for thread, frame in sys._current_frames().items() if _turn(frame) is not None}
        recorder.lookers.append(lambda _: self.look())

    def started(self, loop: object) -> None:
        """A loop begins to run in this thread; one with a clock of its own cannot be told to be late."""
        if getattr(type(loop), "time", None) is _LOOP.time:
            self.threads.add(get_ident())

    def stopped(self) -> None:
        """The loop of this thread runs no longer."""
        self.threads.discard(get_ident())
        self._over(get_ident())

    def look(self) -> bool:
        """Note the lines that run in turns that last, count those that are over; whether to look again very soon."""
        if not self.threads or time.monotonic is not clock:  # a test has frozen the time
            return False
        frames, now = sys._current_frames(), clock()
        for thread in self.threads.copy():
            began, spot = self._seen(frames.get(thread))
            late = self._late.get(thread)
            if late is not None and late.began != began:
                self._over(thread)
                late = None
            if began and now - began >= THRESHOLD / 2:
                late = late or self._late.setdefault(thread, Late(began))
                late.last = now
                late.seen[spot] = late.seen.get(spot, 0) + 1
        return bool(self._late)

    def forgive(self, seconds: float) -> None:
        """The loop of this thread stood still because the user wished it to: at a limit that pauses."""
        late = self._late.get(get_ident())
        if late is not None:
            late.forgiven += seconds

    def _seen(self, frame: FrameType | None) -> tuple[float, Spot]:
        """When the turn began in which a thread is, and the user's line that runs, OURS or UNSEEN; 0: it waits."""
        turn = _turn(frame)
        began = turn and turn.f_locals.get(_BEGAN)
        if not began or frame is None:
            return 0.0, UNSEEN
        return began - _TICK, _running(frame, self._recorder.sites)

    def _over(self, thread: int) -> None:
        late = self._late.pop(thread, None)
        if late is None:
            return
        seconds = late.last - late.began - late.forgiven
        most = max(late.seen, key=lambda spot: late.seen[spot])
        if seconds < THRESHOLD or most is OURS:
            return
        row = self._recorder.row(Blocking, most)
        row.times += 1
        row.seconds += seconds
        row.longest_seconds = max(row.longest_seconds, seconds)


def _turn(frame: FrameType | None) -> FrameType | None:
    while frame is not None and frame.f_code is not _TURN:
        frame = frame.f_back
    return frame


def _running(frame: FrameType | None, sites: Sites) -> Spot:
    """The user's line that runs, OURS, or UNSEEN where a library runs by itself."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and code.co_filename.startswith(_FOLDER):
            return OURS
        if code is _TURN:
            break
        if sites.kind_of(code.co_filename) == USER:
            return sites.spot(frame)
        frame = frame.f_back
    return UNSEEN
