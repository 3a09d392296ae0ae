"""The files of a project as fixes have left them, and where in them things were at first."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from asynccost.files.sources import Source
from asynccost.fixer.brought import Change
from asynccost.fixer.task import Place
from asynccost.model import Finding

if TYPE_CHECKING:
    from asynccost.files.splice import Moved


class UnreadError(Exception):
    """A file that cannot be had as it was scanned; its text says why."""


class Texts:
    """before: the bytes of each file that was asked for, as it was at first. changed: those that are others by now.

    given: the texts of files that are not to be read from disk.
    """

    def __init__(self, given: Mapping[str, bytes]) -> None:
        self.before: dict[str, bytes] = {}
        self.changed: dict[str, bytes] = {}
        self._given = given
        self._past: dict[str, list[Moved]] = {}

    def now(self, source: Source) -> bytes:
        """A file as it is by now. Raises UnreadError where it is not what was scanned."""
        path = source.path
        if path in self.changed:
            return self.changed[path]
        self.before[path] = self._given[path] if path in self._given else _as_scanned(source)
        return self.before[path]

    def known(self, path: str) -> bytes:
        """A file that was asked for, as it was then or as it has become."""
        return self.changed.get(path, self.before[path])

    def with_changes(self, changes: Mapping[str, Change]) -> dict[str, bytes]:
        """The changed files, as they would be with some changes more."""
        return {**self.changed, **{path: change.data for path, change in changes.items()}}

    def keep(self, changes: Mapping[str, Change]) -> None:
        """Make changes."""
        for path, change in changes.items():
            self.changed[path] = change.data
            self._past.setdefault(path, []).append(change.moved)

    def place(self, finding: Finding, at: int) -> Place:
        """Where a finding was at first that is at an offset of its file as it is by now."""
        for moved in reversed(self._past.get(finding.path, [])):
            at, _ = moved.before(at)
        return finding.rule, finding.path, at


def _as_scanned(source: Source) -> bytes:
    try:
        with open(source.absolute, "rb") as file:
            stat = os.fstat(file.fileno())
            data = file.read()
    except OSError as error:
        raise UnreadError(f"the file cannot be read: {error.strerror}") from None
    if (stat.st_size, stat.st_mtime_ns, stat.st_ino) != source[3:]:
        raise UnreadError("the file was changed while it was scanned; run again")
    return data
