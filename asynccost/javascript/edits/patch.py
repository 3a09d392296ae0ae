"""Changes of one file, collected in any order and handed over as edits."""

import re

from tree_sitter import Node as Cst

from asynccost.javascript.edits.script import Script
from asynccost.model import Edit

_AHEAD = re.compile(r"-next-line|@ts-|\bdep(?:endencie)?s\b|\bomit|\bre-?run")
_BACKTICK = re.compile(r"(?<!\\)`")


class Patch:
    """Insertions and replacements. Texts are written with "\\n"; the file's own line ends are used."""

    def __init__(self, script: Script, at: int) -> None:
        """`at`: the place that shows how statements end around here."""
        self.script = script
        self.semi = script.semi(at)
        self._changes: list[tuple[int, int, str]] = []

    def changes(self) -> list[tuple[int, int, str]]:
        """What was collected so far."""
        return list(self._changes)

    def insert(self, at: int, text: str) -> None:
        """Put text at a place, after what was put there before."""
        self._changes.append((at, at, text))

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in the place of a range."""
        self._changes.append((start, end, text))

    # ------------------------------------------------------------- statements

    def before(self, statement: Cst, *lines: str) -> None:
        """Put statements before a statement, on lines of their own."""
        script, at = self.script, statement.start_byte
        indent = script.indent(at)
        if script.starts_line(at):
            self.insert(at, "".join(f"{_indented(line, indent)}\n{indent}" for line in lines))
        else:
            self.insert(at, "".join(f"{line.rstrip(';')}; " for line in lines))

    def after(self, statement: Cst, *lines: str) -> None:
        """Put statements after a statement, and after the comment that ends its line."""
        at = self._end_of(statement)
        indent = self.script.indent(statement.start_byte)
        self.insert(at, "".join(f"\n{indent}{_indented(line, indent)}" for line in lines))

    def _end_of(self, statement: Cst) -> int:
        following = statement.next_sibling
        if following is not None and following.type == "comment" and (
            following.start_point[0] == statement.end_point[0] == following.end_point[0]
        ):
            return following.end_byte
        return statement.end_byte

    def first(self, block: Cst, *lines: str) -> None:
        """Put statements at the start of a block, after directives."""
        directives = [c for c in block.named_children if _is_directive(c)]
        if directives:
            self.after(directives[-1], *lines)
            return
        inner = self._inner(block)
        self.insert(self._after_brace(block), "".join(f"\n{inner}{_indented(line, inner)}" for line in lines))
        self._open(block)

    def _after_brace(self, block: Cst) -> int:
        """Behind the brace, and behind the comment that follows it on its line."""
        first = block.named_children[0] if block.named_children else None
        if first is None or first.type != "comment" or not self.script.multiline(block):
            return block.start_byte + 1
        if first.end_point[0] == block.start_point[0]:
            return first.end_byte
        return block.start_byte + 1

    def last(self, block: Cst, *lines: str) -> None:
        """Put statements at the end of a block."""
        children = block.named_children
        while children and _looks_ahead(children[-1], self.script):
            children = children[:-1]
        at = children[-1].end_byte if children else block.start_byte + 1
        inner = self._inner(block)
        self.insert(at, "".join(f"\n{inner}{_indented(line, inner)}" for line in lines))
        self._open(block)

    def _inner(self, block: Cst) -> str:
        """The indentation of the statements of a block."""
        script = self.script
        for child in block.named_children:
            if script.starts_line(child.start_byte):
                return script.indent(child.start_byte)
        return script.indent(block.start_byte) + script.unit

    def _open(self, block: Cst) -> None:
        """Spread a block that stands on one line over several."""
        script = self.script
        if script.multiline(block) or any(s == block.start_byte + 1 and e > s for s, e, _ in self._changes):
            return
        outer = script.indent(block.start_byte)
        first, end = block.start_byte + 1, block.end_byte - 1
        children = block.named_children
        if not children:
            if not any(s == first and e == end and t == f"\n{outer}" for s, e, t in self._changes):
                self.replace(first, end, f"\n{outer}")
            return
        inner = outer + script.unit
        head, tail = (first, children[0].start_byte), (children[-1].end_byte, end)
        for start, stop, text in ((*head, f"\n{inner}"), (*tail, f"\n{outer}")):
            if (start, stop, text) not in self._changes:
                self._changes.append((start, stop, text))

    # ------------------------------------------------------------------- edits

    def edits(self) -> tuple[Edit, ...]:
        """The edits in order; what is put at one place becomes one edit."""
        merged: list[tuple[int, int, str]] = []
        order = sorted(enumerate(self._changes), key=lambda c: (c[1][0], c[1][1] > c[1][0], c[0]))
        for _, (start, end, text) in order:
            if merged and merged[-1][0] == start and merged[-1][1] == start:
                merged[-1] = (start, end, merged[-1][2] + text)
            elif merged and start < merged[-1][1]:
                raise ValueError("two changes of one fix overlap")
            elif merged and start == end == merged[-1][1]:
                merged[-1] = (merged[-1][0], merged[-1][1], merged[-1][2] + text)
            else:
                merged.append((start, end, text))
        newline = self.script.newline
        return tuple(Edit(self.script.path, s, e, t.replace("\n", newline)) for s, e, t in merged)

    def within(self, start: int, end: int, by: str = "") -> str:
        """A range's text with the changes that fall into it, which leave the patch; its lines moved by `by`."""
        mine = sorted(c for c in self._changes if start <= c[0] and c[1] <= end)
        self._changes = [c for c in self._changes if c not in mine]
        out, at = "", start
        for first, last, text in mine:
            out += self.script.moved(at, first, by) + (text if by.startswith("-") else text.replace("\n", f"\n{by}"))
            at = last
        return out + self.script.moved(at, end, by)


def _looks_ahead(node: Cst, script: Script) -> bool:
    """Whether a comment speaks of the line behind it, as many stand before a list of dependencies."""
    text = script.text(node) if node.type == "comment" else ""
    return _AHEAD.search(text) is not None


def _is_directive(node: Cst) -> bool:
    return node.type == "expression_statement" and bool(node.children) and node.children[0].type == "string"


def _indented(text: str, indent: str) -> str:
    """Text whose lines, but the first and those within a template string, are indented as deep as its place."""
    out, within = "", False
    for line in text.splitlines(keepends=True):
        out += line if within or not out or not line.strip() else indent + line
        within ^= len(_BACKTICK.findall(line)) % 2 == 1
    return out
