"""Settles what awaited calls wait for once the whole project is known: one verdict for each call.

Where a project keeps its rows, by what it imports: in a file of this machine, or on a server.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from asynccost.flow.linked.project import Project
from asynccost.flow.linked.reaching import Waiting
from asynccost.flow.waits.await_kinds import BAD, BUILDS, GOOD
from asynccost.flow.waits.wait import Wait
from asynccost.flow.words import words

_FILES = frozenset({"aiosqlite", "sqlite3", "better-sqlite3", "sqlite", "tinydb"})
_DRIVERS = frozenset({
    "psycopg2", "psycopg", "psycopg_pool", "asyncpg", "pymysql", "aiomysql", "MySQLdb", "mysql", "pyodbc", "oracledb",
    "cx_Oracle", "pymssql", "pymongo", "motor", "redis", "aioredis", "coredis", "snowflake", "clickhouse_connect",
    "clickhouse_driver", "cassandra", "neo4j", "pg", "mysql2", "mongodb", "mongoose", "ioredis",
})  # fmt: skip
_MAPPERS = frozenset({  # of any database: which one, a setting says
    "sqlalchemy", "sqlmodel", "tortoise", "beanie", "databases", "prisma", "peewee", "django", "@prisma/client",
    "typeorm", "sequelize", "knex", "drizzle-orm", "@mikro-orm/core", "objection",
})  # fmt: skip


def only_files(project: Project) -> bool:
    """Whether the only database of a project is a file on this machine: its answers take microseconds."""
    return project.names.imports_any(_FILES) and not project.names.imports_any(_DRIVERS | _MAPPERS)


def has_server(project: Project) -> bool:
    """Whether a project imports the driver of a database server."""
    return project.names.imports_any(_DRIVERS)


_HARMLESS = ("memory", "gather")


@dataclass(slots=True)
class Verdict:
    """What some calls come to, each told as the way it takes: "save() -> session.commit()".

    wide: something reaches another machine without a pool of connections.
    bad: (kind, way) that speaks against running them together. good: known requests; likely: by words alone.
    heavy: long work of this machine beside the event loop. doubt: a call that is handed something that may tie
    it to the others. stored: a call of a store or a service that is not in sight. others: files and threads. unknown:
    of which nothing is known. unsure: all ways to what nothing is known of, also those of calls of which something is.
    memory: answered at once. asks: whether functions of the project, all of whose requests are questions, are what
    reaches another machine.
    """

    bad: tuple[str, str] | None = None
    good: list[str] = field(default_factory=list)
    likely: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    heavy: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    memory: list[str] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    limited: str = ""
    doubt: str = ""
    stored: str = ""
    wide: bool = False
    asks: bool = False

    @property
    def pooled(self) -> bool:
        """Whether all that is known to reach another machine takes a connection of a pool, which is bounded."""
        return bool(self.good) and not self.wide

    @property
    def carried(self) -> str:
        """An attribute through which one call meets the traces of another."""
        return min(self.reads & self.writes, default="")


def open_rows(waits: Iterable[Wait], own: Iterable[str] = ()) -> list[list[str]]:
    """Waits as JSON, for a finding's pending part. own: receivers that no other call shares."""
    mine = set(own)
    return [[w.kind, w.label, w.ref, w.otherwise, w.target, "own" if w.root in mine else ""] for w in waits]


def settle(rows: Sequence[Sequence[str]], near: str, project: Project) -> Verdict:
    """What all of these calls of a file come to."""
    verdict = Verdict()
    waiting = project.memo(Waiting)
    for kind, label, ref, otherwise, target, own in rows:
        kinds = {kind: f"{label}()"}
        verdict.targets.update({target} - {""})
        if ref and kind in ("project", "thread"):
            reached = waiting.of(ref, near, sync=kind == "thread")
            if reached is None:
                kinds = {otherwise: f"{label}()"}
            else:
                # `delay(ms)` of the project's own hands out a promise that a timer resolves: nothing that it awaits
                kinds = reached.kinds or {"wait" if otherwise == "wait" else "memory": f"{label}()"}
                verdict.targets |= reached.targets
                verdict.unsure += reached.unsure
                verdict.asks = not reached.changes and any(k in kinds for k in GOOD) and len(rows) == 1
                if not own:
                    verdict.reads |= reached.reads
                    verdict.writes |= reached.writes
        if "pool" in kinds and project.memo(only_files):
            kinds = {("file" if kind == "pool" else kind): way for kind, way in kinds.items()}
        verdict.unsure += [kinds["unknown"]] if "unknown" in kinds else []
        _add(verdict, kinds)
        unseen = (kinds[kind] for kind in ("abstract", "unknown", "maybe") if kind in kinds)
        verdict.stored = verdict.stored or next((way for way in unseen if _of_store(way)), "")
    return verdict


_STORES = frozenset({
    "service", "services", "store", "storage", "repository", "repo", "repositories", "dao", "crud", "manager",
    "persistence", "uow", "database",
})
_DATABASES = frozenset({"sqlalchemy", "sqlmodel", "aiosqlite", "databases", "tortoise", "piccolo", "ormar", "gino"})


def _of_store(way: str) -> bool:
    """Whether a way ends at something that may work on a session of the database: `self.user_service.get()`."""
    receiver = way.rpartition(" -> ")[2].rpartition(".")[0]
    return not _STORES.isdisjoint(words(receiver.rpartition(".")[2]))


_FILE_DRIVER = re.compile(
    rb"[\"'](?:better-sqlite3|sqlite3|expo-sqlite|@[\w-]+/(?:op-)?sqlite[\w-]*|bun:sqlite)[\"']"
)


def _keeps_files(project: Project) -> bool:
    """Whether a script of the project imports what reads a file of SQLite, in a program or in a page."""
    return any(_FILE_DRIVER.search(project.code.code(path)) for path in project.code.holding(b"sqlite"))


def may_be_a_file(verdict: Verdict, project: Project) -> str:
    """A query of Kysely that a file of SQLite may answer, on one connection, in a project that keeps such files."""
    ways = (way for way in verdict.good if not BUILDS.isdisjoint(way.rpartition(" -> ")[2].split(".")))
    way = "" if verdict.wide else next(ways, "")
    return way if way and project.memo(_keeps_files) else ""


def may_share_session(verdict: Verdict, project: Project) -> str:
    """A call through which two turns may meet in one session of a database, as projects with such sessions have it."""
    return verdict.stored if project.names.imports_any(_DATABASES) else ""


def _add(verdict: Verdict, kinds: dict[str, str]) -> None:
    verdict.heavy += [kinds["heavy"]] if "heavy" in kinds else []
    verdict.limited = verdict.limited or kinds.get("limits", "")
    verdict.doubt = verdict.doubt or kinds.get("doubt", "")
    for kind in ("measures", *BAD):
        if kind in kinds and kind not in _HARMLESS and verdict.bad is None:
            verdict.bad = (kind, kinds[kind])
    if good := next((kinds[k] for k in GOOD if k in kinds), ""):
        verdict.good.append(good)
        verdict.wide |= "net" in kinds
    elif "maybe" in kinds:
        verdict.likely.append(kinds["maybe"])
    elif others := next((kinds[k] for k in ("heavy", "thread", "file") if k in kinds), ""):
        verdict.others.append(others)
    elif unknown := next((kinds[k] for k in ("unknown", "project", "doubt") if k in kinds), ""):
        verdict.unknown.append(unknown)
    elif "memory" in kinds:
        verdict.memory.append(kinds["memory"])


_MOVES = (("download",), ("upload",), ("scrape",), ("crawl",))


def says_request(way: str) -> bool:
    """Whether the name at the end of a way says that it asks another machine: `self.api_request()`, `downloadAll()`."""
    said = words(way.rpartition(" -> ")[2].rpartition("(")[0].rpartition(".")[2])
    return said[:1] in _MOVES or said[-1:] in (("request",), ("curl",)) or (len(said) > 1 and "api" in said)
