"""Reads of one task that wait for each other without need.

Two requests of a task are serial where the later began shortly after the earlier had ended, and independent where no
value that is new in the later one's URL stands in an answer before it. An answer that was not read, or was too long,
says nothing: such pairs are counted as unknown.
"""

import re
from contextvars import ContextVar
from urllib.parse import unquote

from asynccost.probe.on import ON
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.sites import Spot
from asynccost.probe.trace import Calls, Serial

GAP = 0.5  # seconds between two requests that still belong together
MOST_ANSWERS = 8  # the last ones of a run of requests
MOST_ANSWER = 1 << 16  # bytes
SHORT = 3  # characters: such a value must stand alone in an answer to count
_PARTS = re.compile(r"[/?&=]+")


class Flow:
    """One task, or one thread without a loop: its run of reads that do not need each other."""

    __slots__ = ("answers", "busy", "ended", "last", "length", "longest", "parts", "task", "unknown", "url")

    def __init__(self, task: int) -> None:
        """Nothing was read."""
        self.task = task
        self.busy = 0
        self.restart()

    def restart(self) -> None:
        """The next request begins a new run."""
        self.answers: list[bytes] = []
        self.ended = 0.0
        self.last: Spot | None = None
        self.length = 0
        self.longest = 0.0
        self.parts: frozenset[str] = frozenset()
        self.url = ""
        self.unknown = False


_FLOW: ContextVar[Flow | None] = ContextVar("asynccost_flow", default=None)


def flow() -> Flow:
    """That of the task that runs now."""
    task = 0 if ON.tasks is None else ON.tasks.current()
    known = _FLOW.get()
    if known is None or known.task != task:  # a child inherits its parent's context
        known = Flow(task)
        _FLOW.set(known)
    return known


def follows(recorder: Recorder, mine: Flow, row: Calls, spot: Spot, url: str, now: float) -> Serial | None:
    """A read begins: the row to count it in if it waited for an earlier one without need."""
    fresh = mine.last is None or mine.busy > 0 or now - mine.ended > GAP
    if fresh:
        mine.restart()
    same = url == mine.url
    parts = mine.parts if same else frozenset(_PARTS.split(url))
    found: Serial | None = None
    if not fresh:
        previous = None if mine.last is spot else mine.last
        found = recorder.row(Serial, spot, previous, row.origin, row.path, STEP.get())
        needs = not same and _needs(parts - mine.parts, mine.answers)
        if mine.unknown or needs:
            found.unknown += mine.unknown
            found.dependent += needs and not mine.unknown
            mine.restart()
            found = None
    mine.parts, mine.url, mine.last, mine.unknown = parts, url, spot, True
    mine.busy += 1
    return found


def _needs(new: frozenset[str], answers: list[bytes]) -> bool:
    for part in new:
        value = unquote(part).encode()
        for answer in answers:
            if value and value in answer and (len(value) >= SHORT or _alone(value, answer)):
                return True
    return False


def _alone(value: bytes, answer: bytes) -> bool:
    return re.search(rb"(?<![0-9A-Za-z])" + re.escape(value) + rb"(?![0-9A-Za-z])", answer) is not None


def ended(mine: Flow, serial: Serial | None, seconds: float, now: float) -> None:
    """The read has ended well."""
    mine.busy -= 1
    mine.ended = now
    mine.length += 1
    if serial is not None:
        serial.requests += 1
        serial.savable_seconds += min(mine.longest, seconds)
        serial.longest = max(serial.longest, mine.length)
    mine.longest = max(mine.longest, seconds)


def answered(mine: Flow, body: bytes) -> None:
    """The answer to its last read has been read."""
    if len(body) <= MOST_ANSWER:
        mine.answers.append(body)
        del mine.answers[:-MOST_ANSWERS]
        mine.unknown = False
