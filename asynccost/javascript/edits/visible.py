"""The names that code at a place sees of its functions: what is declared there anew would hide them."""

from collections.abc import Sequence

from asynccost.flow.around import above, function_of
from asynccost.flow.tree import Assign, Case, Define, Function, Handler, If, Loop, Name, Node, Try
from asynccost.flow.walk import walk


def visible(node: Node) -> set[str]:
    """The names of the blocks, loops and functions that a statement stands in; a module's may be hidden."""
    mine = function_of(node)
    names = {n for up in above(node) for n in _declared(up, node)} | _parameters(mine)
    names |= _of_block(mine.body)
    here = mine.scope
    while here is not None and here.kind != "module":
        names |= here.bindings
        here = here.scope
    return names


def _declared(up: Node, node: Node) -> set[str]:
    """What a statement around a place declares for it: in its head, and in the block of it that holds the place."""
    names: set[str] = set()
    if isinstance(up, Loop):
        names |= _named(up.target) | _of_block(up.setup)
    elif isinstance(up, Handler) and up.name:
        names.add(up.name)
    blocks = [up.body] if isinstance(up, (If, Loop, Try, Handler, Case)) else []
    blocks += [up.orelse] if isinstance(up, If) else [up.orelse, up.final] if isinstance(up, Try) else []
    for block in blocks:
        if any(s.start <= node.start and node.end <= s.end for s in block):
            names |= _of_block(block)
    return names


def _of_block(block: Sequence[Node]) -> set[str]:
    """What the statements of a block declare; those within them declare for themselves, `var` aside."""
    names: set[str] = set()
    for statement in block:
        if isinstance(statement, Assign) and statement.declares:
            names |= {name for target in statement.targets for name in _named(target)}
        elif isinstance(statement, Define):
            names.add(statement.what.name)
    return names


def _named(target: Node | None) -> set[str]:
    return {n.id for n in walk(target) if isinstance(n, Name)} if target is not None else set()


def _parameters(function: Function) -> set[str]:
    names: set[str] = set()
    for param in function.params:
        names |= {param.name} | _named(param.pattern)
    return names - {""}
