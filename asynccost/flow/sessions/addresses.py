"""What the requests of one client are sent to: an address that never changes, one that somebody names, this machine."""

import re

from asynccost.flow.around import above, words_in
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.sessions.worth import files_beside
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Choice,
    Collection,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
    Param,
    Subscript,
)
from asynccost.flow.varies import varies
from asynccost.flow.words import chain, words

_EXTRAS = frozenset({"headers", "timeout", "auth", "ssl", "verify", "allow_redirects", "follow_redirects"})


def fixed_request(file: File, function: Function, life: Life) -> bool:
    """Whether a function without parameters asks one address that never changes: it hardly runs often."""
    if [p for p in function.params if p.name not in ("self", "cls", "this")] or function.closure is not None:
        return False
    sent = [call for read in life.reads if (call := request_of(read)) is not None and call.arguments]
    return bool(sent) and all(
        _is_fixed(file, a.value, function) for call in sent for a in call.arguments if a.keyword not in _EXTRAS
    )


def free_request(file: File, function: Function, life: Life) -> bool:
    """Whether all that a client is asked for is an address that somebody gives whole: each may be another host."""
    sent = [call for read in life.reads if (call := request_of(read)) is not None and call.arguments]
    sent = [c for c in sent if isinstance(c.callee, Member) and c.callee.attr in _VERBS]
    given = [c for c in sent if _is_given(address_of(c), function, file, 0) and not _signed(c, function)]
    rest = [c for c in sent if c not in given]
    return bool(given) and all(_of_an_answer(address_of(c), function, life.name, 0) for c in rest)


def loopback_request(file: File, function: Function, life: Life) -> bool:
    """Whether all that a client asks is this machine, by a literal address: no handshake is far."""
    sent = [call for read in life.reads if (call := request_of(read)) is not None and call.arguments]
    return bool(sent) and all(_is_loopback(address_of(c), function, file) for c in sent)


def to_loopback(file: File, site: Site) -> bool:
    """Whether one request goes to this machine, by a literal address."""
    return _is_loopback(address_of(site.call), site.function, file)


def is_data(site: Site) -> bool:
    """Whether a request asks for what its own address holds: `urlopen(data_uri)`."""
    said = words(chain(given)[-1]) if isinstance(given := address_of(site.call), (Name, Member)) else ()
    return "data" in said and not {"uri", "url"}.isdisjoint(said)


def on_disk(site: Site) -> bool:
    """Whether a request reads a file of this machine: `if url.startswith("file://"): session.get(url)`."""
    given = address_of(site.call)
    below: Node = site.call
    for up in above(site.call):
        if isinstance(up, If) and any(s is below for s in up.body) and _says_file(up.test, chain(given)):
            return True
        below = up
    return False


def _says_file(test: Expr, address: list[str]) -> bool:
    """`url.startswith("file://")`, alone or with something else that has to hold."""
    if isinstance(test, Choice) and test.op == "and":
        return any(_says_file(option, address) for option in test.options)
    callee = test.callee if isinstance(test, Call) else None
    if not isinstance(callee, Member) or callee.attr.lower() != "startswith" or chain(callee.value) != address:
        return False
    said = [a.value for a in test.arguments] if isinstance(test, Call) else []
    return bool(said) and isinstance(said[0], Constant) and str(said[0].value).startswith("file:")


_LOOPBACK = re.compile(r"""[fFrRtT]*["'`]+(https?|wss?)://(localhost|127\.0\.0\.1|169\.254\.169\.254|\[::1\]|0\.0\.0\.0)\b""")


def _is_loopback(expr: Expr | None, function: Function, file: File) -> bool:
    if isinstance(expr, Name):
        values = function.index.bound.get(expr.id, []) if function.index else []
        return bool(values) and all(not isinstance(v, Name) and _is_loopback(v, function, file) for v in values)
    if isinstance(expr, Collection) and expr.items and isinstance(expr.items[0], Constant):
        return expr.items[0].value in ("localhost", "127.0.0.1", "::1")
    return expr is not None and _LOOPBACK.match(file.text(expr)) is not None


def _signed(call: Call, function: Function) -> bool:
    """Whether a request takes headers or a query from the object itself: then it asks one service."""
    bound = function.index.bound if function.index else {}
    for argument in call.arguments:
        if argument.keyword in ("headers", "params", "auth"):
            names = words_in(argument.value)
            values = [argument.value, *(v for name in names for v in bound.get(name, ()) if v is not None)]
            if any(_reads_self(value) for value in values):
                return True
    return False


_VERBS = frozenset({"get", "post", "put", "head", "patch", "delete", "request", "stream"})
_READS = re.compile(r"^(str|URL|urlparse|urlsplit)$|valid|normali[sz]e|saniti[sz]e|clean|ensure|decode|unquote")
_CONFIGURED = re.compile(r"base|api|endpoint|server|root|webhook", re.I)  # words of an address that stays the same
_TRIMS = frozenset({
    "strip", "rstrip", "lstrip", "get", "lower", "removeprefix", "removesuffix", "replace", "trim", "split",
    "partition", "decode", "body", "text", "json", "form",
})


def address_of(call: Call) -> Expr | None:
    """What a request of a client is sent to."""
    named = next((a.value for a in call.arguments if a.keyword == "url"), None)
    verb = call.callee.attr if isinstance(call.callee, Member) else ""
    place = 1 if verb in ("request", "stream") else 0
    plain = [a.value for a in call.arguments if a.keyword is None and not a.star]
    return named if named is not None else plain[place] if len(plain) > place else None


def is_own(expr: Member, function: Function) -> bool:
    """`self.url`: of an attachment it is one of many addresses, of a client it is where its server is."""
    own = isinstance(expr.value, Name) and expr.value.id in ("self", "this")
    return own and expr.attr in ("url", "link", "href") and function.owner is not None


def holds_data(function: Function) -> bool:
    """Whether a method is one of a dataclass or a model: there are as many such objects as there are rows."""
    owner = function.owner
    if owner is None:
        return False
    marked = (chain(d.callee if isinstance(d, Call) else d)[-1] for d in owner.decorators)
    return "dataclass" in marked or any(chain(base.value)[-1:] == ["BaseModel"] for base in owner.bases)


def _is_given(expr: Expr | None, function: Function, file: File, depth: int) -> bool:
    """Whether an address comes whole from a parameter, with nothing fixed at its beginning."""
    if depth > 8:
        return False
    if isinstance(expr, Name):
        if expr.id in ("self", "this", "cls") or expr.id.isupper() or function.index is None:
            return False
        handed = any(p.name == expr.id for p in function.params)
        if any(p.name == expr.id and _stays(p) for p in function.params):
            return False
        if _CONFIGURED.search(expr.id) and not (handed and "webhook" in words(expr.id)):
            return False
        if handed:
            return True
        values = function.index.bound.get(expr.id, [])
        values = [v for v in values if not (isinstance(v, Constant) and not v.value)]
        others = [v for v in values if v is not None and not _is_given(v, function, file, depth + 1)]
        return len(others) < len(values) and all(isinstance(v, (Await, Call, Subscript)) for v in others)
    if isinstance(expr, Member) and is_own(expr, function):
        return holds_data(function)
    if isinstance(expr, (Member, Subscript)):
        return _of_a_file(expr, file) or _is_given(expr.value, function, file, depth + 1)
    if isinstance(expr, Other) and expr.parts and (expr.op == "+" or _opens(expr)):
        return _is_given(expr.parts[0], function, file, depth + 1)
    if isinstance(expr, Other) and (host := _host(expr, file)) is not None:
        return _is_given(host, function, file, depth + 1)
    if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.attr in _TRIMS:
        return _is_given(expr.callee.value, function, file, depth + 1)
    if isinstance(expr, Choice):
        return any(_is_given(option, function, file, depth + 1) for option in expr.options)
    if isinstance(expr, Await):
        return _is_given(expr.value, function, file, depth + 1)
    if isinstance(expr, Call) and _READS.search(chain(expr.callee)[-1]) and expr.arguments:
        return _is_given(expr.arguments[0].value, function, file, depth + 1)
    return False


def _stays(parameter: Param) -> bool:
    """`sandbox_url=SANDBOX_URL`: an address that is the same for every call, unless somebody gives another."""
    default = parameter.default
    return isinstance(default, (Name, Member)) or (isinstance(default, Constant) and bool(default.value))


_OTHERS = frozenset({"presigned", "signed"})  # the address itself carries the permission


def _of_a_file(expr: Member | Subscript, file: File) -> bool:
    """`self.image_url`, `answer["preSignedUrl"]`: where one file lies, wherever that is."""
    name = expr.attr if isinstance(expr, Member) else getattr(expr.index, "value", "")
    said = words(name) if isinstance(name, str) else ()
    return said[-1:] in (("url",), ("uri",), ("link",)) and not (file.memo(files_beside) | _OTHERS).isdisjoint(said)


def _of_an_answer(expr: Expr | None, function: Function, client: str, depth: int) -> bool:
    """Whether an address was read out of what the client answered before: `data["callback"]`."""
    if isinstance(expr, Other) and expr.parts and (expr.op == "+" or _opens(expr)):
        return _of_an_answer(expr.parts[0], function, client, depth)
    first = chain(expr)[:1] if isinstance(expr, (Name, Member, Subscript, Call, Await)) else []
    if not client or not first or depth > _STEPS or function.index is None:
        return False
    if first == [client]:
        return depth > 0
    values = function.index.bound.get(first[0], [])
    return any(v is not None and _of_an_answer(v, function, client, depth + 1) for v in values)


_STEPS = 5  # names between an address and the answer that it comes of


def _host(template: Other, file: File) -> Expr | None:
    """The host of f"https://{host}/health", where nothing of it is written out."""
    value = next((p for p in template.parts if not isinstance(p, Constant)), None)
    if template.op != "template" or value is None:
        return None
    source = file.module.source
    before, behind = source[template.start : value.start], source[value.end : template.end]
    return value if _SCHEME.fullmatch(before) and _PATH.match(behind) else None


_SCHEME = re.compile(rb"""[fFrRtT]*["'`]+https?://\$?\{""")
_PATH = re.compile(rb"""\}[/:?"'`]""")


def _opens(template: Other) -> bool:
    """Whether a template starts with a value: f"{url}/health" """
    return template.op == "template" and template.parts[0].start - template.start == len('f"{')


def request_of(read: Name) -> Call | None:
    """The request that the name of a client stands in: `client.get(url)`."""
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
