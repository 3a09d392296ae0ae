"""Names: new ones that nobody uses yet, and those that an expression depends on."""

from collections.abc import Iterable, Iterator
from itertools import count

from asynccost.flow.file import File
from asynccost.flow.mentions import places
from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Clause,
    Closure,
    Collection,
    Define,
    Drop,
    Expr,
    Function,
    Handler,
    Loop,
    Member,
    Name,
    Node,
    Subscript,
    With,
)
from asynccost.flow.walk import walk


def fresh(file: File, *wanted: str, around: Function | None = None) -> str:
    """A name that does not occur yet in a function (in the whole file without one): the first of `wanted` that is
    free, else the first with a number."""
    source = file.module.source
    text = source[around.start : around.end] if around is not None and around.kind != "module" else source

    def free(name: str) -> bool:
        return not any(True for _ in places(text, name.encode())) and (around is None or not _global(file, name))

    for name in wanted:
        if free(name):
            return name
    return next(name for number in count(2) if free(name := f"{wanted[0]}_{number}"))


def _global(file: File, name: str) -> bool:
    return name in file.module.top.bindings or name in file.module.imports


def names_in(*roots: Node | None) -> Iterator[Name]:
    """Every name in some code, also in the functions written in it."""
    stack: list[Node | None] = list(roots)
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Name):
                yield node
            elif isinstance(node, Closure):
                stack += node.function.body
            elif isinstance(node, Define) and isinstance(node.what, Function):
                stack += node.what.body


def used(*roots: Node | None) -> set[str]:
    """The names that occur in some code."""
    return {name.id for name in names_in(*roots)}


def left_by(*roots: Node | None) -> set[str]:
    """The names that have a value behind some code: those of a comprehension end with it."""
    return bound_in(*roots, clauses=False)


def set_first(name: Name) -> bool:
    """Whether a name is the target of a loop, or of an assignment that does not read it."""
    below: Node = name
    while isinstance(below.parent, Collection):
        below = below.parent
    up = below.parent
    if isinstance(up, Loop):
        return up.target is below
    plain = isinstance(up, Assign) and up.op == "=" and any(t is below for t in up.targets)
    return plain and isinstance(up, Assign) and name.id not in used(up.value)


def bound_in(*roots: Node | None, clauses: bool = True) -> set[str]:
    """The names that some code gives a value, its own functions aside. clauses: those of comprehensions as well."""
    found: set[str] = set()
    for node in walk(*roots):
        if isinstance(node, Assign):
            found |= _targets(node.targets)
        elif isinstance(node, Clause):
            found |= _targets([node.target]) if clauses else set()
        elif isinstance(node, Bind) or (isinstance(node, Loop) and node.target is not None):
            found |= _targets([node.target])
        elif isinstance(node, With):
            found |= _targets([i.target for i in node.items])
        elif isinstance(node, Handler) and node.name:
            found.add(node.name)
        elif isinstance(node, Define):
            found.add(node.what.name)
        elif isinstance(node, Drop):
            found |= _targets(node.targets)
    return found


def _targets(targets: Iterable[Expr | None]) -> set[str]:
    return {n.id for t in targets if t is not None for n in walk(t) if isinstance(n, Name) and not _is_base(n)}


def _is_base(name: Name) -> bool:
    """Whether a name of a target is only what an attribute or an item is set on."""
    return isinstance(name.parent, Member) or getattr(name.parent, "value", None) is name


def set_attributes(*roots: Node | None) -> set[str]:
    """The attributes that some code sets, or whose objects it writes to, whatever they are set on."""
    found: set[str] = set()
    for node in walk(*roots):
        targets = node.targets if isinstance(node, (Assign, Drop)) else [node.target] if isinstance(node, Bind) else []
        if isinstance(node, Call) and isinstance(node.callee, Member) and node.callee.attr in MUTATORS:
            targets = [node.callee.value]
        found |= {n.attr for t in targets for n in walk(t) if isinstance(n, Member)}
    return found


def changed_in(*roots: Node | None) -> set[str]:
    """The names whose objects some code writes to."""
    found: set[str] = set()
    for node in walk(*roots):
        if isinstance(node, (Assign, Drop)):
            found |= {_root(t) for t in node.targets if isinstance(t, (Member, Subscript))}
        elif isinstance(node, Call) and isinstance(node.callee, Member) and node.callee.attr in MUTATORS:
            found.add(_root(node.callee.value))
    return found


def _root(node: Node) -> str:
    while isinstance(node, (Member, Subscript)):
        node = node.value
    return node.id if isinstance(node, Name) else ""
