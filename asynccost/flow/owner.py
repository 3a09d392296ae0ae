"""Who owns a handle, and for how long: what becomes of the value of a call that builds something."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf

from asynccost.flow.around import statement_of, use_of
from asynccost.flow.file import File
from asynccost.flow.guarded import is_fallback, words_in
from asynccost.flow.reach import within
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Class,
    Collection,
    Constant,
    Define,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Param,
    Subscript,
    With,
    WithItem,
)

Kind = OneOf["scoped", "kept", "returned", "yielded", "local", "temporary", "dropped", "default", "fallback"]
_ENTER = frozenset(
    {
        "enter_async_context",
        "enter_context",
        "closing",
        "aclosing",
        "push_async_exit",
        "push",
        "using",
        "aclosing_context",
        "async_exit_stack",
        "callback",
        "push_async_callback",
    }
)
_STORE = frozenset(
    {
        "append",
        "add",
        "set",
        "put",
        "push",
        "setdefault",
        "put_nowait",
        "insert",
        "setattr",
        "provide",
        "register",
        "setContext",
        "override",
        "set_current",
        "add_singleton",
    }
)
_CHAIN = frozenset(
    {
        "on",
        "once",
        "connect",
        "configure",
        "with_options",
        "withOptions",
        "start",
        "extend",
        "$extends",
        "__aenter__",
        "__enter__",
        "use",
        "instrument",
    }
)
_SELF = frozenset({"self", "cls", "this"})
_DEPTH = 5


@dataclass(slots=True)
class Life:
    """What becomes of a handle in the function that makes it.

    kind, strongest first: "default" (made once with its function), "yielded", "kept" (on `where`: "self",
    "object", "global", "collection"), "returned", "fallback" (in the place of a missing parameter), "scoped" (a
    with statement closes it), "local", "temporary" (used in the expression that makes it), "dropped".
    """

    kind: Kind
    where: str = ""
    attr: str = ""
    name: str = ""
    scopes: list[With] = field(default_factory=list)
    reads: list[Name] = field(default_factory=list)
    handed: list[Call] = field(default_factory=list)
    closed: list[Call] = field(default_factory=list)
    captured: list[Function] = field(default_factory=list)


_RANK = {
    kind: rank
    for rank, kind in enumerate(
        ("default", "yielded", "kept", "returned", "fallback", "scoped", "local", "temporary", "dropped")
    )
}


def life_of(file: File, call: Node, function: Function, close: tuple[str, ...] = (), depth: int = 0) -> Life:
    """Follow the value of an expression to its owner."""
    if is_fallback(call):
        return Life("fallback")
    return _followed(file, call, function, close, depth)


def owner_of(file: File, call: Node, function: Function, close: tuple[str, ...] = ()) -> Life:
    """The same for the one that is made in a missing one's place: `self.session = session or Session()`."""
    return _followed(file, call, function, close, 0)


def _followed(file: File, call: Node, function: Function, close: tuple[str, ...], depth: int) -> Life:
    use = use_of(call)
    node = use.node
    if use.kind == "assigned" and isinstance(node, (Assign, Bind)):
        return _assigned(file, node, function, close, depth)
    if use.kind == "with" and isinstance(node, WithItem):
        return _entered(file, node, function, close)
    if use.kind == "returned":
        return Life("returned")
    if use.kind == "yielded":
        return Life("yielded")
    if use.kind == "argument" and isinstance(node, Call):
        return _argument(file, node, function, close, depth)
    if use.kind == "element" and depth < _DEPTH:
        return life_of(file, node, function, close, depth + 1)
    if use.kind == "receiver" and isinstance(node, Member):
        return _receiver(file, node, function, close, depth)
    if use.kind == "dropped":
        return Life("dropped")
    if _is_default(call):
        return Life("default")
    return Life("temporary")


def _is_default(call: Node) -> bool:
    return isinstance(call.parent, (Param, Define, Class, Function))


def _entered(file: File, item: WithItem, function: Function, close: tuple[str, ...]) -> Life:
    scope = item.parent
    scopes = [scope] if isinstance(scope, With) else []
    if scopes and _resumed(scopes[0], function, item.target):
        return Life("yielded", scopes=scopes)
    if isinstance(item.target, Name):
        life = _named(file, item.target.id, function, close, scopes[0] if scopes else None)
        life.scopes += scopes
        if _RANK[life.kind] > _RANK["scoped"]:
            life.kind = "scoped"
        return life
    if isinstance(item.target, Member):
        return Life("scoped", where="self", attr=item.target.attr, scopes=scopes)
    return Life("scoped", scopes=scopes)


def _resumed(scope: With, function: Function, target: Node | None) -> bool:
    """Whether a with block yields what it holds, or only waits to be resumed, as a lifespan does."""
    for made in function.index.yields if function.index else ():
        if _inside(made, scope):
            plain = made.value is None or (
                isinstance(made.value, (Constant, Collection)) and not getattr(made.value, "value", None)
            )
            if plain or (isinstance(target, Name) and target.id in words_in(made.value)) or target is None:
                return True
    return any(_last(d.callee if isinstance(d, Call) else d) in _MANAGERS for d in function.decorators)


_MANAGERS = frozenset({"asynccontextmanager", "contextmanager", "fixture", "lifespan"})


def _inside(node: Node, outer: Node) -> bool:
    return outer.start <= node.start and node.end <= outer.end


def _assigned(file: File, node: Assign | Bind, function: Function, close: tuple[str, ...], depth: int) -> Life:
    targets = node.targets if isinstance(node, Assign) else [node.target]
    lives = [_target(file, t, node, function, close) for t in targets]
    if isinstance(node, Bind) and depth < _DEPTH:
        lives.append(life_of(file, node, function, close, depth + 1))
    elif isinstance(node, Assign) and node.declares in ("using", "await using"):
        for life in lives:
            life.kind = "scoped" if _RANK[life.kind] > _RANK["scoped"] else life.kind
    return min(lives, key=lambda life: _RANK[life.kind])


def _target(file: File, target: Node, node: Node, function: Function, close: tuple[str, ...]) -> Life:
    if isinstance(target, Member):
        root = _root(target)
        return Life("kept", where="self" if root in _SELF else "object", attr=target.attr)
    if isinstance(target, Subscript):
        return Life("kept", where="collection")
    if isinstance(target, Name):
        name = target.id
        if function.kind == "module" or name not in function.bindings:
            return Life("kept", where="global", attr=name)
        if any(p.name == name for p in function.params):
            return Life("fallback", name=name)
        return _named(file, name, function, close, node)
    if isinstance(target, Collection) and target.items:
        return _target(file, target.items[0], node, function, close)
    return Life("local")


def _root(expr: Node) -> str:
    while isinstance(expr, (Member, Subscript)):
        expr = expr.value
    return expr.id if isinstance(expr, Name) else ""


def _receiver(file: File, member: Member, function: Function, close: tuple[str, ...], depth: int) -> Life:
    """`createClient().on(...).connect()` is still the client."""
    call = member.parent
    if member.attr in _CHAIN and isinstance(call, Call) and call.callee is member and depth < _DEPTH:
        if use_of(call).kind == "dropped" or (member.attr in ("start", "use") and use_of(call).awaited):
            return Life("temporary")
        return life_of(file, call, function, close, depth + 1)
    return Life("temporary")


def _argument(file: File, call: Call, function: Function, close: tuple[str, ...], depth: int) -> Life:
    """Handed to a call: a store keeps it, an object that is built with it owns it as long as it lives."""
    last = _last(call.callee)
    if last in _ENTER:
        return Life("scoped")
    if last in _STORE:
        return Life("kept", where="collection") if last != "setattr" else Life("kept", where="object")
    if depth < _DEPTH and builds(call, last):
        life = life_of(file, call, function, close, depth + 1)
        life.handed.append(call)
        return life
    return Life("temporary", handed=[call])


def builds(call: Call, last: str) -> bool:
    """Whether a call is likely to make an object out of its arguments: `Service(client)`, `wrap(client)`."""
    word = last.lstrip("_")
    if call.new or word[:1].isupper() or word in ("cls", "partial"):
        return True
    return word.startswith(
        ("from", "wrap", "create", "make", "build", "patch", "instrument", "drizzle", "cast", "init")
    ) or word in (
        "cast",
        "gather",
        "promisify",
        "observeOpenAI",
        "traced",
        "proxy",
    )


def _last(callee: Node) -> str:
    return callee.id if isinstance(callee, Name) else callee.attr if isinstance(callee, Member) else ""


# ------------------------------------------------------------------- a name


def _named(
    file: File,
    name: str,
    function: Function,
    close: tuple[str, ...],
    made: Node | None,
    seen: frozenset[str] = frozenset(),
) -> Life:
    """What becomes of what a local name holds, by every read of it here and in the functions written here."""
    life = Life("local", name=name)
    followed = file.memo(_followed_names)
    if (id(function), name) in followed:  # `rows = wrap(rows)`: it is being answered already
        return life
    followed.add((id(function), name))
    for read, where in _reads(file, name, function):
        if isinstance(made, With) and not _inside(read, made):
            continue
        if where is not function and where not in life.captured:
            life.captured.append(where)
        _read(file, read, where, life, close, seen | {name})
    followed.discard((id(function), name))
    return life


def _followed_names(_: File) -> set[tuple[int, str]]:
    """The names that are being followed at this moment."""
    return set()


def _reads(file: File, name: str, function: Function) -> Iterator[tuple[Name, Function]]:
    table = file.memo(_names_by_function)
    for inner in within(function, file):
        if inner is not function and name in inner.bindings:
            continue
        for node in table.get((id(inner), name), ()):
            if not _is_target(node):
                yield node, inner


def _names_by_function(file: File) -> dict[tuple[int, str], list[Name]]:
    table: dict[tuple[int, str], list[Name]] = {}
    for function in file.functions:
        for node in function.index.names if function.index else ():
            table.setdefault((id(function), node.id), []).append(node)
    return table


def _is_target(node: Name) -> bool:
    up = node.parent
    if isinstance(up, Assign):
        return any(t is node for t in up.targets)
    if isinstance(up, (Bind, Loop, WithItem)):
        return up.target is node
    if isinstance(up, Collection):
        outer = statement_of(node)
        return isinstance(outer, Assign) and any(_inside(node, t) for t in outer.targets)
    return False


def _read(file: File, read: Name, function: Function, life: Life, close: tuple[str, ...], seen: frozenset[str]) -> None:
    use = use_of(read)
    node = use.node
    life.reads.append(read)
    if use.kind == "returned":
        _raise(life, "returned") if not use.awaited else None
    elif use.kind == "yielded":
        _raise(life, "yielded")
    elif use.kind == "with" and isinstance(node, WithItem) and isinstance(node.parent, With):
        life.scopes.append(node.parent)
        _raise(life, "scoped")
        if _resumed(node.parent, function, read if node.target is None else node.target):
            _raise(life, "yielded")
    elif use.kind == "assigned" and isinstance(node, (Assign, Bind)):
        _copied(file, node, function, life, close, seen)
    elif use.kind == "argument" and isinstance(node, Call):
        _handed(file, node, function, life, close)
    elif use.kind == "element":
        _merge(life, life_of(file, node, function, close, 2))
    elif use.kind == "receiver" and isinstance(node, Member):
        _attribute(node, life, close)


def _raise(life: Life, kind: Kind, where: str = "", attr: str = "") -> None:
    if _RANK[kind] < _RANK[life.kind]:
        life.kind, life.where, life.attr = kind, where, attr


def _merge(life: Life, other: Life) -> None:
    life.handed += other.handed
    if other.kind in ("kept", "returned", "yielded", "scoped"):
        _raise(life, other.kind, other.where, other.attr)


def _copied(
    file: File, node: Assign | Bind, function: Function, life: Life, close: tuple[str, ...], seen: frozenset[str]
) -> None:
    for target in node.targets if isinstance(node, Assign) else [node.target]:
        if isinstance(target, Member):
            _raise(life, "kept", "self" if _root(target) in _SELF else "object", target.attr)
        elif isinstance(target, Subscript):
            _raise(life, "kept", "collection")
        elif isinstance(target, Name) and target.id not in seen:
            if function.kind == "module" or target.id not in function.bindings:
                _raise(life, "kept", "global", target.id)
            else:
                other = _named(file, target.id, function, close, node, seen | {target.id})
                _merge(life, other)
                life.closed += other.closed
                life.reads += other.reads


def _handed(file: File, call: Call, function: Function, life: Life, close: tuple[str, ...]) -> None:
    last = _last(call.callee)
    if last in _ENTER:
        _raise(life, "scoped")
    elif last in _STORE:
        _raise(life, "kept", "collection")
    elif any(word in last.lower() for word in ("close", "dispose", "cleanup", "shutdown", "disconnect", "finalize")):
        life.closed.append(call)
    else:
        life.handed.append(call)
        if builds(call, last):
            _merge(life, life_of(file, call, function, close, 2))


def _attribute(member: Member, life: Life, close: tuple[str, ...]) -> None:
    call = member.parent
    called = isinstance(call, Call) and call.callee is member
    if member.attr in close:
        life.closed.append(call if called and isinstance(call, Call) else Call(member.start, member.end, member, []))
