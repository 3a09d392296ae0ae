"""Replaces attributes of other libraries by wrappers, and puts back exactly what was there.

A wrapper is made by `make(call)`, where `call` is the attribute as the owner gives it (a class: the plain function),
so that whatever wrapped it before us still works. Only an attribute that is still our own is restored; where someone
wrapped ours in the meantime, ours stays underneath and does nothing (its guards ask whether a probe is on).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import update_wrapper
from types import CodeType, FunctionType
from typing import Any

MISSING = object()
MOST_WRAPPERS = 50  # that are looked through
_CO_COROUTINE, _CO_REST = 0x80, 0x0C  # inspect.CO_COROUTINE, CO_VARARGS | CO_VARKEYWORDS
Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(slots=True)
class Patch:
    """One replaced attribute: `before` is the owner's own raw value, MISSING where it inherited one."""

    owner: Any
    name: str
    before: Any
    after: Any

    @property
    def ours(self) -> bool:
        """Whether the attribute is still the one we put there."""
        return vars(self.owner).get(self.name, MISSING) is self.after


class Patches:
    """All replaced attributes, in order."""

    def __init__(self) -> None:
        """Nothing is replaced yet."""
        self.made: list[Patch] = []
        self.leftover: list[Patch] = []

    def wrap(self, owner: Any, name: str, make: Wrap) -> bool:
        """Replace `owner.name` if it exists; False if this version of the library has no such attribute."""
        there = vars(owner).get(name, MISSING)
        before_us = [p for p in (*self.made, *self.leftover) if p.owner is owner and p.name == name]
        if any(_leads_to(there, p.after) for p in before_us):
            return True  # left there by an earlier probe, maybe beneath another's wrapper, or asked for twice
        call = getattr(owner, name, None)
        if not callable(call):
            return False
        after = update_wrapper(_made(make, call), call)
        if _is_coroutine(call) and not _is_coroutine(after):
            _mark(after)
        setattr(owner, name, staticmethod(after) if isinstance(there, staticmethod) else after)
        self.made.append(Patch(owner, name, there, vars(owner).get(name)))
        return True

    def restore(self) -> None:
        """Put everything back, last first."""
        for patch in reversed(self.made):
            if not patch.ours:
                self.leftover.append(patch)
            elif patch.before is MISSING:
                delattr(patch.owner, patch.name)
            else:
                setattr(patch.owner, patch.name, patch.before)
        self.made.clear()


def _leads_to(attribute: Any, ours: Any) -> bool:
    """Whether ours stands here, or under wrappers that name what they wrap or close over it."""
    rest, seen = [attribute], 0
    while rest and seen < MOST_WRAPPERS:
        each, seen = rest.pop(), seen + 1
        if each is ours:
            return True
        rest += [inner for name in ("__wrapped__", "__func__") if (inner := getattr(each, name, None)) is not None]
        rest += [inner for inner in _closed_over(each) if isinstance(inner, FunctionType)]
    return False


def _closed_over(function: Any) -> Iterator[Any]:
    for cell in getattr(function, "__closure__", None) or ():
        with suppress(ValueError):  # not filled yet
            yield cell.cell_contents


def _made(make: Wrap, call: Any) -> Any:
    """The wrapper. One that names its parameters hands them on for half of what `*args, **kwargs` cost.

    It stands before an original with the same ones, and takes over their defaults. Before any other (of an unknown
    version, or somebody's wrapper) its guards are told what goes by those names; the original gets what it was given.
    """
    wrapper: Any = make(call)
    code = wrapper.__code__
    if code.co_flags & _CO_REST:
        return wrapper
    if isinstance(call, FunctionType) and _parameters(call.__code__) == _parameters(code):
        wrapper.__defaults__, wrapper.__kwdefaults__ = call.__defaults__, call.__kwdefaults__
        return wrapper
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    in_order = names[: code.co_argcount]

    def loosely(*args: Any, **kwargs: Any) -> Any:
        def given(*_: Any, **__: Any) -> Any:
            return call(*args, **kwargs)

        told = dict(zip(in_order, args, strict=False))
        return make(given)(**{name: told.get(name, kwargs.get(name)) for name in names})

    return loosely


def _parameters(code: CodeType) -> tuple[Any, ...]:
    named = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return *named, code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], code.co_flags & _CO_REST


def _is_coroutine(function: Any) -> bool:
    return bool(getattr(getattr(function, "__code__", None), "co_flags", 0) & _CO_COROUTINE)


def _mark(wrapper: Any) -> None:
    """A plain function that gives the original's coroutine: who asks is to be told that it is to be awaited."""
    if sys.version_info >= (3, 12):
        from inspect import markcoroutinefunction

        markcoroutinefunction(wrapper)
    else:
        from asyncio import coroutines

        wrapper._is_coroutine = coroutines._is_coroutine  # type: ignore[attr-defined]
