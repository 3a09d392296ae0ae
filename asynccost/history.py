"""What each scan of a whole project came to, one row a run, in `.asynccost/history.sqlite`.

Rows can be compared where `scope` is the same: the same rules, confidence and paths. Writers wait for each other,
and a run that is killed leaves the file as it was.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from asynccost.errors import ResultError

FOLDER, NAME = ".asynccost", "history.sqlite"
_WAIT = 10.0  # seconds for another writer
_COLUMNS = {
    "time": "TEXT NOT NULL",  # ISO 8601, UTC
    "revision": "TEXT NOT NULL",  # of git, empty without
    "version": "TEXT NOT NULL",  # of asynccost
    "scope": "TEXT NOT NULL",
    "files": "INTEGER NOT NULL",
    "findings": "INTEGER NOT NULL",
    "known": "INTEGER NOT NULL",
    "errors": "INTEGER NOT NULL",
    "warnings": "INTEGER NOT NULL",
    "notes": "INTEGER NOT NULL",
    "infrastructure": "REAL",  # US dollars a month, likely; NULL where nothing was priced
    "llm": "REAL",
}


class Run(NamedTuple):
    """One row; see the columns above."""

    time: str
    revision: str
    version: str
    scope: str
    files: int
    findings: int
    known: int
    errors: int
    warnings: int
    notes: int
    infrastructure: float | None
    llm: float | None


def path(root: str) -> str:
    """Where the history of a project lies."""
    return os.path.join(root, FOLDER, NAME)


def record(root: str, run: Run) -> None:
    """Add a row; raises ResultError where the file cannot be written or is none of ours."""
    folder = os.path.join(root, FOLDER)
    try:
        os.makedirs(folder, exist_ok=True)
        ignore = os.path.join(folder, ".gitignore")
        if not os.path.exists(ignore):  # what one machine saw is nobody else's history
            with open(ignore, "x", encoding="utf-8") as file:
                file.write(f"{NAME}*\n")
    except FileExistsError:
        pass  # another run was quicker
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written: {error.strerror}") from None
    with _opened(path(root)) as store:
        store.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(run))})", run)


def runs(root: str, *, date: str = "", since: str = "") -> list[Run]:
    """The rows, oldest first; of one day, or from a day on (ISO dates, UTC)."""
    if not os.path.exists(path(root)):
        return []
    with _opened(path(root)) as store:
        found = store.execute(
            "SELECT * FROM runs WHERE substr(time, 1, ?) = ? AND time >= ? ORDER BY time, rowid",
            (len(date), date, since),
        )
        return [Run(*row) for row in found]


@contextmanager
def _opened(file: str) -> Iterator[sqlite3.Connection]:
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT)) as store, store:
            store.execute("BEGIN IMMEDIATE")
            store.execute(f"CREATE TABLE IF NOT EXISTS runs ({columns})")
            yield store
    except sqlite3.Error as error:
        raise ResultError(
            f"{file}: the history cannot be used ({error}); move the file away to begin a new one"
        ) from None
