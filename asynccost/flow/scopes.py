"""The functions that a function is written in."""

from collections.abc import Iterator

from asynccost.flow.tree import Function


def scopes(function: Function | None) -> Iterator[Function]:
    """A function and those around it, from the inside out; the module comes last."""
    while function is not None:
        yield function
        function = function.scope


def stands_in(function: Function | None, outer: Function) -> bool:
    """Whether a function is another one, or written in it."""
    return any(one is outer for one in scopes(function))
