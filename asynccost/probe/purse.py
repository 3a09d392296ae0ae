"""What the model calls of a run have cost so far: one number that all its processes add to.

A file of the run's folder, mapped into memory by each process that makes a model call: a cell for each of them, so that
nobody writes where another writes and no lock is held. The sum is exact once an answer has ended; what a process had
spent stays when it is killed. Without a folder the cells are this process's own.
"""

import mmap
import os
from math import fsum

LIMIT = "limit.json"  # in the folder of a run that has a limit: see limits.py
CELLS = 4096  # beyond so many processes, the later ones share the last cell and may lose what two add at one moment
_ALLOWED = 0  # the cell of what was allowed beyond the limit


class Purse:
    """Dollars, by process."""

    def __init__(self, folder: str = "") -> None:
        """The purse of a run's folder, which `create` has made; one of its own without a folder."""
        self._folder = folder
        self._marks: set[str] = set()
        self._mine: dict[int, int] = {} if folder else {os.getpid(): 1}  # process -> its cell
        if folder:
            with open(os.path.join(folder, "purse"), "r+b") as file:
                self._cells = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")
        else:
            self._cells = memoryview(bytearray(16)).cast("d")

    def add(self, dollars: float) -> None:
        """Count a call in."""
        cell = self._cell()
        self._cells[cell] += dollars

    @property
    def spent(self) -> float:
        """What all processes have spent, in US dollars."""
        return fsum(self._cells[1:])

    @property
    def allowed(self) -> float:
        """What was allowed beyond the limit."""
        return self._cells[_ALLOWED]

    def allow(self, dollars: float) -> None:
        """Allow more."""
        self._cells[_ALLOWED] += dollars

    def mark(self, name: str) -> bool:
        """Remember that something happened; whether it is the first time in all processes."""
        if not self._folder:
            first = name not in self._marks
            self._marks.add(name)
            return first
        try:
            os.close(os.open(os.path.join(self._folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def marked(self, name: str) -> bool:
        """Whether it happened."""
        return os.path.exists(os.path.join(self._folder, name)) if self._folder else name in self._marks

    def _cell(self) -> int:
        """This process's own; a fork's child takes another than its parent."""
        pid = os.getpid()
        if not self._folder:
            return 1
        return self._mine.get(pid) or self._mine.setdefault(pid, self._join())

    def _join(self) -> int:
        """The next cell: where a byte that is appended ends up is told to one process alone."""
        members = os.open(os.path.join(self._folder, "members"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(members, b".")
            return min(os.lseek(members, 0, os.SEEK_CUR), CELLS - 1)
        finally:
            os.close(members)


def create(folder: str) -> None:
    """Make the purse of a run's folder."""
    with open(os.path.join(folder, "purse"), "wb") as file:
        file.truncate(CELLS * 8)
