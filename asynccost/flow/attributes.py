"""What a class's own code assigns to its attributes, and how they are annotated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from asynccost.flow.around import class_around
from asynccost.flow.tree import Assign, Bind, Class, Collection, Expr, Function, Member, Module, Name, Node

SELF = frozenset({"self", "cls", "this"})
_PLAIN = frozenset({"=", ":=", "??=", "||="})


@dataclass(slots=True)
class Attribute:
    """One attribute: what is assigned to it (None: no one expression) and in which function, and its annotation."""

    values: list[tuple[Expr | None, Function]] = field(default_factory=list)
    note: tuple[Expr, Function] | None = None


class Attributes:
    """The attributes of every class of a module; all are collected when the first is asked for."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._tables: dict[int, dict[str, Attribute]] | None = None

    def of(self, cls: Class) -> dict[str, Attribute]:
        """The attributes of one class by name."""
        if self._tables is None:
            self._tables = self._collected()
        return self._tables.get(id(cls), {})

    def _collected(self) -> dict[int, dict[str, Attribute]]:
        tables: dict[int, dict[str, Attribute]] = {}
        for function in self._module.functions:
            cls = class_around(function)
            if cls is not None and function.index is not None:
                _from_function(function, tables.setdefault(id(cls), {}))
        for cls in self._module.classes:
            _from_body(cls, cls.scope or self._module.top, tables.setdefault(id(cls), {}))
        return tables


def is_self(target: Node | None) -> TypeGuard[Member]:
    """Whether a target is an attribute of the object itself."""
    return isinstance(target, Member) and isinstance(target.value, Name) and target.value.id in SELF


def _from_function(function: Function, table: dict[str, Attribute]) -> None:
    for target, value, note in _assigned(function):
        if is_self(target):
            made = table.setdefault(target.attr, Attribute())
            if value is not None or note is None:
                made.values.append((value, function))
            if note is not None and made.note is None:
                made.note = (note, function)


def _assigned(function: Function) -> Iterator[tuple[Node, Expr | None, Expr | None]]:
    """Target, value and annotation of everything that a function assigns."""
    if function.index is None:
        return
    for assign in function.index.assigns:
        value = assign.value if assign.op in _PLAIN else None
        if isinstance(assign, Bind):
            yield from ((t, v, None) for t, v in _spread([assign.target], value))
        elif assign.value is not None or assign.annotation is not None:
            yield from ((t, v, assign.annotation) for t, v in _spread(assign.targets, value))
    for block in function.index.withs:
        yield from ((item.target, item.value, None) for item in block.items if item.target is not None)


def _spread(targets: Iterable[Expr], value: Expr | None) -> Iterator[tuple[Node, Expr | None]]:
    for target in targets:
        if isinstance(target, Collection):
            yield from ((item, None) for item in target.items)
        else:
            yield target, value


def _from_body(cls: Class, scope: Function, table: dict[str, Attribute]) -> None:
    for statement in cls.body:
        if not isinstance(statement, Assign):
            continue
        for target in statement.targets:
            name = target.id if isinstance(target, Name) else target.attr if isinstance(target, Member) else ""
            made = table.setdefault(name, Attribute())
            made.values.append((statement.value, scope))
            if statement.annotation is not None and made.note is None:
                made.note = (statement.annotation, scope)
