"""From the source of a file to its Module: of the whole of it, or of its functions that are worth it."""

import re
from collections.abc import Iterator
from sys import intern

from asynccost.flow.module import Module
from asynccost.flow.tree import Argument, Class, Expr, Function, Member, Name
from asynccost.python import (  # noqa: F401  (each registers what it lowers)
    compounds,
    comprehensions,
    constants,
    definitions,
    displays,
    expressions,
    imports,
    operators,
    patterns,
    statements,
)
from asynccost.python.grammar import Cst, Tree, solid, tree_of
from asynccost.python.imports import import_lines
from asynccost.python.paths import module_name, package_name
from asynccost.python.scopes import Lowering, enter_class, leave
from asynccost.python.slices import Block, Slice, cut
from asynccost.python.tables import STATEMENTS, block

_HEADER = re.compile(rb"class[ \t]+\w+[ \t]*\(([^()\[\]#\"'\\]*)\)[ \t]*:")
_BASE = re.compile(rb"(?:\A|,)\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*(?=,|\Z)")


def lower_whole(path: str, source: bytes) -> Module:
    """Parse and lower a whole file."""
    tree = tree_of(source)
    root = tree.root()
    low = _start(path, source, tree)
    top = low.top
    block(low, root, 0, top.body)
    top.body_start = top.body[0].start if top.body else len(source)
    return _finish(path, low, _broken_ranges(root), whole=True)


def _start(path: str, source: bytes, tree: Tree) -> Lowering:
    top = Function(0, len(source), "<module>", "<module>", "module", False, False, [], [], [], 0)
    return Lowering(source, package_name(path), top, tree)


def _finish(path: str, low: Lowering, broken: list[tuple[int, int]], *, whole: bool) -> Module:
    top = low.top
    for local, dotted in low.nested_imports:
        if local not in top.bindings:
            low.imports.setdefault(local, dotted)
    low.broken[:] = sorted({*broken, *low.broken})  # the same list: bodies that wait add to it
    return Module(
        path,
        "python",
        module_name(path),
        low.source,
        top,
        low.functions,
        low.classes,
        low.imports,
        whole=whole,
        broken=low.broken,
    )


def _broken_ranges(root: Cst) -> list[tuple[int, int]]:
    """What the parser could not make sense of: the bytes of errors, and of places where something is missing."""
    found = []
    pending = [root] if root.has_error else []
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        else:
            pending += [child for child in node.children if child.has_error]
    return found


def lower_slices(path: str, source: bytes) -> Module | None:
    """Lower the functions worth it; None where they cannot be cut out safely."""
    slices = cut(source)
    if slices is None:
        return None
    tree = Tree(source, [(piece.start, piece.end) for piece in slices])
    low = _start(path, source, tree)
    if not slices:
        return _finish(path, low, [], whole=False)
    import_lines(low)
    root = tree.root()
    nodes = solid(root)
    if root.has_error or [node.start_byte for node in nodes] != [piece.start for piece in slices]:
        return None
    for piece, node in zip(slices, nodes, strict=True):
        _lower_slice(low, piece, node)
    return _finish(path, low, [], whole=False)


def _lower_slice(low: Lowering, piece: Slice, node: Cst) -> None:
    """Lower one slice inside stand-ins for the classes around it."""
    top = low.top
    outside = (low.scope, low.owner, low.prefix, low.bindings)
    for around in piece.classes:
        enter_class(low, _stand_in(low, around))
    out = low.owner.body if low.owner else top.body
    STATEMENTS[0][node.kind_id](low, node, 1, out)
    leave(low, outside)


def _stand_in(low: Lowering, around: Block) -> Class:
    for known in low.classes:
        if known.start == around.start:
            return known
    name = intern(around.name)
    given = [*_bases(low.source, around.start)]
    made = Class(around.start, around.end, name, low.prefix + name, given, [], [], {}, low.scope)
    low.classes.append(made)
    return made


def _bases(source: bytes, start: int) -> Iterator[Argument]:
    """The bases of the class that starts at a byte, by its header: `class Events(bus.Bus, metaclass=Meta):`.

    Those that are plain names; where anything is called or subscribed, none.
    """
    header = _HEADER.match(source, start)
    for found in _BASE.finditer(source[header.start(1) : header.end(1)] if header is not None else b""):
        at = header.start(1) + found.start(1) if header is not None else start
        yield _argument(found[1].decode("utf-8", "replace"), at)


def _argument(dotted: str, start: int) -> Argument:
    first, *rest = dotted.split(".")
    end = start + len(first.encode())
    value: Expr = Name(start, end, intern(first))
    for attr in rest:
        end += 1 + len(attr.encode())
        value = Member(start, end, value, intern(attr))
    return Argument(start, end, value)
