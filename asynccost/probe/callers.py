"""Where two requests of one task parted: a client's helper makes both, but the line that waits twice is a caller's.

The user's frames above a request are its calls, innermost first. Of two requests, the outermost frame that stands at
another line the second time is where the two were written; where none does, the same line came round again, and the
innermost frame that stands within a loop is the place.
"""

from __future__ import annotations

from types import CodeType, FrameType

from asynccost.probe.looping import Stretch, stretches
from asynccost.probe.sites import LOOP, USER, Sites, Spot

MOST_CALLS = 8
MOST_BETWEEN = 6  # frames of libraries (decorators, retries) between two of the user's
MOST_CODES = 2_000
Chain = list[tuple[CodeType, int]]
_known: dict[int, tuple[CodeType, tuple[Stretch, ...]]] = {}  # by id, which is quicker; held, so that it stays


class Stack:
    """The user's frames above a request, each at its instruction, and the library's between them; none where a task was
    started without one.
    """

    __slots__ = ("calls", "frames")

    def __init__(self, calls: Chain, frames: list[tuple[CodeType | None, int]]) -> None:
        """calls: the user's; frames: all that were looked at, of which None stands for the end."""
        self.calls, self.frames = calls, frames

    def leads_to(self, frame: FrameType | None) -> bool:
        """Whether that of this frame would be the same: all frames are those that were looked at."""
        for code, instruction in self.frames:
            if frame is None:
                return code is None
            if frame.f_code is not code or frame.f_lasti != instruction:
                return False
            frame = frame.f_back
        return True


def stack(sites: Sites, frame: FrameType | None) -> Stack:
    """That from this frame on."""
    kinds = sites.kinds
    found: Chain = []
    frames: list[tuple[CodeType | None, int]] = []
    between = -100  # those of the library that asks, below the first
    while frame is not None and between < MOST_BETWEEN:
        code = frame.f_code
        frames.append((code, frame.f_lasti))
        kind = kinds.get(code.co_filename)
        if kind is None:
            kind = sites.kind_of(code.co_filename)
        if kind == USER:
            found.append((code, frame.f_lasti))
            if len(found) == MOST_CALLS:
                break
            between = 0
        elif kind == LOOP:
            break
        else:
            between += 1
        frame = frame.f_back
    if frame is None:
        frames.append((None, 0))
    return Stack(found, frames)


def parted(sites: Sites, earlier: Chain, later: Chain, spot: Spot) -> tuple[Spot, Spot | None]:
    """The place of the later request and that of the earlier; None for the earlier where a loop came round again.

    spot: the later request's own line, for requests without frames of the user's.
    """
    common: Chain = []
    for before, now in zip(reversed(earlier), reversed(later), strict=False):
        if before[0] is not now[0]:
            break  # one line that called this and then that
        if before[1] != now[1]:
            return sites.spot_at(*now), sites.spot_at(*before)
        common.append(now)
    looping = next((at for at in reversed(common) if _in_loop(*at)), None)
    return spot if looping is None else sites.spot_at(*looping), None


def _in_loop(code: CodeType, instruction: int) -> bool:
    known = _known.get(id(code))
    if known is None:
        if len(_known) >= MOST_CODES:
            _known.clear()
        known = _known[id(code)] = code, stretches(code)
    return any(start <= instruction < end for start, end in known[1])
