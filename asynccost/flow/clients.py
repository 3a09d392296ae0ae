"""Which calls of a file build a client that owns connections. Read from rules/knowledge/clients.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from typing import Any

from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of
from asynccost.flow.tree import Call, Collection, Constant, Expr


@dataclass(slots=True, frozen=True)
class Client:
    """A row of the table: what is built, what building it costs, and how it is closed."""

    what: str
    cost: str
    close: tuple[str, ...]
    opens: tuple[str, ...] = ()
    is_async: bool = False
    gc: bool = False
    http: bool = False
    cookies: bool = False
    socket: bool = False

    @property
    def short(self) -> str:
        """What it is, without the article: "httpx client"."""
        return self.what.partition(" ")[2]


class Clients:
    """The table, ready to be asked: exact names first, then patterns."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        rows = {name: _client(row) for name, row in table["clients"].items()}
        self.names = frozenset(rows)
        self._exact: dict[str, Client | None] = {n: r for n, r in rows.items() if not _is_pattern(n)}
        self._patterns = [
            (re.compile(translate(n)).match, n.partition("*")[0], r) for n, r in rows.items() if _is_pattern(n)
        ]
        self._prefixes = tuple({prefix for _, prefix, _ in self._patterns})
        self.options = frozenset(table["request"]["options"])
        self.fakes = frozenset(table["request"]["fakes"])
        self.few = frozenset(table["request"]["few"])

    def get(self, name: str) -> Client | None:
        """The row of a resolved name."""
        if name.endswith(":*"):
            name = name[:-1] + "default"
        if name in self._exact:
            return self._exact[name]
        if not name.startswith(self._prefixes):
            return None
        found = next((row for match, _, row in self._patterns if match(name) and "()" not in name), None)
        self._exact[name] = found
        return found


def _is_pattern(name: str) -> bool:
    return "*" in name


def _client(row: Mapping[str, Any]) -> Client:
    return Client(
        what=row["what"],
        cost=row.get("cost", "pool"),
        close=tuple(row.get("close", ())),
        opens=tuple(row.get("opens", ())),
        is_async=bool(row.get("async")),
        gc=bool(row.get("gc")),
        http=bool(row.get("http")),
        cookies=bool(row.get("cookies")),
        socket=bool(row.get("socket")),
    )


_READY: dict[int, tuple[Mapping[str, Any], Clients]] = {}


def clients(file: File) -> Clients:
    """The table that a file is read with."""
    table = file.knowledge.table("clients")
    known = _READY.get(id(table))
    if known is None or known[0] is not table:
        known = _READY[id(table)] = (table, Clients(table))
    return known[1]


def built(file: File) -> list[tuple[Site, Client]]:
    """Every call of a file that builds a client."""
    return file.memo(_built)


def _built(file: File) -> list[tuple[Site, Client]]:
    table = clients(file)
    get = table.get
    found = []
    for site in file.calls_if(speaks_of(file, table.names)):
        row = get(site.name) if site.name else None
        if row is not None and not (row.socket and not site.call.new):
            found.append((site, _as_built(file, site.call, row)))
    return found


_FILE = re.compile(r"""[fFrRbB]*["']+sqlite[+:]""")  # a database that is a file, or lies in memory


def _as_built(file: File, call: Call, row: Client) -> Client:
    """A row as the arguments make it: without verification nobody reads certificates, a given client has them."""
    if row.cost == "database" and call.arguments and _FILE.match(file.text(call.arguments[0].value)):
        return replace(row, cost="nothing")
    given = {a.keyword: a.value for a in call.arguments} if row.cost == "certificates" else {}
    if "http_client" in given and not isinstance(given["http_client"], (Constant, Call)):
        return replace(row, cost="nothing")
    verify = given.get("verify")
    return replace(row, cost="pool") if isinstance(verify, Constant) and verify.value is False else row


def is_fake(file: File, call: Call) -> bool:
    """Whether a client is given something in the network's place."""
    fakes = clients(file).fakes
    return any(a.keyword in fakes and (a.keyword == "app" or _FAKE.search(file.text(a))) for a in call.arguments)


_FAKE = re.compile(r"ASGI|WSGI|Mock|Fake|Stub|Replay|Null|Test|Dummy")


def identity(file: File, call: Call) -> list[Expr]:
    """The arguments that make one client differ from another: all but those that a request can carry."""
    options = clients(file).options
    found: list[Expr] = []
    for argument in call.arguments:
        if argument.keyword in options:
            continue
        if isinstance(argument.value, Collection) and argument.value.kind == "dict":
            found += _without(argument.value, options)
        else:
            found.append(argument.value)
    return found


def _without(options: Collection, left_out: frozenset[str]) -> list[Expr]:
    return [
        item
        for key, item in zip(options.keys, options.items, strict=False)
        if not (isinstance(key, Constant) and key.value in left_out)
    ]
