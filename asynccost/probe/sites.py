"""Which line of the user's own code is responsible: the nearest frame that is no library's.

A file is the user's unless it lies in the standard library, in site-packages, or in a package that the probe hooks.
Where a stack has no such frame, the place that started the task stands for it, else the nearest frame outside the
hooked libraries.
Nothing here touches the disk while the program runs: paths and hashes are made when a trace is taken.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from asynccost.probe.row import Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

MOST_SPOTS = 5_000
USER, LIBRARY, HOOKED, LOOP = range(4)
_STDLIB = tuple(os.path.realpath(sysconfig.get_path(n)) + os.sep for n in ("stdlib", "platstdlib"))
_SITES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_LOOPS = (f"{os.sep}asyncio{os.sep}events.py", f"{os.sep}asyncio{os.sep}runners.py")
_TYPED = ("<string>", "<stdin>")
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


@dataclass(slots=True, frozen=True, eq=False)
class Spot:
    """A line as the interpreter names it; one object a line, told apart by identity."""

    file: str
    function: str
    line: int


OTHER = Spot("(other)", "", 0)
UNSEEN = Spot("(unseen)", "", 0)


class Sites:
    """Finds and remembers spots."""

    def __init__(self) -> None:
        """Nothing has been seen yet."""
        self.kinds: dict[str, int] = {}
        self._at: dict[tuple[int, int], Spot] = {}
        self._codes: dict[int, CodeType] = {}  # held, so that their ids stay their own
        self._spots: dict[tuple[str, str, int], Spot] = {}
        self._hooked: tuple[str, ...] = (_OURS,)
        self.above: Callable[[], Spot | None] = lambda: None  # the place that started what runs now

    def hook(self, module: object) -> None:
        """The files of this package are never the user's."""
        file = getattr(module, "__file__", None)
        if file:
            # where it is absolute already, nothing is asked of the system: the import may happen within a loop
            place = file if os.path.isabs(file) else os.path.abspath(file)
            self._hooked += (os.path.dirname(place) + os.sep,)
            self.kinds.clear()

    def find(self, skip: int = 2) -> Spot:
        """The spot that is responsible for what runs now; `skip`: frames that surely are not, for speed."""
        kinds = self.kinds
        frame: FrameType | None = sys._getframe(skip)
        second = None
        while frame is not None:
            name = frame.f_code.co_filename
            kind = kinds.get(name)
            if kind is None:
                kind = kinds[name] = self._kind(name)
            if kind == USER:
                return self.spot(frame)
            if kind == LOOP:
                break
            if kind == LIBRARY and second is None:
                second = frame
            frame = frame.f_back
        above = self.above()
        if above is not None:
            return above
        return OTHER if second is None else self.spot(second)

    def spot(self, frame: FrameType) -> Spot:
        """The spot of a frame."""
        code = frame.f_code
        known = self._at.get((id(code), frame.f_lasti))
        return known or self._new(code, frame.f_lasti, frame.f_lineno)

    def spot_at(self, code: CodeType, instruction: int) -> Spot:
        """The spot of a frame that stood at an instruction (an offset in bytes)."""
        known = self._at.get((id(code), instruction))
        if known is not None:
            return known
        lines = (line for start, end, line in code.co_lines() if start <= instruction < end)
        return self._new(code, instruction, next(lines, None) or code.co_firstlineno)

    def forget(self) -> None:
        """Find every line anew; spots that somebody holds stay what they are, and tell no more of later ones."""
        self._spots = {}
        self._codes = {}  # before what it keeps true, to which another thread may add meanwhile
        self._at = {}

    def _new(self, code: CodeType, instruction: int, line: int) -> Spot:
        if len(self._at) >= MOST_SPOTS:
            return OTHER
        at = (code.co_filename, code.co_qualname, line)
        spot = self._at[id(code), instruction] = self._spots.setdefault(at, Spot(*at))
        self._codes[id(code)] = code
        return spot

    def kind_of(self, filename: str) -> int:
        """Whose file this is; remembered."""
        kind = self.kinds.get(filename)
        if kind is None:
            kind = self.kinds[filename] = self._kind(filename)
        return kind

    def _kind(self, filename: str) -> int:
        if filename.endswith(_LOOPS):
            return LOOP
        if filename.startswith(self._hooked):
            return HOOKED
        if filename in _TYPED:
            return LIBRARY if hasattr(sys.modules.get("__main__"), "__file__") else USER
        library = filename.startswith(("<", *_STDLIB)) or any(s in filename for s in _SITES)
        return LIBRARY if library else USER


class Places:
    """Spots -> places; reads files, so it belongs where a trace is taken. `root`: what paths are relative to."""

    def __init__(self, root: str) -> None:
        """No file has been read yet."""
        self.root = os.path.realpath(root) + os.sep
        self._known: dict[Spot, Place] = {}
        self._paths: dict[str, str] = {}
        self._hashes: dict[str, tuple[str, list[str]]] = {}

    def place(self, spot: Spot) -> Place:
        """The place of a spot; always the same one."""
        if spot not in self._known:
            whole, lines = self._hash(spot.file)
            line = lines[spot.line - 1] if 0 < spot.line <= len(lines) else ""
            self._known[spot] = Place(self.path(spot.file), spot.function, spot.line, whole, line)
        return self._known[spot]

    def line(self, spot: Spot) -> Place:
        """The same without hashes, for which no file is read."""
        return Place(self.path(spot.file), spot.function, spot.line)

    def path(self, filename: str) -> str:
        """A file's path: from the root, from its package, or with its folder alone; never a machine's own folders."""
        path = self._paths.get(filename)
        if path is None:
            path = self._paths[filename] = self._path(filename)
        return path

    def _path(self, filename: str) -> str:
        if filename.startswith(("<", "(")):
            return filename
        path = os.path.realpath(filename)
        for mark in _SITES:
            if mark in path:
                return path.rpartition(mark)[2].replace(os.sep, "/")
        for folder in (self.root, *_STDLIB):
            if path.startswith(folder):
                return path[len(folder) :].replace(os.sep, "/")
        return "/".join(path.split(os.sep)[-2:])

    def _hash(self, filename: str) -> tuple[str, list[str]]:
        """A file's hash and those of its lines; nothing where it cannot be read."""
        if filename not in self._hashes:
            try:
                with open(filename, "rb") as file:
                    text = file.read()
                self._hashes[filename] = blake2b(text, digest_size=8).hexdigest(), line_hashes(text)
            except OSError:
                self._hashes[filename] = "", []
        return self._hashes[filename]


def line_hashes(text: bytes) -> list[str]:
    """See `Place.line_hash`; one for each line of a file."""
    return [blake2b(line.strip(), digest_size=4).hexdigest() for line in text.split(b"\n")]
