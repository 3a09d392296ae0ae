"""A timeout that somebody switches off: where that is said, and whether it was meant."""

import re

from asynccost.flow.file import File
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Argument, Call, Constant, Function, Member

_OPEN_END = re.compile(r"stream|sse|subscribe|listen|websocket|long_?poll|event_?source|watch|tail", re.I)


def says_none(call: Call, keyword: str) -> bool:
    """Whether a call says that it has no timeout, under a keyword or, where that is "0", with its only argument."""
    if keyword.isdigit():
        alone = len(call.arguments) == 1 and keyword == "0" and not call.arguments[0].star
        given = call.arguments[0] if alone and call.arguments[0].keyword in (None, "timeout") else None
    else:
        given = next((a for a in call.arguments if a.keyword == keyword), None)
    return given is not None and isinstance(given.value, Constant) and given.value.value is None


def of_request(call: Call) -> bool:
    """`session.get(url, timeout=ClientTimeout(total=None))`: it is said of one request, not of a client."""
    given = call.parent
    asks = given.parent if isinstance(given, Argument) and given.keyword == "timeout" else None
    return isinstance(asks, Call) and isinstance(asks.callee, Member) and asks.callee.attr.islower()


def open_ended(file: File, function: Function) -> bool:
    """Whether a function, by its name or by what it asks, reads a stream that may stay open."""
    if any(one.kind != "module" and _OPEN_END.search(one.name) for one in scopes(function)):
        return True
    owner = function.owner.name if function.owner else ""
    around = file.text(function) if function.kind != "module" else ""
    return (
        _OPEN_END.search(owner) is not None
        or re.search(
            r"\.stream\(|stream=True|text/event-stream|aiter_|iter_(?:lines|any|chunked|bytes)|ws_connect", around
        )
        is not None
    )
