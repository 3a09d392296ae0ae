"""The kind of an awaited call by its name: rules/knowledge/awaits.toml, read with care."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Collection, Constant, Function, Member, Name, Node
from asynccost.flow.words import chain, verb, words
from asynccost.knowledge import Knowledge

BAD = ("conn", "message", "ordered", "wait", "memory", "gather", "value")
GOOD = ("net", "pool")
# `aiohttp.ClientWebSocketResponse.send_bytes`, `AsyncRealtimeConnection.send`: one socket carries its messages in order
_ONE_SOCKET = re.compile(r"(?:websocket\w*|ws_connect|realtime\w*connection)(?:\(\))?[.:]", re.I)
_PIPELINED = frozenset({"redis", "ioredis", "valkey", "mongo"})
# a query of Kysely takes a connection of its pool, if not of a transaction: `db.selectFrom("users").execute()`
BUILDS = frozenset({"selectFrom", "insertInto", "updateTable", "deleteFrom"})
_TIES = frozenset({"tx", "trx", "transaction", "conn", "connection"})
_REMOTE = frozenset({"http", "api", "rest", "graphql"})
_HTTP_IMPORTS = ("aiohttp", "httpx", "curl_cffi", "requests")


def package_kind(name: str, knowledge: Knowledge) -> str:
    """The kind of a resolved name, by the longest prefix in the table; what is called on a socket is in order."""
    if _ONE_SOCKET.search(name):
        return "ordered"
    return _package_kind(name, _Key(knowledge)) if name else ""


@lru_cache(maxsize=4096)
def _package_kind(name: str, key: "_Key") -> str:
    prefixes = _prefixes(key)
    here = name
    while here:
        if here in prefixes:
            return prefixes[here]
        cut = max(here.rfind("."), here.rfind(":"), here.rfind("/") if here[0] == "@" else 0)
        here = here[:cut] if cut > 0 else ""
        if here and here + "()" in prefixes:
            return prefixes[here + "()"]
    return ""


_AT_ONCE = frozenset(
    {
        "map",
        "filter",
        "flatMap",
        "flat",
        "forEach",
        "reduce",
        "some",
        "every",
        "slice",
        "splice",
        "concat",
        "toString",
        "keys",
        "values",
        "items",
        "entries",
        "format",
        "strip",
        "split",
        "trim",
        "replace",
        "startsWith",
        "endsWith",
        "append",
        "extend",
        "stringify",
        "log",
        "info",
        "warn",
        "warning",
        "error",
        "debug",
        "toISOString",
        "getTime",
    }
)


def by_words(call: Call, names: list[str], file: File) -> str:
    knowledge = file.knowledge
    last = names[-1]
    if last in _AT_ONCE and len(names) > 1:
        return ""
    if last == "send" and call.arguments and _is_command(call.arguments[0].value):
        return "net"
    if last in ("send", "write_message") and len(names) > 1:
        return "message"
    if "objects" in names[1:-1] and last.startswith("a"):
        return "conn"  # Django's asynchronous queries take turns in one thread
    if names[0] == "window" and len(names) > 2:
        return ""  # `window.store.getAll()`: a bridge to the program's own process
    if file.language == "javascript" and _of_cookie(call, names):
        return "memory"
    if any(name in BUILDS and _TIES.isdisjoint(words(of)) for of, name in pairwise(names)):
        return "pool"
    if any(words(name)[:1] in (("tx",), ("trx",)) for name in names[:-1]):
        return "conn"  # `this.prisma.txClient().order.findMany()`: of the transaction that is going on
    kind = method_kind(last, knowledge)
    bare = len(names) == 1 and kind in ("ordered", "pool", "conn", "file") and last not in ("execAsync", "$")
    if kind and not bare:
        return kind
    if last in _VERBS and any(_ADDRESS.match(file.text(argument)) for argument in call.arguments[:2]):
        return "net"  # `client.get("https://api.example/users")`, whatever the client is
    for name in reversed(names[:-1]):
        kind = receiver_kind(name, knowledge)
        if kind == "chat":
            kind = "message" if _chats(file) else ""
        if kind == "repository":
            # Python's work on one session that was handed to them, as a rule; those of JavaScript on a pool
            kind = "conn" if file.language == "python" or file.memo(_imports_session) else "maybe"
        if kind == "conn" and words(name)[-1:] == ("session",) and _imports(file, _HTTP_IMPORTS):
            return "net"
        if kind == "maybe" and verb(last, knowledge) not in ("read", "add", "write", ""):
            continue
        if kind:
            return kind
    if words(last)[:1] == ("refetch",):
        return "net"  # `const { refetch: refetchCounts } = useQuery(...)`
    return "maybe" if _asks(call, names, file) else ""


_GUARDS = frozenset({"is", "should", "can", "must", "needs", "may"})
_AT_HAND = frozenset({"engine", "graph", "cache", "registry", "store"})  # what they fetch is worked out here
_ONE_AT_A_TIME = frozenset({"ftp", "ftps", "sftp", "ssh", "imap", "smtp", "telnet", "serial", "lsp", "ipc"})


def _asks(call: Call, names: list[str], file: File) -> bool:
    """Whether words say that a call asks another machine: `get_or_fetch_user()`, `http_query()`, `client.get(url)`."""
    said = words(names[-1])
    if "fetch" in said[:3] and len(said) > 1:
        return said[0] not in _GUARDS and _OF_ROWS.isdisjoint(said)
    if said[:1] == ("http",) and len(said) > 1:
        return True
    if names[-1] not in _VERBS or len(names) < 2 or not call.arguments:
        return False
    of = words(names[-2])
    of_client = of[-1:] == ("client",) and _ONE_AT_A_TIME.isdisjoint(of)
    return of_client or (names[-1] == "fetch" and file.language == "javascript" and _AT_HAND.isdisjoint(of))


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "fetch"})
_ADDRESS = re.compile(r"""[frbu]{0,2}["'`]https?://""", re.I)
_OF_ROWS = frozenset({"one", "all", "many", "row", "rows", "val", "value", "next", "scalar"})  # what cursors fetch


def _of_cookie(call: Call, names: list[str]) -> bool:
    """`session.get("theme")`: what a request's session holds by now; an address is asked of a server."""
    first = call.arguments[0].value if call.arguments else None
    said = first.value if isinstance(first, Constant) and isinstance(first.value, str) else ""
    keyed = bool(said) and "/" not in said and names[-1] in ("get", "set", "has", "unset", "flash")
    return keyed and len(names) > 1 and words(names[-2])[-1:] == ("session",)


_RECODES = re.compile(
    r"\A(?!_*(?:download|fetch|load|get|read|upload|save|send|write|push))\w*?(?:base_?64|b64|blob|data_?ur[il]|file)"
    r"\w*?to_?(?:blob|base_?64|file|data_?ur[il]|\w*buffer)",
    re.I,
)


def recodes(name: str) -> bool:
    """`base64ToBlob(image)`: another form of what is at hand; `urlToBase64` fetches it first."""
    return _RECODES.search(name) is not None


def _is_command(argument: Node) -> bool:
    """`client.send(new PutObjectCommand(...))`: an AWS call, not a message."""
    if isinstance(argument, Name):
        return argument.id.lower().endswith("command")
    return isinstance(argument, Call) and chain(argument.callee)[-1].endswith("Command")


def by_argument(call: Call, file: File, function: Function) -> str:
    """`load(session, id)`, `find({transaction})`: one thing that takes one call at a time, handed on."""
    table = file.knowledge.table("awaits")["arguments"]
    for name, value in _handed(call):
        if name == "page" and _pages(call, value, function):
            continue
        for kind in ("conn", "message", "ordered", "doubt"):
            if name.lower() in table[kind]:
                if name == "session" and _is_http(value, file, function):
                    continue
                return kind
    return ""


_PAGING = frozenset({"per", "limit", "size", "offset", "order", "total", "query", "filter", "params", "sort"})


def _pages(call: Call, page: Node, function: Function) -> bool:
    """Whether a `page` is the number of one: it is counted, or handed over with a size or an order."""
    values = function.index.bound.get(page.id, []) if isinstance(page, Name) and function.index else []
    if any(isinstance(v, Constant) and isinstance(v.value, int) for v in values):
        return True
    return any(name != "page" and not _PAGING.isdisjoint(words(name)) for name, _ in _handed(call))


def _is_http(value: Node, file: File, function: Function) -> bool:
    """Whether a session is one of an HTTP client, which takes many requests at a time."""
    known = package_kind(file.resolve(value, function) or "", file.knowledge)
    return known == "net" or (not known and _imports(file, _HTTP_IMPORTS))


def _handed(call: Call) -> Iterator[tuple[str, Node]]:
    """The names under which a call is handed things: `f(db)`, `f(session=s)`, `f({transaction: t})`."""
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, (Name, Member)):
            yield chain(value)[-1], value
            if argument.keyword in ("session", "transaction", "conn"):
                yield argument.keyword, value
        elif isinstance(value, Collection) and value.kind == "dict":
            for key, item in zip(value.keys, value.items, strict=False):
                if isinstance(key, Constant) and isinstance(item, (Name, Member)):
                    yield str(key.value), item


def _imports(file: File, names: tuple[str, ...]) -> bool:
    return any(value.split(".")[0] in names for value in file.module.imports.values())


def _chats(file: File) -> bool:
    """Whether a file imports a chat platform."""
    return file.memo(_imports_chat)


def _imports_chat(file: File) -> bool:
    return any(package_kind(value, file.knowledge) == "message" for value in file.module.imports.values())


def _imports_session(file: File) -> bool:
    """Whether a file imports a database session: what it calls a repository works on one."""
    said = file.module.imports.values()
    return any(v.endswith("Session") or package_kind(v, file.knowledge) == "conn" for v in said)


def method_kind(name: str, knowledge: Knowledge) -> str:
    return _table(_Key(knowledge), "methods").get(name, "")


def receiver_kind(name: str, knowledge: Knowledge) -> str:
    table = _table(_Key(knowledge), "receivers")
    lower = name.lower().strip("_#")
    if name[:1].isupper() and not name.isupper():
        return ""  # a class: `Message.findAll` sends nothing
    if lower in table:
        return table[lower]
    said = words(name)
    if any(table.get(w) == "memory" for w in said):  # `local_cache_api`
        return "memory"
    if said[-1:] == ("client",) and not _REMOTE.isdisjoint(said[:-1]):
        return "maybe"  # `self._http_client`
    if said and table.get(said[-1]) == "conn" and not _PIPELINED.isdisjoint(said[:-1]):
        return "pool"  # `redisConnection`: one connection takes many commands at a time
    return table.get(said[-1], "") if said else ""


class _Key:
    """Knowledge as a cache key."""

    __slots__ = ("of",)

    def __init__(self, of: Knowledge) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.of is self.of


@lru_cache(maxsize=8)
def _prefixes(key: _Key) -> dict[str, str]:
    return {name: kind for kind, names in key.of.table("awaits")["packages"].items() for name in names}


@lru_cache(maxsize=16)
def _table(key: _Key, part: str) -> dict[str, str]:
    return {name: kind for kind, names in key.of.table("awaits")[part].items() for name in names}
