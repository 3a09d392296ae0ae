"""What folders hold, kept from one run to the next: a folder whose times are as they were holds what it held.

Where a name comes or goes, its folder's mtime and ctime change. A folder that changed within two seconds of being
listed is not kept, since what comes next could share its times. Windows has file systems that do not tell.
"""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from asynccost.files.kinds import WORTH_NAMING

RACY_NS = 2_000_000_000  # times younger than this are not trusted: what comes next could share them
_TELLS = os.name == "posix"


class Listing(NamedTuple):
    """A folder by names: its folders, its files of kinds that are worth naming, and which of these are links."""

    folders: Sequence[str]
    files: Sequence[str]
    links: Sequence[str]
    gitignore: bool


class Listings:
    """Folders as they are now. known: what `rows` said at the last run, by the path that a project knows them by."""

    def __init__(self, known: Mapping[str, Sequence[Any]] | None = None) -> None:
        self._known = known or {}
        self.rows: dict[str, Sequence[Any]] = {}

    @property
    def changed(self) -> bool:
        """Whether what is to be kept is not what was known."""
        return self.rows != self._known

    def of(self, folder: str, path: str) -> Listing:
        """What a folder holds. Raises OSError."""
        if not _TELLS:
            return _listed(folder)
        now = time.time_ns()
        stat = os.stat(folder)  # before it is listed: what changes meanwhile makes this mark an old one
        mark = [stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev]
        row = self._known.get(path)
        if row is None or row[0] != mark:
            row = [mark, *_listed(folder)]
        if max(mark[0], mark[1]) < now - RACY_NS:
            self.rows[path] = row
        return Listing(*row[1:])


def _listed(folder: str) -> Listing:
    folders: list[str] = []
    files: list[str] = []
    links: list[str] = []
    gitignore = False
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif name[name.rfind(".") + 1 :] in WORTH_NAMING:
                if entry.is_file(follow_symlinks=False):
                    files.append(name)
                elif entry.is_symlink():
                    files.append(name)
                    links.append(name)
            elif name == ".gitignore":
                gitignore = True
    return Listing(folders, files, links, gitignore)
