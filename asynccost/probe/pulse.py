"""Event loops that stand still: seen from the probe's own thread, at no cost to the loop.

At each beat the stacks of all threads are looked at. A loop that is in the same turn (the same call of its `_run_once`)
as at the last beat, and not waiting for events, has run without a pause since then. A turn that was seen to last for
THRESHOLD seconds or longer is counted for the line of the user's that was seen most; its length is known to a beat. A
call that holds the interpreter's lock cannot be looked at while it runs, and is missed.
"""

import sys
import time
from types import FrameType

from asynccost.probe.recorder import Recorder
from asynccost.probe.sites import OTHER, USER, Spot
from asynccost.probe.trace import Blocking

THRESHOLD = 0.05
_TURN = "_run_once"
_WAITS = ("select", "_poll")
clock = time.perf_counter


class Turn:
    """One turn of a loop, as it was seen at one beat or more."""

    __slots__ = ("frame", "last", "seen", "since")

    def __init__(self, frame: FrameType) -> None:
        """Seen for the first time."""
        self.frame = frame  # held, so that no other turn takes its place in memory
        self.since = self.last = clock()
        self.seen: dict[Spot, int] = {}


class Pulses:
    """The turns that are under way, by thread."""

    def __init__(self, recorder: Recorder) -> None:
        """None is."""
        self._recorder = recorder
        self._turns: dict[int, Turn] = {}

    def look(self) -> None:
        """One beat."""
        turns = self._turns
        under_way: dict[int, Turn] = {}
        for thread, innermost in sys._current_frames().items():
            turn = _turn_of(innermost)
            if turn is None:
                continue
            known = turns.get(thread)
            if known is None or known.frame is not turn:
                known = Turn(turn)
            known.last = clock()
            self._note(known, innermost)
            under_way[thread] = known
        for thread, known in turns.items():
            if under_way.get(thread) is not known:
                self._over(known)
        self._turns = under_way

    def _note(self, turn: Turn, frame: FrameType | None) -> None:
        sites = self._recorder.sites
        while frame is not None and frame is not turn.frame:
            if sites.kind_of(frame.f_code.co_filename) == USER:
                spot = sites.spot(frame)
                turn.seen[spot] = turn.seen.get(spot, 0) + 1
                return
            frame = frame.f_back

    def _over(self, turn: Turn) -> None:
        seconds = turn.last - turn.since
        if seconds < THRESHOLD:
            return
        seen = turn.seen
        row = self._recorder.row(Blocking, max(seen, key=lambda spot: seen[spot]) if seen else OTHER)
        row.times += 1
        row.seconds += seconds
        row.longest_seconds = max(row.longest_seconds, seconds)


def _turn_of(frame: FrameType | None) -> FrameType | None:
    """The turn of a loop that a stack is in; None where it waits for events or there is no loop."""
    if frame is None or frame.f_code.co_name in _WAITS:
        return None
    while frame is not None:
        if frame.f_code.co_name == _TURN and frame.f_code.co_filename.endswith("base_events.py"):
            return frame
        frame = frame.f_back
    return None
