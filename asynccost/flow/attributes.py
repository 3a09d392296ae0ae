"""What a class's own code assigns to its attributes, and how they are annotated.

Which bodies that wait may assign or change an attribute, by their text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeGuard

from asynccost.flow.around import class_around
from asynccost.flow.module import Module
from asynccost.flow.scopes import scopes
from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import Assign, Bind, Class, Collection, Expr, Function, Member, Name, Node
from asynccost.flow.words import last_word

_SET = re.compile(rb"[\s\\]*[-+*/%&|^@<>]{0,3}=(?!=)")
_TARGET = rb"\*?\w+(?:\.\w++|\[[^\]\n]*\]|\([^()\n]*\))*"  # `a.b`, `a[0].b`, `f().b`
_MORE = re.compile(  # the rest of a list of targets, on one line or in brackets
    rb"(?:[ \t)\]]++|\\\r?\n)*(?:,(?:[ \t(\[]++|\\\r?\n)*%(t)s(?:[ \t)\]]++|\\\r?\n)*)*(?:,[ \t)\]]*+)?=(?!=)"
    rb"|[\s)\]]*+(?:,[\s(\[]*+%(t)s[\s)\]]*)*(?:,\s*)?[)\]][ \t]*=(?!=)" % {b"t": _TARGET}
)
_GIVEN = re.compile(rb"[\w)\]]\([^()\n]*\Z")  # before it on its line: it is an argument of a call
_BEGINS = re.compile(rb"(?:\A|[;:])[ \t]*[\w.]+\.[ \t]*\Z")  # before it on its line: a statement begins with it
_BOUND = re.compile(rb"\bas\b")
_NAMED = re.compile(rb"\.[\s\\]*(\w+)")
_STORED = re.compile(
    rb"\s*(?:[-+*/%&|^@<>]{0,3}=(?!=)|[,)\]\\]|\.\s*(?:"
    + b"|".join(word.encode() for word in sorted(MUTATORS))
    + rb")\b)"
)
_NOTED = re.compile(rb"\s*:")
_TARGETS = re.compile(rb"\b(?:for|del|as)\b|;|^\s*\w+\s*\.\s*$")


def may_assign(source: bytes, function: Function, attr: str) -> bool:
    """Whether a body may assign an attribute, or note its type."""
    return any(_is_target(source, at, after) for at, after in _named(source, function, attr.encode()))


def assigned(source: bytes, function: Function) -> set[bytes]:
    """The attributes that a body may assign, of whatever object."""
    found = _NAMED.finditer(source, function.start, function.end)
    return {m[1] for m in found if _is_target(source, m.start(1), m.end(1))}


def _is_target(source: bytes, at: int, after: int) -> bool:
    """Whether something is assigned to the attribute that stands here, as far as the text around it can tell."""
    if _SET.match(source, after):
        return True
    before = source[source.rfind(b"\n", 0, at) + 1 : at]
    return (
        (_NOTED.match(source, after) is not None and _BEGINS.search(before) is not None)
        or (_MORE.match(source, after) is not None and _GIVEN.search(before) is None)
        or _BOUND.search(before) is not None
    )


def may_change(source: bytes, function: Function, attr: str) -> bool:
    """Whether a body may assign an attribute, also as one of several, or change what it holds in place."""
    for at, after in _named(source, function, attr.encode()):
        if _STORED.match(source, after):
            return True
        before = source[source.rfind(b"\n", 0, at) + 1 : at]
        if _TARGETS.search(before) and (_NOTED.match(source, after) or b"for" in before or b"del" in before):
            return True
    return False


def _named(source: bytes, function: Function, word: bytes) -> Iterator[tuple[int, int]]:
    """Where a body names an attribute, and where the name ends."""
    at = source.find(word, function.start, function.end)
    while at >= 0:
        after = at + len(word)
        if source[at - 1 : at] == b"." or _after_dot(source, at):
            follows = source[after : after + 1]
            if not (follows.isalnum() or follows == b"_"):
                yield at, after
        at = source.find(word, after, function.end)


def _after_dot(source: bytes, at: int) -> bool:
    return source[max(at - 200, 0) : at].rstrip().endswith(b".")


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
    return (one for one in scopes(cls.scope) if one.inner)


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
            name = last_word(target)
            if name != attr:
                continue
            made.values.append((statement.value, scope))
            if statement.annotation is not None and made.note is None:
                made.note = (statement.annotation, scope)
