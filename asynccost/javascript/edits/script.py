"""The syntax tree of a file that is to be changed: the places of flow nodes in it, and how the file is written."""

import re
from collections.abc import Iterator
from functools import cached_property

import tree_sitter

from asynccost.flow.file import File
from asynccost.flow.tree import Function, Node
from asynccost.javascript import components
from asynccost.javascript.dialect import dialect_name, parse

Cst = tree_sitter.Node
HOLDERS = frozenset({"statement_block", "program", "switch_case", "switch_default", "class_static_block"})
_BODIES = frozenset(
    {"if_statement", "else_clause", "for_statement", "for_in_statement", "while_statement", "do_statement"}
)
_FUNCTIONS = frozenset(
    {
        "arrow_function", "function_expression", "function_declaration", "generator_function",
        "generator_function_declaration", "method_definition",
    }
)
_ENDED = frozenset({"expression_statement", "lexical_declaration", "return_statement", "import_statement"})
_LISTS = frozenset({"object", "array", "object_pattern", "named_imports"})
_AROUND = frozenset({
    "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion",
})
WIDTHS = (80, 100, 120)


class Script:
    """One file's tree. Offsets are bytes into its source, as those of flow nodes are."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.source = file.module.source
        self.path = file.path
        name, text = dialect_name(file.path), self.source
        if file.path.endswith(components.SUFFIXES):
            name, text = components.script(self.source)
        parsed = parse(name, text)
        self.dialect = parsed.dialect.name
        self.typed = name != "javascript"
        self.root = parsed.root
        self.newline = "\r\n" if b"\r\n" in self.source else "\n"
        self._habits: dict[int, list[bool]] = {}

    # ----------------------------------------------------------------- places

    def at(self, start: int, end: int) -> Cst:
        """The smallest node that spans a range."""
        assert self.root is not None
        node = self.root.descendant_for_byte_range(start, end)
        assert node is not None
        return node

    def of(self, node: Node) -> Cst:
        """The outermost node of the same range as a flow node."""
        found = self.at(node.start, node.end)
        while found.parent is not None and _range(found.parent) == (node.start, node.end):
            found = found.parent
        return found

    def statement(self, node: Node) -> Cst:
        """The statement or declaration, with its semicolon, that a flow node stands in."""
        found = self.at(node.start, node.end)
        while not self.is_statement(found):
            if found.parent is None:
                return found
            found = found.parent
        return found

    def is_statement(self, node: Cst) -> bool:
        """Whether a node stands in a list of statements, or as the one statement of a branch or loop."""
        around = node.parent
        if around is None or around.type in HOLDERS:
            return node.type not in ("{", "}")
        return around.type in _BODIES and node.type.endswith(("_statement", "_declaration", "_block"))

    def function(self, function: Function) -> Cst:
        """The node of a function."""
        found = self.at(function.start, function.end)
        while found.type not in _FUNCTIONS and found.parent is not None:
            found = found.parent
        return found

    def body(self, function: Function) -> Cst | None:
        """A function's block, or the expression that an arrow returns."""
        if function.kind == "module":
            return self.root
        return self.function(function).child_by_field_name("body")

    def written(self, node: Node) -> tuple[int, int]:
        """The range of an expression with the parentheses and casts around it, which the flow tree leaves out."""
        found = self.of(node)
        while found.parent is not None and found.parent.type in _AROUND:
            found = found.parent
        return _range(found)

    def exact(self, node: Node) -> bool:
        """Whether no parentheses and no cast stand around an expression."""
        return self.written(node) == (node.start, node.end)

    def text(self, at: "Cst | Node | tuple[int, int]") -> str:
        """The source text of a node or a range."""
        if isinstance(at, tuple):
            start, end = at
        else:
            start, end = (at.start_byte, at.end_byte) if isinstance(at, Cst) else (at.start, at.end)
        return self.source[start:end].decode("utf-8", "replace").replace("\r\n", "\n")

    def flat(self, at: Cst | Node) -> str:
        """A node's text without the indentation of its place, for a patch to indent anew."""
        start, end = (at.start_byte, at.end_byte) if isinstance(at, Cst) else (at.start, at.end)
        return self.moved(start, end, f"-{self.indent(start)}")

    # ------------------------------------------------------------------ lines

    def line_start(self, at: int) -> int:
        """The first byte of the line of a place."""
        return self.source.rfind(b"\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """The byte of the line end after a place, before a carriage return."""
        found = self.source.find(b"\n", at)
        end = len(self.source) if found < 0 else found
        return end - 1 if end > at and self.source[end - 1 : end] == b"\r" else end

    def indent(self, at: int) -> str:
        """The white space that the line of a place begins with."""
        start = self.line_start(at)
        found = re.compile(rb"[ \t]*").match(self.source, start)
        return found[0].decode() if found else ""

    def starts_line(self, at: int) -> bool:
        """Whether only white space stands before a place on its line."""
        return not self.source[self.line_start(at) : at].strip()

    def multiline(self, node: Cst) -> bool:
        """Whether a node spans several lines."""
        return node.start_point[0] != node.end_point[0]

    def shift(self, at: int, indent: str) -> str:
        """By how much the lines that begin with that of a place must move to be indented like `indent`."""
        own = self.indent(at)
        return f"-{own[len(indent):]}" if own.startswith(indent) and own != indent else indent[len(own) :]

    # ------------------------------------------------------------------ style

    def _ended(self, around: Cst) -> list[bool]:
        """Of each statement in a node that a semicolon may end, whether one does."""
        if around.id not in self._habits:
            ends = (n.end_byte for n in self.walk(around) if n.type in _ENDED)
            ended = [self.source[end - 1 : end] == b";" for end in ends if end < around.end_byte]
            self._habits[around.id] = ended
        return self._habits[around.id]

    def semi(self, at: int) -> str:
        """What ends a statement near a place: as in the innermost function around it that shows a habit."""
        assert self.root is not None
        node: Cst | None = self.root.descendant_for_byte_range(at, at)
        while node is not None:
            if node.type in _FUNCTIONS or node.parent is None:
                mine = self._ended(node)
                if len(mine) > 1 or (node.parent is None and mine):
                    return ";" if 2 * sum(mine) >= len(mine) else ""
            node = node.parent
        return ";"

    @cached_property
    def unit(self) -> str:
        """One step of indentation."""
        source = self.source
        steps: dict[bytes, int] = {}
        for outer, inner in re.findall(rb"\n([ \t]*)[^\s\n][^\n]*\{\r?\n([ \t]+)[^\s]", source):
            if len(inner) > len(outer) and inner.startswith(outer):
                step = inner[len(outer) :]
                steps[step] = steps.get(step, 0) + 1
        return max(steps, key=lambda s: steps[s]).decode() if steps else "  "

    @cached_property
    def quote(self) -> str:
        """The quotes around a string."""
        return "'" if self.source.count(b"'") > self.source.count(b'"') else '"'

    @cached_property
    def comma(self) -> str:
        """What follows the last item of a list that spans several lines."""
        return self._last_comma(_LISTS, ",")

    @cached_property
    def argument_comma(self) -> str:
        """The same of the arguments of a call, which many styles leave without."""
        return self._last_comma(frozenset({"arguments"}), self.comma)

    def _last_comma(self, kinds: frozenset[str], otherwise: str) -> str:
        ends = [
            node.children[-2].type == ","
            for node in self.walk()
            if node.type in kinds and len(node.children) > 2 and self.starts_line(node.children[-1].start_byte)
        ]
        return otherwise if not ends else "," if 2 * sum(ends) >= len(ends) else ""

    @cached_property
    def width(self) -> int:
        """How long a line may be: the least usual width that nearly all lines keep."""
        lengths = [len(line.rstrip(b"\r")) for line in self.source.split(b"\n")]
        for width in WIDTHS:
            if sum(length <= width for length in lengths) >= 0.98 * len(lengths):
                return width
        return WIDTHS[-1]

    def arrow(self, parameter: str) -> str:
        """The head of an arrow of one parameter, with or without parentheses as the file has them."""
        bare = len(re.findall(rb"[=(,:\s]\w+ =>", self.source))
        closed = len(re.findall(rb"\(\w+\) =>", self.source))
        plain = re.fullmatch(r"[\w$]+", parameter) is not None
        return f"{parameter} =>" if plain and bare > closed else f"({parameter}) =>"

    # ------------------------------------------------------------------- tree

    def walk(self, root: Cst | None = None) -> Iterator[Cst]:
        """Every node under a node, itself first."""
        first = root or self.root
        pending = [first] if first is not None else []
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))

    def templates(self, start: int, end: int) -> list[tuple[int, int]]:
        """The ranges of template strings within a range: their lines may not be moved."""
        if b"`" not in self.source[start:end]:
            return []
        around = self.at(start, end)
        return [_range(n) for n in self.walk(around) if n.type == "template_string"]

    def moved(self, start: int, end: int, by: str) -> str:
        """A range's text with its lines, but the first, indented by `by` more (or, with "-", less)."""
        skip = self.templates(start, end)
        out: list[str] = []
        at = start
        for line in self.source[start:end].split(b"\n"):
            text = line.decode("utf-8", "replace")
            fixed = at == start or any(a < at <= b for a, b in skip)
            empty = not text.strip() and at + len(line) < end
            out.append(text if fixed or empty else _shifted(text, by))
            at += len(line) + 1
        return "\n".join(out).replace("\r\n", "\n")


def _shifted(text: str, by: str) -> str:
    if by.startswith("-"):
        return text.removeprefix(by[1:])
    return by + text


def _range(node: Cst) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def script(file: File) -> Script:
    """The tree of a file, parsed once."""
    return file.memo(Script)
