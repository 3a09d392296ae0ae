"""Where a handle is kept (a variable, a ref, an attribute, a collection), and where that place is mentioned again."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import class_around, function_of, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, class_functions, within
from asynccost.flow.tree import (
    Argument,
    Assign,
    Bind,
    Call,
    Collection,
    Constant,
    Drop,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Subscript,
)

_THIS = frozenset({"this", "self"})
_STORES = frozenset({"push", "add", "set", "unshift", "append", "concat", "setdefault"})


@dataclass(slots=True, frozen=True)
class Place:
    """A place that keeps a handle: `root` and the attributes after it; many: one of several in a collection."""

    root: str
    path: tuple[str, ...]
    many: bool = False

    @property
    def text(self) -> str:
        return ".".join((self.root, *self.path)) + ("[]" if self.many else "")


@dataclass(slots=True, frozen=True)
class Mention:
    """One more use of a place: the expression, and the function that it stands in."""

    expr: Node
    function: Function


def place_of(expr: Node | None) -> Place | None:
    """The place that an expression names: `x`, `ref.current`, `this.a.b`, `ids[key]`."""
    path: list[str] = []
    many = False
    while isinstance(expr, (Member, Subscript)):
        if isinstance(expr, Subscript):
            path.clear()
            many = True
        else:
            path.append(expr.attr)
        expr = expr.value
    return Place(expr.id, tuple(reversed(path)), many) if isinstance(expr, Name) else None


def kept_in(expr: Node) -> tuple[str, list[Place]]:
    """What becomes of a handle: ("dropped"|"kept"|"handed on"|"returned"|"chained", the places that keep it)."""
    use = use_of(expr)
    if use.kind == "assigned":
        node = use.node
        targets = node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
        places = [p for p in map(place_of, targets) if p is not None]
        if any(isinstance(t, Collection) for t in targets):
            return "handed on", []
        if isinstance(node, Bind) and use_of(node).kind in ("returned", "argument"):
            return "handed on", places
        return ("kept", places) if places else ("handed on", [])
    if use.kind == "argument" and isinstance(use.node, Call):
        callee = use.node.callee
        if isinstance(callee, Member) and callee.attr in _STORES:
            held = _behind(callee.value)
            return ("kept", [Place(held.root, held.path, True)]) if held else ("handed on", [])
        return "handed on", []
    if use.kind == "dropped":
        return "dropped", []
    if use.kind == "returned":
        return "returned", []
    if use.kind == "receiver":
        return "chained", []
    if use.kind == "element":
        return _in_collection(use.node)
    return ("handed on", []) if use.kind in ("yielded", "raised", "with") else ("other", [])


def _behind(expr: Node) -> Place | None:
    """The place of an expression, or of what it stands for: `const timers = timersRef.current`."""
    index = function_of(expr).index if isinstance(expr, Name) else None
    values = index.bound.get(expr.id, []) if index is not None and isinstance(expr, Name) else []
    only = values[0] if len(values) == 1 else None
    return place_of(only if isinstance(only, Member) and only.attr == "current" else expr)


def _in_collection(node: Node) -> tuple[str, list[Place]]:
    what, places = kept_in(node)
    return (what, [Place(p.root, p.path, True) for p in places]) if what == "kept" else ("handed on", [])


def mentions(place: Place, at: Function, file: File, functions: list[Function] | None = None) -> list[Mention]:
    """Every other use of a place as seen from the function `at`; only in `functions` where given."""
    home = _home(place, at, file) if functions is None else functions
    found = []
    for function in home:
        for name in function.index.names if function.index else ():
            if name.id != place.root:
                continue
            if place.root not in _THIS and binder(name.id, function) is not binder(name.id, at):
                continue
            expr = _climb(name, place)
            if expr is not None:
                found.append(Mention(expr, function))
        if "current" in place.path:
            cut = place.path.index("current") + 1
            for alias in _aliases(Place(place.root, place.path[:cut]), function):
                found += mentions(Place(alias, place.path[cut:], place.many), function, file)
    return found


def _aliases(place: Place, function: Function) -> Iterator[str]:
    """The variables of a function that stand for what a ref holds: `const timers = timersRef.current`."""
    for name, values in (function.index.bound if function.index else {}).items():
        said = [place_of(v) for v in values if isinstance(v, Member)]
        if any(p is not None and (p.root, p.path) == (place.root, place.path) for p in said):
            yield name


def _home(place: Place, at: Function, file: File) -> list[Function]:
    if place.root in _THIS:
        cls = class_around(at)
        if cls is not None:
            return class_functions(cls, file)
        return options_home(at, file)
    scope = binder(place.root, at)
    return within(scope if scope is not None else file.module.top, file)


def options_home(at: Function, file: File) -> list[Function]:
    """The functions that share a `this`: those around and beside a method of an object literal, or all of the file."""
    here: Function | None = at
    while here is not None and here.closure is not None:
        if isinstance(here.closure.parent, Collection):
            outer = here.scope
            return within(outer, file) if outer is not None else file.functions
        here = here.scope
    return file.functions


def _climb(name: Name, place: Place) -> Node | None:
    """The expression that spells the whole place, from its root."""
    here: Node = name
    for attr in place.path:
        up = here.parent
        if not (isinstance(up, Member) and up.value is here):
            return None
        if up.attr != attr:
            return here if place.many or len(place.path) > 1 else None
        here = up
    if place.many and isinstance(here.parent, Subscript) and here.parent.value is here:
        here = here.parent
    return here


def is_write(expr: Node) -> bool:
    """Whether a mention only writes the place: `x = ...`, `let x`, `delete x`."""
    up = expr.parent
    if isinstance(up, Assign):
        return any(t is expr for t in up.targets)
    if isinstance(up, Bind):
        return up.target is expr
    return isinstance(up, Drop)


def aliases(mention: Mention) -> Iterator[Place]:
    """The places that a mention is copied to: `const t = ref.current`, `for (const t of ids)`."""
    use = use_of(mention.expr)
    if use.kind == "assigned" and isinstance(use.node, (Assign, Bind)):
        targets = use.node.targets if isinstance(use.node, Assign) else [use.node.target]
        for target in targets:
            held = place_of(target)
            if held is not None:
                yield held
    elif use.kind == "iterated" and isinstance(use.node, Loop):
        held = place_of(use.node.target)
        if held is not None:
            yield held


def same_text(left: Node | None, right: Node | None, file: File) -> bool:
    """Whether two expressions read the same, optional chaining aside."""
    if left is None or right is None:
        return left is right
    return _plain(file.text(left)) == _plain(file.text(right))


def _plain(text: str) -> str:
    return "".join(text.replace("?.", ".").replace("!", "").split()).replace("'", '"')


def constant_text(expr: Node | None) -> str | None:
    """The text of a string literal."""
    value = expr.value if isinstance(expr, Argument) else expr
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None
