"""How control leaves a loop's body other than by running to its end."""

from collections.abc import Iterator
from typing import Any

from asynccost.flow.file import File
from asynccost.flow.tree import Break, Continue, Loop, Node, Return, Switch, Yield
from asynccost.flow.walk import parts_of


def exits(loop: Loop, file: File) -> list[Node]:
    """Every break, return and yield that ends or hands over a turn of this loop, and jumps to a loop around it."""
    catching = (Loop, Switch) if file.language == "javascript" else (Loop,)  # a `match` catches no break
    found: list[Node] = []
    for statement in loop.body:
        found += _exits(statement, loop.label, True, catching)
    return found


def _exits(node: Any, label: str | None, breakable: bool, catching: tuple[type, ...]) -> Iterator[Node]:
    if isinstance(node, (Return, Yield)):
        yield node
    elif isinstance(node, Break):
        if node.label or breakable:
            yield node
    elif isinstance(node, Continue):
        if node.label and node.label != label:
            yield node
    else:
        inside = breakable and not isinstance(node, catching)
        for part in parts_of(node):
            if part is not None:
                yield from _exits(part, label, inside, catching)
