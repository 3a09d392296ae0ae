"""Which grammar reads a file, and what in the file it could not read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Parser
from tree_sitter import Node as Cst

ERROR = 65535  # the kind id of ERROR nodes in every grammar
SMALL = 10_000  # bytes; what is smaller is parsed without a budget

_INTERFACE = "interface_body"  # the grammar lets it hold exports, which no interface does

Range = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Dialect:
    """A grammar with its parser; `kinds` names each kind id (ids differ between grammars)."""

    name: str
    parser: Parser
    kinds: dict[int, str]


@dataclass(frozen=True, eq=False)
class Parsed:
    """A parse, and the byte ranges of it that are no sense; no root where parsing was given up."""

    dialect: Dialect
    root: Cst | None
    broken: list[Range]


@cache
def dialect(name: str) -> Dialect:
    """Load a grammar once: "javascript", "typescript" or "tsx"."""
    pointer = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }[name]()
    language = Language(pointer)
    kinds = {i: language.node_kind_for_id(i) or "" for i in range(language.node_kind_count)}
    return Dialect(name, Parser(language), {**kinds, ERROR: "ERROR"})


def dialect_name(path: str) -> str:
    """Name the grammar of a file by its suffix."""
    suffix = path.rpartition(".")[2]
    if suffix in ("ts", "mts", "cts"):
        return "typescript"
    return "tsx" if suffix == "tsx" else "javascript"


@lru_cache(maxsize=1)
def parse(name: str, source: bytes) -> Parsed:
    """Parse by the named grammar; JavaScript it cannot read may be Flow, which TSX reads better.

    The last answer is kept: who offers a fix for a file asks right behind who lowered it.
    """
    first = _parse(name, source)
    if name != "javascript" or not first.broken:
        return first
    second = _parse("tsx", source)
    return second if _size(second.broken) < _size(first.broken) else first


def _parse(name: str, source: bytes) -> Parsed:
    grammar = dialect(name)
    root = _root(grammar.parser, source)
    if root is None:
        return Parsed(grammar, None, [(0, len(source))])
    return Parsed(grammar, root, list(_broken(root)) if root.has_error else [])


def _root(parser: Parser, source: bytes) -> Cst | None:
    """Parse, but give up where broken code makes tree-sitter try so long that it runs out of memory."""
    if len(source) < SMALL:
        return parser.parse(source).root_node
    # real code reports 0.02 times a byte; `if (a) b() else ` 10,000 times took 3 minutes and crashed
    left = len(source) // 5

    def spent(_place: int, _broken: bool) -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        return parser.parse(lambda at, _point: source[at:], progress_callback=spent).root_node
    except ValueError:
        parser.reset()
        return None


def _broken(root: Cst) -> Iterator[Range]:
    """Yield the outermost ERROR ranges, and code that became part of an interface whose brace is missing.

    Any other MISSING token leaves the tree around it sound.
    """
    pending = [(root, "")]  # with the type of what is around: `node.parent` walks down from the root
    while pending:
        node, around = pending.pop()
        if node.kind_id == ERROR:
            if node.end_byte > node.start_byte and not _is_text(node, around):
                yield node.start_byte, node.end_byte
        elif node.type == "export_statement" and around == _INTERFACE:
            yield node.start_byte, node.end_byte
        else:
            kept = (child for child in reversed(node.children) if child.has_error or node.type == _INTERFACE)
            pending.extend((child, node.type) for child in kept)


def _is_text(node: Cst, around: str) -> bool:
    """Tell a bare "&" in the text of an element: legal JSX that the grammars do not know."""
    return around.startswith("jsx") and (node.text or b"").startswith(b"&")


def _size(ranges: list[Range]) -> int:
    return sum(end - start for start, end in ranges)
