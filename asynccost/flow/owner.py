"""Who owns a handle, and for how long: what becomes of the value of a call that builds something."""

from asynccost.flow.around import is_fallback, use_of
from asynccost.flow.file import File
from asynccost.flow.held import held_by_name
from asynccost.flow.life import ENTER, RANK, SELF, Life, builds, resumed, root_of, stores
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Class,
    Collection,
    Define,
    Function,
    Member,
    Name,
    Node,
    Param,
    Subscript,
    With,
    WithItem,
)
from asynccost.flow.words import last_word

_CHAIN = frozenset(
    {
        "on",
        "once",
        "connect",
        "initialize",
        "configure",
        "with_options",
        "withOptions",
        "start",
        "extend",
        "$extends",
        "compose",
        "__aenter__",
        "__enter__",
        "use",
        "instrument",
    }
)
_DEPTH = 5


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
    if scopes and resumed(scopes[0], function, item.target):
        return Life("yielded", scopes=scopes)
    if isinstance(item.target, Name):
        life = held_by_name(file, item.target.id, function, close, life_of, scopes[0] if scopes else None)
        life.scopes += scopes
        if RANK[life.kind] > RANK["scoped"]:
            life.kind = "scoped"
        return life
    if isinstance(item.target, Member):
        return Life("scoped", where="self", attr=item.target.attr, scopes=scopes)
    return Life("scoped", scopes=scopes)


def _assigned(file: File, node: Assign | Bind, function: Function, close: tuple[str, ...], depth: int) -> Life:
    targets = node.targets if isinstance(node, Assign) else [node.target]
    lives = [_target(file, t, node, function, close) for t in targets]
    if isinstance(node, Bind) and depth < _DEPTH:
        lives.append(life_of(file, node, function, close, depth + 1))
    elif isinstance(node, Assign) and node.declares in ("using", "await using"):
        for life in lives:
            life.kind = "scoped" if RANK[life.kind] > RANK["scoped"] else life.kind
    return min(lives, key=lambda life: RANK[life.kind])


def _target(file: File, target: Node, node: Node, function: Function, close: tuple[str, ...]) -> Life:
    if isinstance(target, Member):
        root = root_of(target)
        return Life("kept", where="self" if root in SELF else "object", attr=target.attr)
    if isinstance(target, Subscript):
        return Life("kept", where="collection")
    if isinstance(target, Name):
        name = target.id
        if function.kind == "module" or name not in function.bindings:
            return Life("kept", where="global", attr=name)
        if any(p.name == name for p in function.params):
            return Life("fallback", name=name)
        return held_by_name(file, name, function, close, life_of, node)
    if isinstance(target, Collection) and target.items:
        return _target(file, target.items[0], node, function, close)
    return Life("local")


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
    last = last_word(call.callee)
    if last in ENTER:
        return Life("scoped")
    if stores(last):
        return Life("kept", where="collection") if last != "setattr" else Life("kept", where="object")
    if depth < _DEPTH and builds(call, last):
        life = life_of(file, call, function, close, depth + 1)
        life.handed.append(call)
        return life
    return Life("temporary", handed=[call])
