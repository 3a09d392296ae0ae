"""What the first pass said of each file, kept by content; and the whole result while nothing has changed.

A sqlite file in `.asynccost_cache/`. Size, mtime and inode tell at a glance that a file is unchanged; a file
that was written within two seconds of being read is not trusted by its times but read again (a later
write could share its timestamp). What folders hold is kept the same way, see `listings`. Everything is
dropped when the code, the rules, the tables, the parsers or the settings that matter have changed.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from typing import Any, NamedTuple
from zlib import crc32

from asynccost.files.kinds import WORTH_NAMING
from asynccost.fingerprints import blake2b
from asynccost.rules import ROOT

ANSWERS = 6  # whole results that are kept by content: of the branch, of what it is compared with, of the index
_FOLDERS = f"folders as of 1: {' '.join(sorted(WORTH_NAMING))}"  # they are read before the signature is known
_SCHEMA = """
create table if not exists kept (name text primary key, value text not null);
create table if not exists row (path text primary key, digest text not null, value text not null);
create table if not exists answer (key text primary key, value text not null);
"""


class Stamp(NamedTuple):
    """A file as it was when it was read. mtime_ns -1: do not trust the times, compare the content."""

    size: int
    mtime_ns: int
    inode: int
    digest: str


def digest(data: bytes) -> str:
    """The identity of a file's content."""
    return blake2b(data, digest_size=16).hexdigest()


def key(marks: Mapping[str, str]) -> str | None:
    """The identity of a whole project: path -> digest of every file. None where a file could not be read."""
    if not all(marks.values()):
        return None
    text = "\0".join(f"{path}\0{mark}" for path, mark in sorted(marks.items()))
    return digest(text.encode("utf-8", "surrogateescape"))


def signature(knowledge: Mapping[str, Any]) -> str:
    """What must be the same for old rows to hold: our code, rules and tables, the parsers, the user's tables."""
    seen = blake2b(repr((sys.version_info[:2], sorted(_parsers()), json.dumps(knowledge, sort_keys=True))).encode())
    package = os.path.dirname(os.path.dirname(__file__))
    for root in (package, ROOT):
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(files):
                stat = os.stat(os.path.join(folder, name))
                seen.update(f"{folder}/{name}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return seen.hexdigest()[:32]


def _parsers() -> Iterable[str]:
    """The installed versions of what rows depend on, read off folder names (importlib.metadata takes 20 ms)."""
    wanted = ("tree_sitter", "ruff-")
    for folder in sys.path:
        with suppress(OSError):
            yield from (n for n in os.listdir(folder or ".") if n.startswith(wanted) and n.endswith(".dist-info"))


def folders(folder: str) -> Any:
    """What folders held at the last run, as the cache in a folder says; see `listings`."""
    path = os.path.join(folder, "cache.db")
    if not os.path.isfile(path):
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as db:
            found = db.execute("select value from kept where name = ?", (_FOLDERS,)).fetchone()
            return json.loads(_unsealed(_FOLDERS, found[0])) if found else {}
    except (OSError, sqlite3.DatabaseError, ValueError):
        return {}


class Cache:
    """An open cache. Every failure of the disk or of sqlite means: as if there were none."""

    def __init__(self, connection: sqlite3.Connection, path: str, signature: str) -> None:
        self._db = connection
        self._path = path
        self._signature = signature
        self._turn: str | None = None
        self._damaged = False

    @classmethod
    def open(cls, folder: str, signature: str) -> "Cache | None":
        """Open or create the cache in a folder; None where that cannot be done."""
        path = os.path.join(folder, "cache.db")
        for _ in range(2):
            try:
                _prepare(folder)
                made = cls(sqlite3.connect(path, timeout=5, isolation_level=None), path, signature)
            except (OSError, sqlite3.DatabaseError):
                return None
            try:
                made._start()
                return made
            except sqlite3.DatabaseError as error:
                made._failed(error)
                made.close()
                if not made._damaged:
                    return None
        return None

    def _start(self) -> None:
        self._db.executescript("pragma synchronous=off;" + _SCHEMA)
        if self._get("signature") != self._signature:
            self._db.execute("begin immediate")
            self._db.execute("delete from row")
            self._db.execute("delete from kept")
            self._db.execute("delete from answer")
            self._put("signature", self._signature)
            self._put("turn", os.urandom(8).hex())  # a run of another version, under way, keeps nothing here
            self._db.execute("commit")

    def _get(self, name: str) -> str | None:
        found = self._db.execute("select value from kept where name = ?", (name,)).fetchone()
        return _unsealed(name, found[0]) if found else None

    def _put(self, name: str, text: str) -> None:
        self._db.execute("insert or replace into kept values (?, ?)", (name, _sealed(name, text)))

    def stamps(self) -> dict[str, Stamp]:
        """Every file that was there at the last run."""
        try:
            self._db.execute("begin")
            ours = self._get("signature") == self._signature  # another version may have begun anew meanwhile
            self._turn, text = (self._get("turn"), self._get("stamps")) if ours else (None, None)
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)
            return {}
        paths, *columns = json.loads(text) if text else [[]]
        return dict(zip(paths, map(Stamp._make, zip(*columns, strict=True)), strict=True))

    def keep_folders(self, rows: Mapping[str, Any]) -> None:
        """Keep what folders hold, whatever becomes of this run."""
        try:
            self._db.execute("begin immediate")
            self._put(_FOLDERS, json.dumps(rows, separators=(",", ":")))
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)

    def result(self) -> Any:
        """The last run's whole result; right only while every file is as its stamp says."""
        try:
            self._db.execute("begin")
            turn, text = self._get("turn"), self._get("result")
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)
            return None
        return json.loads(text) if text and turn == self._turn else None

    def rows(self) -> dict[str, tuple[str, str]] | None:
        """path -> (digest, row as JSON) of every file that the first pass had something to say of.

        None where they do not belong to the stamps that were read: nothing of this cache may be used then.
        """
        try:
            self._db.execute("begin")
            turn = self._get("turn")
            rows = {p: (d, _unsealed(p + d, v)) for p, d, v in self._db.execute("select path, digest, value from row")}
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)
            return None
        return rows if turn == self._turn and not self._damaged else None

    def answer(self, key: str) -> Any:
        """The whole result of a project of these contents, whatever commit it is of; see `key`."""
        try:
            key = self._own(key)
            found = self._db.execute("select value from answer where key = ?", (key,)).fetchone()
            return json.loads(_unsealed(key, found[0])) if found else None
        except sqlite3.DatabaseError as error:
            self._failed(error)
            return None

    def keep(self, key: str, result: Any) -> None:
        """Keep a whole result by its contents; only the latest few are kept."""
        try:
            self._db.execute("begin immediate")
            key = self._own(key)
            value = _sealed(key, json.dumps(result, separators=(",", ":")))
            self._db.execute("insert or replace into answer values (?, ?)", (key, value))
            latest = "select rowid from answer order by rowid desc limit ?"
            self._db.execute(f"delete from answer where rowid not in ({latest})", (ANSWERS,))
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)

    def _own(self, key: str) -> str:
        return f"{self._signature} {key}"

    def save(
        self, stamps: Mapping[str, Stamp], changed: Mapping[str, tuple[str, str | None]], result: Any
    ) -> None:
        """Keep a run: all stamps, the rows of the files that were read anew (None: nothing to say), the result."""
        try:
            self._db.execute("begin immediate")
            if self._damaged or self._get("turn") != self._turn:
                return
            gone = [(p,) for p, (_, row) in changed.items() if row is None]
            gone += [(p,) for (p,) in self._db.execute("select path from row") if p not in stamps]
            self._db.executemany("delete from row where path = ?", gone)
            new = [(p, d, _sealed(p + d, row)) for p, (d, row) in changed.items() if row is not None]
            self._db.executemany("insert or replace into row values (?, ?, ?)", new)
            columns = [[*stamps], *([*column] for column in zip(*stamps.values(), strict=True))]
            self._put("stamps", json.dumps(columns, separators=(",", ":")))
            self._put("result", json.dumps(result, separators=(",", ":")))
            self._put("turn", os.urandom(8).hex())
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            self._failed(error)

    def close(self) -> None:
        """Close the file; a damaged one goes, so that the next run begins anew."""
        with suppress(sqlite3.DatabaseError):
            self._db.close()
        if self._damaged:
            for suffix in ("", "-journal", "-wal", "-shm"):
                with suppress(OSError):
                    os.unlink(self._path + suffix)

    def _failed(self, error: sqlite3.DatabaseError) -> None:
        """Tell damage from what passes: another run's lock, a full disk, a folder that is read only."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        self._damaged |= code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
        with suppress(sqlite3.DatabaseError):
            self._db.execute("rollback")


def _sealed(name: str, text: str) -> str:
    return f"{crc32((name + text).encode()):08x}{text}"


def _unsealed(name: str, value: str) -> str:
    text = value[8:]
    if _sealed(name, text) != value:
        raise sqlite3.DatabaseError(f"the value of {name} is damaged")
    return text


def _prepare(folder: str) -> None:
    if os.path.isdir(folder):
        return
    os.makedirs(folder)
    with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as file:
        file.write("*\n")
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by asynccost; may be removed at any time.\n"
    with open(os.path.join(folder, "CACHEDIR.TAG"), "w", encoding="utf-8") as file:
        file.write(tag)
