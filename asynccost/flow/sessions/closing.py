"""Requests that end their connection: `Connection: close`, `force_close=True`. Nothing is left for a next one."""

from collections.abc import Iterator

from asynccost.flow.around import loops_around
from asynccost.flow.clients import built
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.owner import life_of
from asynccost.flow.tree import Argument, Call, Collection, Constant, Expr, Function, Member, Name, Node

_LEAVES = frozenset({"close", "aclose", "headers", "cookies", "proxies", "auth", "verify", "mount"})


def says_close(options: Collection) -> bool:
    """Whether a literal of headers holds `Connection: close`."""
    return options.kind == "dict" and any(
        is_connection(key) and isinstance(item, Constant) and is_close(item)
        for key, item in zip(options.keys, options.items, strict=False)
    )


def is_connection(key: Expr | None) -> bool:
    """Whether a header is that of the connection."""
    return isinstance(key, Constant) and isinstance(key.value, str) and key.value.lower() == "connection"


def is_close(value: Constant) -> bool:
    """Whether what the header holds ends the connection."""
    return isinstance(value.value, str) and value.value.lower() == "close"


def keeps_none(site: Site, life: Life) -> bool:
    """Whether a client keeps no connection, as it is built or by the headers of each of its requests."""
    if any(_closes(value, site.function) for value in _given(site.call)):
        return True
    asked = _requests(life)
    return bool(asked) and all(any(_closes(value, site.function) for value in _given(call)) for call in asked)


def _given(call: Call) -> Iterator[Expr]:
    yield from (a.value for a in call.arguments if a.keyword in ("headers", "connector"))


def _closes(value: Expr, function: Function) -> bool:
    """Headers that say so, or a connector that is told to; by its name as well."""
    if isinstance(value, Name):
        values = function.index.bound.get(value.id, []) if function.index else []
        return bool(values) and all(v is not None and not isinstance(v, Name) and _closes(v, function) for v in values)
    if isinstance(value, Collection):
        return says_close(value)
    forced = (a.value for a in value.arguments if a.keyword == "force_close") if isinstance(value, Call) else ()
    return any(isinstance(told, Constant) and told.value is True for told in forced)


def _requests(life: Life) -> list[Call]:
    """What a client is asked for, as far as the reads of its name show."""
    found = (read.parent for read in life.reads if isinstance(read.parent, Member))
    calls = (up.parent for up in found if up.attr not in _LEAVES)
    return [call for call in calls if isinstance(call, Call)]


def serves_one(file: File, at: Node, function: Function) -> bool:
    """Whether the client of a connector, or the one that sends a request, ends with that one request itself."""
    for site, client in built(file):
        if site.function is not function:
            continue
        life = life_of(file, site.call, function, client.close)
        asked = _requests(life)
        if life.kind not in ("scoped", "local") or life.captured or life.handed or len(asked) != 1:
            continue
        again = len(loops_around(asked[0])) > len(loops_around(site.call))
        if not again and (asked[0] is at or _has(site.call, at)):
            return True
    return False


def _has(client: Call, connector: Node) -> bool:
    """Whether a client is built with a connector, by its name as well."""
    up = connector.parent
    names = {t.id for t in getattr(up, "targets", ()) if isinstance(t, Name)}
    return (isinstance(up, Argument) and up.parent is client) or any(
        isinstance(a.value, Name) and a.value.id in names for a in client.arguments
    )
