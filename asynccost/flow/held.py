"""What becomes of what a local name holds: every read of the name, here and in the functions written here."""

from collections.abc import Callable, Iterator

from asynccost.flow.around import statement_of, use_of
from asynccost.flow.file import File
from asynccost.flow.life import ENTER, RANK, SELF, Kind, Life, builds, inside, resumed, root_of, stores
from asynccost.flow.reach import within
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Collection,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Subscript,
    With,
    WithItem,
)
from asynccost.flow.words import last_word

Ask = Callable[[File, Node, Function, tuple[str, ...], int], Life]  # owner.life_of: what becomes of an expression


def held_by_name(
    file: File,
    name: str,
    function: Function,
    close: tuple[str, ...],
    ask: Ask,
    made: Node | None,
    seen: set[str] | None = None,
) -> Life:
    """What becomes of what a local name holds, by every read of it here and in the functions written here.

    seen: the names that the first question has led to. Each is followed once: where many names are assigned to each
    other, following every way through them would never end.
    """
    life = Life("local", name=name)
    seen = {name} if seen is None else seen
    followed = file.memo(_followed_names)
    if (id(function), name) in followed:  # `rows = wrap(rows)`: it is being answered already
        return life
    followed.add((id(function), name))
    for read, where in _reads(file, name, function):
        if isinstance(made, With) and not inside(read, made):
            continue
        if where is not function and where not in life.captured:
            life.captured.append(where)
        _read(file, read, where, life, close, ask, seen)
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
        if id(inner) not in table:
            table[id(inner)] = _names(inner)
        for node in table[id(inner)].get(name, ()):
            if not _is_target(node):
                yield node, inner


def _names_by_function(_: File) -> dict[int, dict[str, list[Name]]]:
    return {}


def _names(function: Function) -> dict[str, list[Name]]:
    table: dict[str, list[Name]] = {}
    for node in function.index.names if function.index else ():
        table.setdefault(node.id, []).append(node)
    return table


def _is_target(node: Name) -> bool:
    up = node.parent
    if isinstance(up, Assign):
        return any(t is node for t in up.targets)
    if isinstance(up, (Bind, Loop, WithItem)):
        return up.target is node
    if isinstance(up, Collection):
        outer = statement_of(node)
        return isinstance(outer, Assign) and any(inside(node, t) for t in outer.targets)
    return False


def _read(
    file: File, read: Name, function: Function, life: Life, close: tuple[str, ...], ask: Ask, seen: set[str]
) -> None:
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
        if resumed(node.parent, function, read if node.target is None else node.target):
            _raise(life, "yielded")
    elif use.kind == "assigned" and isinstance(node, (Assign, Bind)):
        _copied(file, node, function, life, close, ask, seen)
    elif use.kind == "argument" and isinstance(node, Call):
        _handed(file, node, function, life, close, ask)
    elif use.kind == "element":
        _merge(life, ask(file, node, function, close, 2))
    elif use.kind == "receiver" and isinstance(node, Member):
        _attribute(node, life, close)
        if node.attr in _DERIVES:  # `return agent.compose(retry())`: what goes on is the same client
            _merge(life, ask(file, read, function, close, 2))


_DERIVES = frozenset({"compose", "extend", "with_options", "withOptions"})


def _raise(life: Life, kind: Kind, where: str = "", attr: str = "") -> None:
    if RANK[kind] < RANK[life.kind]:
        life.kind, life.where, life.attr = kind, where, attr


def _merge(life: Life, other: Life) -> None:
    life.handed += other.handed
    if other.kind in ("kept", "returned", "yielded", "scoped"):
        _raise(life, other.kind, other.where, other.attr)


def _copied(
    file: File,
    node: Assign | Bind,
    function: Function,
    life: Life,
    close: tuple[str, ...],
    ask: Ask,
    seen: set[str],
) -> None:
    for target in node.targets if isinstance(node, Assign) else [node.target]:
        if isinstance(target, Member):
            _raise(life, "kept", "self" if root_of(target) in SELF else "object", target.attr)
        elif isinstance(target, Subscript):
            _raise(life, "kept", "collection")
        elif isinstance(target, Name) and target.id not in seen:
            if function.kind == "module" or target.id not in function.bindings:
                _raise(life, "kept", "global", target.id)
            else:
                seen.add(target.id)
                other = held_by_name(file, target.id, function, close, ask, node, seen)
                _merge(life, other)
                life.closed += other.closed
                life.reads += other.reads


def _handed(file: File, call: Call, function: Function, life: Life, close: tuple[str, ...], ask: Ask) -> None:
    last = last_word(call.callee)
    if last in ENTER:
        _raise(life, "scoped")
    elif stores(last):
        _raise(life, "kept", "collection")
    elif any(word in last.lower() for word in ("close", "dispose", "cleanup", "shutdown", "disconnect", "finalize")):
        life.closed.append(call)
    else:
        life.handed.append(call)
        if builds(call, last):
            _merge(life, ask(file, call, function, close, 2))


def _attribute(member: Member, life: Life, close: tuple[str, ...]) -> None:
    call = member.parent
    called = isinstance(call, Call) and call.callee is member
    if member.attr in close:
        life.closed.append(call if called and isinstance(call, Call) else Call(member.start, member.end, member, []))
