"""tree-sitter's Python grammar: its names as numbers, which are cheap to dispatch on, the parser, and its trees.

A tree takes twenty times its source: those of a few files are there at a time, and parts are parsed again instead.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, cast

import tree_sitter
import tree_sitter_python

LANGUAGE = tree_sitter.Language(tree_sitter_python.language())


class Cst(Protocol):
    """What we use of tree_sitter.Node. A field that the grammar demands is always there, errors or not."""

    @property
    def kind_id(self) -> int: ...
    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def is_named(self) -> bool: ...
    @property
    def has_error(self) -> bool: ...
    @property
    def is_error(self) -> bool: ...
    @property
    def is_missing(self) -> bool: ...
    @property
    def child_count(self) -> int: ...
    @property
    def named_child_count(self) -> int: ...
    @property
    def parent(self) -> "Cst | None": ...
    @property
    def children(self) -> "list[Cst]": ...
    @property
    def named_children(self) -> "list[Cst]": ...
    def named_child(self, index: int, /) -> "Cst": ...
    def child_by_field_id(self, number: int, /) -> "Cst": ...
    def children_by_field_id(self, number: int, /) -> "list[Cst]": ...
    def descendant_for_byte_range(self, start: int, end: int, /) -> "Cst": ...


def parse(source: bytes, ranges: Sequence[tuple[int, int]] = ()) -> Cst:
    """Parse a file, or only the given byte ranges of it, as if they stood one after another."""
    parser = tree_sitter.Parser(LANGUAGE)
    if ranges:
        parser.included_ranges = [tree_sitter.Range(ORIGIN, ORIGIN, start, end) for start, end in ranges]
    return cast("Cst", parser.parse(source).root_node)


def kind(name: str) -> int:
    """Return the id that nodes of a named kind report."""
    number = LANGUAGE.id_for_node_kind(name, True)
    if number is None:
        raise LookupError(f"tree-sitter-python has no node kind {name!r}")
    return number


def token(text: str) -> int:
    """Return the id of an anonymous token."""
    number = LANGUAGE.id_for_node_kind(text, False)
    if number is None:
        raise LookupError(f"tree-sitter-python has no token {text!r}")
    return number


def _field(name: str) -> int:
    number = LANGUAGE.field_id_for_name(name)
    if number is None:
        raise LookupError(f"tree-sitter-python has no field {name!r}")
    return number


ORIGIN = tree_sitter.Point(0, 0)  # rows and columns are never asked for
ERROR = 0xFFFF

ALIAS = _field("alias")
ALTERNATIVE = _field("alternative")
ARGUMENT = _field("argument")
ARGUMENTS = _field("arguments")
ATTRIBUTE = _field("attribute")
BODY = _field("body")
CAUSE = _field("cause")
CONDITION = _field("condition")
CONSEQUENCE = _field("consequence")
DEFINITION = _field("definition")
EXPRESSION = _field("expression")
FORMAT_SPECIFIER = _field("format_specifier")
FUNCTION = _field("function")
GUARD = _field("guard")
KEY = _field("key")
LEFT = _field("left")
MODULE_NAME = _field("module_name")
NAME = _field("name")
OBJECT = _field("object")
OPERATOR = _field("operator")
OPERATORS = _field("operators")
PARAMETERS = _field("parameters")
RETURN_TYPE = _field("return_type")
RIGHT = _field("right")
SUBJECT = _field("subject")
SUBSCRIPT = _field("subscript")
SUPERCLASSES = _field("superclasses")
TYPE = _field("type")
VALUE = _field("value")

EXTRAS = frozenset({kind("comment"), kind("line_continuation"), ERROR})


def solid(node: Cst) -> list[Cst]:
    """List the named children that carry meaning: no comments, no errors."""
    found = children(node)
    for child in found:
        if child.kind_id in EXTRAS:
            return [child for child in found if child.kind_id not in EXTRAS]
    return found


def children(node: Cst) -> list[Cst]:
    """List the named children; one by one where they are few, which spares making their commas."""
    count = node.named_child_count
    if count == 1:
        return [node.named_child(0)]
    if count == 2:
        return [node.named_child(0), node.named_child(1)]
    return node.named_children if count else []


KEPT = 1_000_000  # bytes of source whose trees are there at once
_FUNCTION = kind("function_definition")
_latest: "dict[Tree, Cst]" = {}  # the one that was needed last at the end


class Tree:
    """How a file, or some ranges of its bytes, was parsed."""

    __slots__ = ("_broken", "_ranges", "_source", "size")

    def __init__(self, source: bytes, ranges: Sequence[tuple[int, int]] = ()) -> None:
        self._source = source
        self._ranges = ranges
        self._broken = True  # until it is parsed, nobody knows
        self.size = sum(end - start for start, end in ranges) or len(source)

    def root(self) -> Cst:
        """The root; nodes that somebody holds keep the whole tree."""
        root = _latest.pop(self, None)
        if root is None:
            root = parse(self._source, self._ranges)
            self._broken = root.has_error
            _make_room(self.size)
        _latest[self] = root
        return root

    def function(self, start: int, end: int) -> Cst:
        """The function definition of these bytes; by itself it is parsed as in its file, unless that is broken."""
        if self not in _latest and not self._broken:
            part = parse(self._source, [(start, end)])
            found = solid(part)
            spans = [(node.kind_id, node.start_byte, node.end_byte) for node in found]
            if spans == [(_FUNCTION, start, end)] and not part.has_error:
                return found[0]
        return self.root().descendant_for_byte_range(start, end)


@lru_cache(maxsize=32)
def tree_of(source: bytes) -> Tree:
    """The tree of a whole file, the same to all who ask: what lowers it, and the fixes that look at its text."""
    return Tree(source)


def _make_room(size: int) -> None:
    held = sum(tree.size for tree in _latest)
    while _latest and held + size > KEPT:
        oldest = next(iter(_latest))
        del _latest[oldest]
        held -= oldest.size
