"""What a piece of code reads and writes: names, attributes of named objects, and objects that it changes in place.

A key is a name ("total") or an attribute of one ("self.seen", "progress.count"). Places are numbered in the
order in which they run, so that a rule can ask whether what one turn leaves behind reaches an await of the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Call,
    Choice,
    Clause,
    Closure,
    Collection,
    Drop,
    Handler,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
    With,
)
from asynccost.flow.walk import parts_of, walk

MUTATORS = frozenset(
    {
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "push",
        "unshift",
        "pop",
        "popleft",
        "shift",
        "remove",
        "discard",
        "clear",
        "appendleft",
        "setdefault",
        "splice",
        "sort",
        "reverse",
        "concat_",
        "delete",
        "set",
        "difference_update",
    }
)


@dataclass(slots=True)
class Touches:
    """The places of a piece of code, by key. reads hold no read that only feeds the key's own new value."""

    reads: dict[str, list[int]] = field(default_factory=dict)
    writes: dict[str, list[int]] = field(default_factory=dict)
    mutations: dict[str, list[int]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)  # names that the code binds before it reads them
    awaits: list[int] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)  # id of an Await -> the number after its last part

    def late_writes(self, after: int) -> dict[str, int]:
        """What is written after a place: key -> the place."""
        found: dict[str, int] = {}
        for table in (self.writes, self.mutations):
            for key, places in table.items():
                late = [p for p in places if p > after]
                if late and key.partition(".")[0] not in self.made:
                    found[key] = late[0]
        return found


def touches(nodes: Sequence[Any], bound: "set[str] | None" = None) -> Touches:
    """Walk some code. bound: names that it is given anew each time (a loop's targets)."""
    walker = _Walker(Touches(made=set(bound or ())))
    for node in nodes:
        walker.visit(node)
    return walker.said


class _Walker:
    def __init__(self, said: Touches) -> None:
        self.said = said
        self.at = 0

    def visit(self, node: Any) -> None:
        """Number the node's parts in running order."""
        self.at += 1
        kind = node.__class__
        if kind is Name:
            self._read(node.id)
        elif kind is Member:
            self._member(node)
        elif kind is Assign or kind is Bind:
            self._assign(node)
        elif kind is Call:
            self._call(node)
        elif kind is Await:
            self._await(node)
        elif kind is Closure:
            self._closure(node)
        elif kind is Drop:
            for target in node.targets:
                self._store(target, False)
        else:
            self._parts(node, kind)

    def _parts(self, node: Any, kind: type) -> None:
        if kind is Loop:
            for part in (*node.setup, node.iter):
                if part is not None:
                    self.visit(part)
            if node.target is not None:
                self._store(node.target, True)
            for part in (node.test, *node.body, node.update, *node.orelse):
                if part is not None:
                    self.visit(part)
            return
        if kind is Clause:
            self.visit(node.iter)
            self._store(node.target, True)
            for part in node.conditions:
                self.visit(part)
            return
        if kind is With:
            for item in node.items:
                self.visit(item.value)
                if item.target is not None:
                    self._store(item.target, True)
            for part in node.body:
                self.visit(part)
            return
        if kind is Handler and node.name:
            self.said.made.add(node.name)
        for part in _children(node):
            self.visit(part)

    def _await(self, node: Await) -> None:
        self.said.awaits.append(self.at)
        self.visit(node.value)
        self.said.ends[id(node)] = self.at

    def _read(self, key: str) -> None:
        self.said.reads.setdefault(key, []).append(self.at)

    def _member(self, node: Member) -> None:
        if isinstance(node.value, Name):
            self._read(f"{node.value.id}.{node.attr}")
            return
        if path := _path(node):
            self._read(path)
        self.visit(node.value)

    def _assign(self, node: "Assign | Bind") -> None:
        targets = [node.target] if isinstance(node, Bind) else node.targets
        keys = {k for t in targets for k in _keys(t)}
        if node.value is not None:
            before = {k: len(self.said.reads.get(k, ())) for k in keys}
            awaits = len(self.said.awaits)
            self.visit(node.value)
            still = len(self.said.awaits) == awaits
            if still or (not isinstance(node.value, Await) and _only_spread(node.value, keys)):
                for key in keys:  # `all = [...all, x]` feeds only itself
                    if key in self.said.reads:
                        del self.said.reads[key][before[key] :]
        elif not getattr(node, "declares", ""):
            return
        self.at += 1
        fresh = node.op in ("=", ":=")
        for target in targets:
            self._store(target, fresh, bool(getattr(node, "declares", "")) and getattr(node, "declares", "") != "var")

    def _store(self, target: Any, fresh: bool, declared: bool = False) -> None:
        if isinstance(target, Name):
            if declared or (fresh and not self.said.reads.get(target.id) and target.id not in self.said.writes):
                self.said.made.add(target.id)
            self.said.writes.setdefault(target.id, []).append(self.at)
        elif isinstance(target, Member):
            if isinstance(target.value, Name):
                self.said.writes.setdefault(f"{target.value.id}.{target.attr}", []).append(self.at)
            else:
                self.visit(target.value)
        elif isinstance(target, Subscript):
            if target.index is not None:
                self.visit(target.index)  # a write under a key of its own: no turn meets another's
        elif isinstance(target, Collection):
            for item in target.items:
                self._store(item, fresh, declared)
        elif isinstance(target, Choice) and target.options:
            self._store(target.options[0], fresh, declared)
        elif isinstance(target, Other):
            for part in target.parts:
                self._store(part, fresh, declared)

    def _call(self, node: Call) -> None:
        callee = node.callee
        if isinstance(callee, Member) and callee.attr in MUTATORS and (key := _key(callee.value)) and _dropped(node):
            for argument in node.arguments:
                self.visit(argument.value)
            self.at += 1
            self.said.mutations.setdefault(key, []).append(self.at)
            return
        if isinstance(callee, Member) and isinstance(callee.value, Name):
            self._read(callee.value.id)  # `x.f()` may look at all of x
        else:
            self.visit(callee)
        for argument in node.arguments:
            self.visit(argument.value)

    def _closure(self, node: Closure) -> None:
        """A closure's body runs somewhere here; what it binds is its own."""
        function = node.function
        inner = _Walker(Touches(made=set(function.bindings)))
        inner.at = self.at
        for statement in function.body:
            inner.visit(statement)
        own = function.bindings
        for mine, theirs in (
            (self.said.reads, inner.said.reads),
            (self.said.writes, inner.said.writes),
            (self.said.mutations, inner.said.mutations),
        ):
            for key, places in theirs.items():
                if key.partition(".")[0] not in own:
                    mine.setdefault(key, []).extend(places)
        self.at = inner.at


def _children(node: Any) -> Iterator[Any]:
    return (p for p in parts_of(node) if p is not None)


def _only_spread(value: Node, keys: set[str]) -> bool:
    """Whether the keys stand outside every await of a value."""
    for node in walk(value):
        if isinstance(node, Await) and any((k := _key(n)) and k in keys for n in walk(node)):
            return False
    return True


def _dropped(node: Call) -> bool:
    """Whether a call's value goes nowhere: `seen.add(x)`, not `params.set(k, v).toString()`."""
    return not isinstance(node.parent, (Member, Call))


def _key(expr: Node | None) -> str:
    if isinstance(expr, Name):
        return expr.id
    return _path(expr) if isinstance(expr, Member) else ""


def _path(expr: Node | None) -> str:
    """`draft.value.files` as one key."""
    names: list[str] = []
    while isinstance(expr, Member):
        names.append(expr.attr)
        expr = expr.value
    return ".".join((expr.id, *reversed(names))) if isinstance(expr, Name) else ""


def _keys(target: Any) -> list[str]:
    if isinstance(target, Collection):
        return [k for i in target.items for k in _keys(i)]
    key = _key(target)
    return [key] if key else []
