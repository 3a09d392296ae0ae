"""Gathers the edits of one fix."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.tree import Node
from asynccost.model import Edit
from asynccost.python.codemod.layout import Layout


class Patch:
    """Replacements of stretches of one file, in any order. Stretches do not overlap; what is added at one place is
    joined in the order in which it was added."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.layout = Layout(file.module.source)
        self._added: dict[tuple[int, int], str] = {}
        self.imported: set[str] = set()  # the imports that it adds

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in the place of a stretch."""
        self._added[start, end] = text

    def insert(self, at: int, text: str) -> None:
        """Put text before a position."""
        self._added[at, at] = self._added.get((at, at), "") + text

    def insert_lines(self, at: int, indent: str, *lines: str) -> None:
        """Put whole lines before the line of a position (or behind a file's last, unfinished line)."""
        at = self.layout.line_start(at) if at < len(self.layout.source) else at
        text = "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
        if at == len(self.layout.source) and at and not self.layout.source.endswith(b"\n"):
            text = "\n" + text[:-1]
        self.insert(at, text)

    def remove_lines(self, node: Node, *, gap: bool = False) -> None:
        """Take a statement away with its lines; it shares them with no other. gap: and a blank line behind it, where
        one stands before it as well, or its block begins with it."""
        end = self.layout.next_line(node.end)
        before = self.layout.source[: self.layout.line_start(node.start)].rstrip(b" \t\r\n")
        first = self.layout.blank_above(node.start) or before.endswith(b":")
        if gap and first and self.layout.blank_above(self.layout.next_line(end)):
            end = self.layout.next_line(end)
        self.replace(self.layout.line_start(node.start), end, "")

    def reindent(self, start: int, end: int, old: str, new: str) -> None:
        """Move the lines of a stretch, which are indented by `old` at least, to `new`. Lines that begin inside a
        string stay as they are, and so do those that stand further out, such as comments."""
        source = self.layout.source
        still = self.layout.in_string(start, end)
        for line in self.layout.lines(start, end):
            begins = source[line : line + len(old)] == old.encode()
            if line in still or not begins or self.layout.line_end(line) == line:
                continue
            if new.startswith(old):
                self.insert(line, new[len(old) :])
            elif old.startswith(new):
                self.replace(line + len(new), line + len(old), "")
            else:
                self.replace(line, line + len(old), new)

    def edits(self) -> Iterator[Edit]:
        """The edits in the order of the file."""
        gone = [place for place, text in self._added.items() if not text]
        anew = [(a + 1, b) for (a, b), text in self._added.items() if text and a < b]
        for (start, end), text in sorted(self._added.items()):
            if start == end and not text.strip(" \t") and any(a <= start < b for a, b in (*gone, *anew)):
                continue  # the indentation of a line that is taken away, or written anew
            if text.encode("utf-8", "surrogateescape") != self.layout.source[start:end]:
                yield Edit(self.file.path, start, end, text)
