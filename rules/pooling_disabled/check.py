"""A pool that keeps no connection, or fewer than are needed at once."""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of
from asynccost.flow.sessions.closing import is_close, is_connection, says_close, serves_one
from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Subscript,
)
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_WORDS = ("force_close", "max_keepalive_connections", "keepalive_expiry", "TCPConnector", "Limits")
_AGENTS = ("http:Agent", "https:Agent", "agentkeepalive:", "undici:Agent", "undici:Pool", "undici:Client")
_AGAIN = "so that every request opens a connection of its own, with its TCP and TLS handshakes"
_ASKS = re.compile(r"header|request|fetch|options|\b(?:get|post|put|patch|head|delete|update)$", re.I)
_HEADER = re.compile(rb"(?i)connection[\"']?\s*[:\],]\s*=?\s*[\"']close")
_RESPONSE = re.compile(
    r"response|writehead|setheader|\bres\b|reply|sendheaders?|send_header|start_response|status|set$", re.I
)
_MAKES = ("TCPConnector", "UnixConnector", "NamedPipeConnector", "ProxyConnector", "BaseConnector", "dict", "partial")
_WHY = re.compile(rb"(?:#|//|/\*)\s*(?!type:|noqa|pylint|eslint|expect)\S+\s+\S+\s+\S+")


def worth(text: "Text") -> bool:
    """Whether a script makes an agent, or ends connections by a header."""
    agents = not set(text.modules).isdisjoint(name.partition(":")[0] for name in _AGENTS)
    return not text.is_test and (agents or _HEADER.search(text.source) is not None)


def check(file: File) -> Iterator[Finding | Silence]:
    """Every pool that is told to keep nothing."""
    for site in file.calls_if(speaks_of(file, _WORDS)):
        name = site.name or ""
        for said in (*_switches(file, site, name), *_too_small(file, site, name)):
            if serves_one(file, site.call, site.function):
                yield file.silence(said[0], _ENDS)
            else:
                yield _answer(file, *said)
    yield from _headers(file)


_ENDS = "the client ends with this one request, and its connection with it"


def _answer(file: File, at: Node, message: str, sure: Confidence) -> Finding | Silence:
    if file.is_test:
        return file.silence(at, "it is part of a test")
    if (reason := _comment(file, at)) is not None:
        return file.silence(at, reason)
    return file.finding(at, message, sure)


def _comment(file: File, at: Node) -> str | None:
    """Whether a comment on the line of a place, or right above it, gives a reason."""
    source = file.module.source
    last = source.find(b"\n", at.end)
    here = source[source.rfind(b"\n", 0, at.start) + 1 : last if last >= 0 else len(source)]
    said = any(len(line.split()) > 3 for line in _above(file, at))
    return "a comment beside it gives a reason" if said or _WHY.search(here) else None


def _above(file: File, at: Node) -> Iterator[bytes]:
    """The lines of comment that stand right above a place."""
    lines = file.module.source[: file.module.source.rfind(b"\n", 0, at.start) + 1].splitlines()
    return takewhile(lambda line: line.strip().startswith((b"#", b"//", b"*", b"/*")), reversed(lines))


def _last(name: str) -> str:
    return name.removesuffix("()").rpartition(".")[2]


def _switches(file: File, site: Site, name: str) -> Iterator[tuple[Node, str, Confidence]]:
    for argument in site.call.arguments:
        value = argument.value
        if file.language == "javascript":
            if isinstance(value, Collection) and name.startswith(_AGENTS):
                yield from _agent(site.call, value)
            continue
        known = value.value if isinstance(value, Constant) else ...
        if argument.keyword == "force_close" and known is True and _last(name or file.text(site.call.callee)) in _MAKES:
            yield (
                site.call,
                f"force_close=True throws every connection away after one request, {_AGAIN}",
                Confidence.HIGH,
            )
        elif (
            argument.keyword in ("max_keepalive_connections", "keepalive_expiry") and known == 0 and known is not False
        ):
            yield site.call, f"{argument.keyword}=0 keeps no connection open, {_AGAIN}", Confidence.HIGH


def _agent(call: Call, options: Collection) -> Iterator[tuple[Node, str, Confidence]]:
    for key, item in zip(options.keys, options.items, strict=False):
        word = key.value if isinstance(key, Constant) else None
        value = item.value if isinstance(item, Constant) else ...
        if word == "keepAlive" and value is False:
            yield call, f"keepAlive: false throws every connection away after one request, {_AGAIN}", Confidence.HIGH
        elif word in ("maxSockets", "connections") and value == 1 and value is not True:
            yield call, f"{word}: 1 sends all requests of this agent one after another", Confidence.MEDIUM


# ----------------------------------------------------------- a small pool


def _too_small(file: File, site: Site, name: str) -> Iterator[tuple[Node, str, Confidence]]:
    """A pool whose limit lies under the number of requests that the same function or class lets run at once."""
    words = {"aiohttp.TCPConnector": "limit", "httpx.Limits": "max_connections", "httpx2.Limits": "max_connections"}
    word = words.get(name)
    if word is None:
        return
    limit = next((_number(file, a.value, site.function) for a in site.call.arguments if a.keyword == word), None)
    if not limit:
        return
    wanted, where = _fan_out(file, site.function)
    if wanted > limit:
        message = f"the pool holds {limit} connections and {where} lets {wanted} requests run at once: the rest wait"
        yield site.call, message, Confidence.MEDIUM


def _fan_out(file: File, function: Function) -> tuple[int, str]:
    """The largest semaphore in the same function or class."""
    best, where = 0, ""
    for site in file.calls:
        near = site.function is function or (function.owner is not None and site.function.owner is function.owner)
        if near and site.name in (
            "asyncio.Semaphore",
            "asyncio.BoundedSemaphore",
            "anyio.Semaphore",
            "anyio.CapacityLimiter",
        ):
            first = site.call.arguments[0].value if site.call.arguments else None
            count = _number(file, first, site.function) or 0
            if count > best:
                best, where = count, f"{site.name.rpartition('.')[2]}({count})"
    return best, where


def _number(file: File, expr: Expr | None, function: Function) -> int | None:
    """A number, or the module's constant that holds one."""
    if isinstance(expr, Constant) and type(expr.value) is int:
        return expr.value
    if isinstance(expr, Name):
        top = file.module.top.index
        values = (function.index.bound.get(expr.id) if function.index else None) or (
            top.bound.get(expr.id, []) if top else []
        )
        return _number(file, values[0], function) if len(values) == 1 and isinstance(values[0], Constant) else None
    return None


# ---------------------------------------------------------------- headers


def _headers(file: File) -> Iterator[Finding | Silence]:
    """`Connection: close` among the headers of a request."""
    if not _HEADER.search(file.module.source):
        return
    for function in file.functions:
        if _is_told(file, function):
            continue
        for assign in function.index.assigns if function.index else ():
            if isinstance(assign, Assign) and isinstance(assign.value, Constant) and is_close(assign.value):
                for target in assign.targets:
                    if (
                        isinstance(target, Subscript)
                        and is_connection(target.index)
                        and not _RESPONSE.search(file.text(target.value))
                    ):
                        yield _answer(
                            file,
                            assign,
                            f"the header Connection: close ends the connection after one request, {_AGAIN}",
                            Confidence.MEDIUM,
                        )
        for call in function.index.calls if function.index else ():
            for options in _dicts(file, call):
                if not says_close(options) or _RESPONSE.search(file.text(call.callee)):
                    continue
                if serves_one(file, call, function):
                    yield file.silence(call, _ENDS)
                else:
                    yield _answer(
                        file,
                        call,
                        f"the header Connection: close ends the connection after one request, {_AGAIN}",
                        Confidence.MEDIUM,
                    )
        for value in (a.value for a in (function.index.assigns if function.index else ())):
            if isinstance(value, Collection) and says_close(value) and _is_sent(file, value, function):
                yield _answer(
                    file,
                    value,
                    f"the header Connection: close ends the connection after one request, {_AGAIN}",
                    Confidence.MEDIUM,
                )


_SPEAKS = re.compile(rb"(?i)\bconnections?\b|keep-?alive")


def _is_told(file: File, function: Function) -> bool:
    """Whether the comment right above a function speaks of its connections: they are ended on purpose there."""
    return function.kind != "module" and any(map(_SPEAKS.search, _above(file, function)))


def _dicts(file: File, call: Call) -> Iterator[Collection]:
    """The literal headers among a call's arguments; `emit("update", { connection: "close" })` has none."""
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Collection) and value.kind == "dict":
            if argument.keyword == "headers" or (argument.keyword is None and _ASKS.search(file.text(call.callee))):
                yield value
            for key, item in zip(value.keys, value.items, strict=False):
                if isinstance(key, Constant) and key.value == "headers" and isinstance(item, Collection):
                    yield item


def _is_sent(file: File, value: Collection, function: Function) -> bool:
    """Whether a dict of headers that a name holds goes into a request."""
    assign = value.parent
    if not isinstance(assign, Assign) or not isinstance(assign.targets[0], Name):
        return (
            isinstance(assign, Assign)
            and isinstance(assign.targets[0], Member)
            and "header" in assign.targets[0].attr.lower()
        )
    name = assign.targets[0].id
    for read in function.index.names if function.index else ():
        up = read.parent
        if read.id == name and isinstance(up, Argument) and up.keyword == "headers" and isinstance(up.parent, Call):
            return not _RESPONSE.search(file.text(up.parent.callee))
    return function.kind == "module" and "header" in name.lower()
