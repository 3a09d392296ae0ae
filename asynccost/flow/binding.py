"""What the names of a target are bound to, place by place where it takes a value apart."""

from typing import Any

from asynccost.flow.tree import Argument, Choice, Collection, Constant, Expr, Member, Name, Other, Subscript

Bound = dict[str, list[Expr | None]]


def bind(target: Any, value: Any, bound: Bound) -> None:
    """Add what a target's names are bound to: by name, one expression each time, or None."""
    kind = target.__class__
    if kind is Name:
        bound.setdefault(target.id, []).append(value)
    elif kind is Collection and target.kind == "dict":
        for key, item in zip(target.keys, target.items, strict=False):
            known = value is not None and isinstance(key, Constant) and isinstance(key.value, str)
            bind(item, _member(value, str(key.value)) if known and isinstance(key, Constant) else None, bound)
    elif kind is Collection:
        pairs = isinstance(value, Collection) and len(value.items) == len(target.items)
        for place, item in enumerate(target.items):
            bind(item, value.items[place] if pairs else _element(value, place), bound)
    elif kind is Choice:
        bind(target.options[0], None, bound)
    elif kind is Other or kind is Argument:
        for part in target.parts if kind is Other else [target.value]:
            bind(part, None, bound)


def _member(value: Any, attr: str) -> Member:
    """`value.attr` as an expression of its own, for a destructured name."""
    member = Member(value.start, value.end, value, attr)
    member.parent = value.parent
    return member


def _element(value: Any, place: int) -> Subscript | None:
    """`value[place]` as an expression of its own, for a name of an unpacked list."""
    if value is None or isinstance(value, Collection):
        return None
    element = Subscript(value.start, value.end, value, Constant(value.start, value.end, place))
    element.parent = value.parent
    return element
