"""The parse trees of a few files at a time: a tree takes twenty times its source, so parts are parsed again instead."""

from collections.abc import Sequence

from asynccost.python.grammar import Cst, kind, parse, solid

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


def _make_room(size: int) -> None:
    held = sum(tree.size for tree in _latest)
    while _latest and held + size > KEPT:
        oldest = next(iter(_latest))
        del _latest[oldest]
        held -= oldest.size
