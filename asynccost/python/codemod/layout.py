"""The lines of a file: where statements begin and end, how they are indented, which lines begin inside a string."""

from asynccost.flow.file import File
from asynccost.flow.tree import Function, Node
from asynccost.python.grammar import Cst, kind, tree_of

STRING = kind("string")
_BLANK = b" \t\f"


def layout_of(file: File) -> "Layout":
    """The layout of a file, made once."""
    return file.memo(_layout)


def _layout(file: File) -> "Layout":
    return Layout(file.module.source)


class Layout:
    """Questions about the text of one file. Positions are byte offsets."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    @property
    def root(self) -> Cst:
        """The file's syntax tree; it is parsed when first asked for, and again when it has been let go."""
        return tree_of(self.source).root()

    def text(self, start: int, end: int) -> str:
        """A stretch of the file."""
        return self.source[start:end].decode("utf-8", "surrogateescape")

    def line_start(self, at: int) -> int:
        """Where the line of a position begins."""
        return self.source.rfind(b"\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line of a position ends, before its line end."""
        end = self.source.find(b"\n", at)
        end = len(self.source) if end < 0 else end
        return end - 1 if end > at and self.source[end - 1 : end] == b"\r" else end

    def next_line(self, at: int) -> int:
        """Where the line after that of a position begins; the file's end where there is none."""
        end = self.source.find(b"\n", at)
        return len(self.source) if end < 0 else end + 1

    def indent(self, at: int) -> str:
        """The blanks that the line of a position begins with."""
        start = self.line_start(at)
        end = start
        while self.source[end : end + 1] in (b" ", b"\t", b"\f"):
            end += 1
        return self.text(start, end)

    def unit(self, function: Function) -> str:
        """One step of indentation, as a function's body shows it; four blanks where it shows nothing."""
        outer, inner = self.indent(function.start), self.indent(function.body_start)
        return inner[len(outer) :] if inner.startswith(outer) and len(inner) > len(outer) else "    "

    def begins_line(self, at: int) -> bool:
        """Whether nothing but blanks stands before a position in its line."""
        return not self.source[self.line_start(at) : at].strip(_BLANK)

    def ends_line(self, at: int) -> bool:
        """Whether nothing but a comment stands after a position in its line."""
        rest = self.source[at : self.line_end(at)].strip(_BLANK)
        return not rest or rest.startswith(b"#")

    def alone(self, node: Node) -> bool:
        """Whether a statement shares its first and last line with no other."""
        return self.begins_line(node.start) and self.ends_line(node.end)

    def bare(self, start: int, end: int) -> bool:
        """Whether no comment stands in a stretch (a `#` in a string counts as one)."""
        return b"#" not in self.source[start:end]

    def with_comments(self, at: int) -> int:
        """The line of a position, or the first of the comments right above it that are indented like it."""
        at = self.line_start(at)
        mark = f"{self.indent(at)}#".encode()
        while at > 0 and self.source.startswith(mark, self.line_start(at - 1)):
            at = self.line_start(at - 1)
        return at

    def blank_above(self, at: int) -> bool:
        """Whether the line above that of a position is blank."""
        start = self.line_start(at)
        return start > 0 and not self.source[self.line_start(start - 1) : start].strip()

    def lines(self, start: int, end: int) -> list[int]:
        """Where the lines from one position to another begin, that of `start` first."""
        found = [self.line_start(start)]
        while (following := self.next_line(found[-1])) < end:
            found.append(following)
        return found

    def shifted(self, start: int, end: int, old: str, new: str) -> str:
        """A stretch as it reads where its first line is indented by `new` in the place of `old`."""
        text = self.text(start, min(end, self.next_line(start)))
        further = self.lines(start, end)[1:]
        still = self.in_string(start, end) if further else set()  # most calls are on one line, and need no tree
        for line in further:
            part = self.text(line, min(end, self.next_line(line)))
            text += new + part[len(old) :] if line not in still and part.startswith(old) and part.strip() else part
        return text

    def in_string(self, start: int, end: int) -> set[int]:
        """The lines of a stretch that begin inside a string, whose blanks are the string's own."""
        found: set[int] = set()
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node.end_byte <= start or node.start_byte >= end:
                continue
            if node.kind_id != STRING:
                stack += node.children
            elif b"\n" in self.source[node.start_byte : node.end_byte]:
                found.update(self.lines(node.start_byte, node.end_byte)[1:])
        return found
