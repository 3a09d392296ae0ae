"""What a class's own code assigns to its attributes, and how they are annotated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeGuard

from asynccost.flow.around import class_around
from asynccost.flow.attribute_texts import may_assign
from asynccost.flow.tree import Assign, Bind, Class, Collection, Expr, Function, Member, Module, Name, Node

SELF = frozenset({"self", "cls", "this"})
_PLAIN = frozenset({"=", ":=", "??=", "||="})


@dataclass(slots=True)
class Attribute:
    """One attribute: what is assigned to it (None: no one expression) and in which function, and its annotation."""

    values: list[tuple[Expr | None, Function]] = field(default_factory=list)
    note: tuple[Expr, Function] | None = None


class Attributes:
    """The attributes of every class of a module, each collected when it is asked for.

    A body that waits is woken only where its text may assign the attribute.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[tuple[int, str], Attribute | None] = {}

    def get(self, cls: Class, attr: str) -> Attribute | None:
        """One attribute of a class; None where its code assigns none of this name."""
        key = id(cls), attr
        if key not in self._known:
            self._known[key] = self._collected(cls, attr)
        return self._known[key]

    def _collected(self, cls: Class, attr: str) -> Attribute | None:
        made = Attribute()
        for function in self._of_class(cls, attr):
            _from_function(function, attr, made)
        _from_body(cls, attr, cls.scope or self._module.top, made)
        return made if made.values or made.note else None

    def _of_class(self, cls: Class, attr: str) -> Iterator[Function]:
        """The functions of a class that may assign it, those written in its methods too."""
        for function in [*self._methods.get(id(cls), ()), *_around(cls)]:
            if function.asleep and not may_assign(self._module.source, function, attr):
                continue
            function.wake()
            yield from (f for f in (function, *function.inner) if class_around(f) is cls)

    @cached_property
    def _methods(self) -> dict[int, list[Function]]:
        table: dict[int, list[Function]] = {}
        for function in self._module.outer:
            if (cls := class_around(function)) is not None:
                table.setdefault(id(cls), []).append(function)
        return table


def _around(cls: Class) -> Iterator[Function]:
    """The function whose body waited and holds a class."""
    here = cls.scope
    while here is not None:
        if here.inner:
            yield here
        here = here.scope


def is_self(target: Node | None) -> TypeGuard[Member]:
    """Whether a target is an attribute of the object itself."""
    return isinstance(target, Member) and isinstance(target.value, Name) and target.value.id in SELF


def _from_function(function: Function, attr: str, made: Attribute) -> None:
    for target, value, note in _assigned(function):
        if is_self(target) and target.attr == attr:
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


def _from_body(cls: Class, attr: str, scope: Function, made: Attribute) -> None:
    for statement in cls.body:
        if not isinstance(statement, Assign):
            continue
        for target in statement.targets:
            name = target.id if isinstance(target, Name) else target.attr if isinstance(target, Member) else ""
            if name != attr:
                continue
            made.values.append((statement.value, scope))
            if statement.annotation is not None and made.note is None:
                made.note = (statement.annotation, scope)
