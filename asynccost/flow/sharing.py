"""Whether one client serves many requests where it stands, or always the same one."""

import re

from asynccost.flow.around import loops_around
from asynccost.flow.file import File
from asynccost.flow.guarded import words_in
from asynccost.flow.life import Life
from asynccost.flow.repeat import is_short, is_tries
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Choice,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
    Subscript,
    With,
)
from asynccost.flow.varies import varies
from asynccost.flow.words import chain

_CACHE = re.compile(r"cache|memo|ttl|expir", re.I)
_EXTRAS = frozenset({"headers", "timeout", "auth", "ssl", "verify", "allow_redirects", "follow_redirects"})
_LISTEN = frozenset({"ws_connect", "websocket_connect", "connect_ws", "pubsub", "aconnect_sse", "connect_sse"})


def shared_by(file: File, life: Life, around: list[Loop | Comprehension]) -> str | None:
    """Why one client is enough here: a loop inside its life uses it; None where one request is all that it serves."""
    outer = {id(loop) for loop in around}
    for read in life.reads:
        inside = [
            loop
            for loop in loops_around(read)
            if id(loop) not in outer and not is_tries(file, loop) and not is_short(loop) and not _holds(loop, life)
        ]
        if inside:
            return "one client serves a loop of requests here"
        if _listens(read):
            return "it holds one long connection"
    if life.captured:
        return "the functions written here share it"
    if any(isinstance(loop, Loop) and loop.kind == "while" for loop in around) and any(
        _goes_on(s) for s in life.scopes
    ):
        return "the loop outside only reconnects"
    return None


def _holds(loop: Loop | Comprehension, life: Life) -> bool:
    """Whether the client is made inside a loop, so that the loop does not share it."""
    return any(loop.start <= scope.start and scope.end <= loop.end for scope in life.scopes)


def _listens(read: Name) -> bool:
    up = read.parent
    return isinstance(up, Member) and up.attr in _LISTEN


def listens(function: Function) -> bool:
    """Whether a function opens a websocket: its client lives as long as the connection."""
    return any(
        isinstance(c.callee, Member) and c.callee.attr in _LISTEN
        for c in (function.index.calls if function.index else ())
    )


def answers_from_cache(file: File, function: Function, call: Call) -> bool:
    """Whether a function returns what it remembers before it comes to a call."""
    for made in function.index.returns if function.index else ():
        if made.end > call.start:
            break
        up = made.parent
        if isinstance(up, If):
            said = _spelled(file, up.test, function) + _spelled(file, made.value, function)
            if _CACHE.search(said) or _remembered(file, function, up, made):
                return True
    return False


def _remembered(file: File, function: Function, branch: If, made: Return) -> bool:
    """`if cls._id is not None: return cls._id`, where the same function fills it further down."""
    if not isinstance(made.value, (Name, Member)):
        return False
    name = file.text(made.value)
    filled = (t for a in (function.index.assigns if function.index else ()) for t in getattr(a, "targets", ()))
    return name in file.text(branch.test) and any(t.start > made.end and file.text(t) == name for t in filled)


def _spelled(file: File, expr: Expr | None, function: Function) -> str:
    """An expression's text, and that of what its names were assigned."""
    if expr is None:
        return ""
    bound = function.index.bound if function.index else {}
    values = [v for word in words_in(expr) for v in bound.get(word, ()) if v is not None]
    return " ".join(file.text(part) for part in (expr, *values))


def _goes_on(scope: With) -> bool:
    """Whether a with block loops on by itself, waiting for messages."""
    todo: list[Node] = list(scope.body)
    while todo:
        node = todo.pop()
        if isinstance(node, Loop) and (node.is_async or node.kind == "while"):
            return True
        for field in ("body", "orelse", "final", "handlers"):
            todo += getattr(node, field, ())
    return False


def fixed_request(file: File, function: Function, life: Life) -> bool:
    """Whether a function without parameters asks one address that never changes: it hardly runs often."""
    if [p for p in function.params if p.name not in ("self", "cls", "this")] or function.closure is not None:
        return False
    sent = [call for read in life.reads if (call := _request(read)) is not None and call.arguments]
    return bool(sent) and all(
        _is_fixed(file, a.value, function) for call in sent for a in call.arguments if a.keyword not in _EXTRAS
    )


def free_request(function: Function, life: Life) -> bool:
    """Whether all that a client is asked for is an address that somebody gives whole: each may be another host."""
    sent = [call for read in life.reads if (call := _request(read)) is not None and call.arguments]
    sent = [c for c in sent if isinstance(c.callee, Member) and c.callee.attr in _VERBS]
    return bool(sent) and all(_is_given(_address(c), function, 0) and not _signed(c, function) for c in sent)


def _signed(call: Call, function: Function) -> bool:
    """Whether a request takes headers or a query from the object itself: then it asks one service."""
    bound = function.index.bound if function.index else {}
    for argument in call.arguments:
        if argument.keyword in ("headers", "params", "auth", "json", "data"):
            names = words_in(argument.value)
            values = [argument.value, *(v for name in names for v in bound.get(name, ()) if v is not None)]
            if any(_reads_self(value) for value in values):
                return True
    return False


_VERBS = frozenset({"get", "post", "put", "head", "patch", "delete", "request", "stream"})
_READS = re.compile(r"^(str|URL|urlparse|urlsplit)$|valid|normali[sz]e|saniti[sz]e|clean|ensure")
_CONFIGURED = re.compile(r"base|api|endpoint|server|root|webhook", re.I)  # words of an address that stays the same
_TRIMS = frozenset({"strip", "rstrip", "lstrip", "get", "lower", "removeprefix", "removesuffix", "replace", "trim"})


def _address(call: Call) -> Expr | None:
    named = next((a.value for a in call.arguments if a.keyword == "url"), None)
    verb = call.callee.attr if isinstance(call.callee, Member) else ""
    place = 1 if verb in ("request", "stream") else 0
    plain = [a.value for a in call.arguments if a.keyword is None and not a.star]
    return named if named is not None else plain[place] if len(plain) > place else None


def _is_given(expr: Expr | None, function: Function, depth: int) -> bool:
    """Whether an address comes whole from a parameter, with nothing fixed at its beginning."""
    if depth > 8:
        return False
    if isinstance(expr, Name):
        if expr.id in ("self", "this", "cls") or expr.id.isupper() or function.index is None:
            return False
        if any(p.name == expr.id for p in function.params):
            return not _CONFIGURED.search(expr.id)
        values = function.index.bound.get(expr.id, [])
        values = [v for v in values if not (isinstance(v, Constant) and not v.value)]
        others = [v for v in values if v is not None and not _is_given(v, function, depth + 1)]
        return len(others) < len(values) and all(isinstance(v, (Await, Call, Subscript)) for v in others)
    if isinstance(expr, (Member, Subscript)):
        return _is_given(expr.value, function, depth + 1)
    if isinstance(expr, Other) and expr.parts and (expr.op == "+" or _opens(expr)):
        return _is_given(expr.parts[0], function, depth + 1)
    if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.attr in _TRIMS:
        return _is_given(expr.callee.value, function, depth + 1)
    if isinstance(expr, Choice):
        return any(_is_given(option, function, depth + 1) for option in expr.options)
    if isinstance(expr, Await):
        return _is_given(expr.value, function, depth + 1)
    if isinstance(expr, Call) and _READS.search(chain(expr.callee)[-1]) and expr.arguments:
        return _is_given(expr.arguments[0].value, function, depth + 1)
    return False


def _opens(template: Other) -> bool:
    """Whether a template starts with a value: f"{url}/health" """
    return template.op == "template" and template.parts[0].start - template.start == len('f"{')


def _request(read: Name) -> Call | None:
    up = read.parent
    return up.parent if isinstance(up, Member) and isinstance(up.parent, Call) and up.parent.callee is up else None


def _is_fixed(file: File, expr: Expr, function: Function) -> bool:
    """A literal or a constant of the module or the class, whatever query is added to it."""
    if isinstance(expr, Constant):
        return True
    if isinstance(expr, Member):
        return expr.attr.isupper()
    if isinstance(expr, Name):
        values = function.index.bound.get(expr.id) if function.index else None
        if values is None:
            return varies(file, expr, function) is None
        return all(v is not None and _is_fixed(file, v, function) for v in values)
    if isinstance(expr, Collection):
        return all(_is_fixed(file, item, function) for item in expr.items)
    if isinstance(expr, Other):
        return all(isinstance(p, (Constant, Call)) or _is_fixed(file, p, function) for p in expr.parts)
    return isinstance(expr, Call) and varies(file, expr, function) is None and not _reads_self(expr)


def _reads_self(expr: Node) -> bool:
    todo: list[Node | None] = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, Name) and node.id in ("self", "this"):
            return True
        if isinstance(node, Call):
            todo += [node.callee, *node.arguments]
        elif isinstance(node, (Member, Argument, Await, Subscript)):
            todo.append(node.value)
        elif isinstance(node, Collection):
            todo += node.items
        elif isinstance(node, Other):
            todo += node.parts
    return False
