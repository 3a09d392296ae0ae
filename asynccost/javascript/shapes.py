"""How the awaits of a parsed script stand, found by the grammar's own search: what cannot wait side by side,
and loops whose turns wait for nothing, need not be lowered to be left alone.

May say too much, never too little.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tree_sitter import Node as Cst
from tree_sitter import Query, QueryCursor

from asynccost.javascript.dialect import Dialect, Parsed

_QUERY = """
(await_expression) @await
(for_in_statement body: (_) @loop)
[(for_statement) (while_statement) (do_statement)] @loop
[(arrow_function) (function_declaration) (function_expression) (method_definition)
 (generator_function) (generator_function_declaration)] @function
"""
_NAMES = """
[(identifier) (shorthand_property_identifier)] @read
[(identifier) (shorthand_property_identifier_pattern)] @bound
[(arrow_function) (function_expression) (generator_function) (method_definition) (class)] @function
"""
_PASSED_ON = frozenset({  # from an await up to its statement, what leaves it the one that the statement is about
    "parenthesized_expression", "member_expression", "subscript_expression", "non_null_expression", "as_expression",
    "satisfies_expression", "type_assertion", "instantiation_expression", "unary_expression", "binary_expression",
    "assignment_expression", "augmented_assignment_expression", "variable_declarator", "template_substitution",
    "template_string", "sequence_expression", "await_expression",
})  # fmt: skip
_STATEMENTS = frozenset({"expression_statement", "lexical_declaration", "variable_declaration"})
_BETWEEN = frozenset({  # what stands between two others; of other kinds nothing is lowered, or its own statements
    "expression_statement", "lexical_declaration", "variable_declaration", "if_statement", "for_statement",
    "for_in_statement", "while_statement", "do_statement", "return_statement", "throw_statement", "try_statement",
    "switch_statement", "break_statement", "continue_statement", "function_declaration",
    "generator_function_declaration", "class_declaration", "abstract_class_declaration",
})  # fmt: skip


class Shape(NamedTuple):
    """neighbours: two statements may follow each other that each await; loops: a loop's turns may await."""

    neighbours: bool
    loops: bool


@cache
def _query(grammar: Dialect, text: str) -> Query:
    language = grammar.parser.language
    assert language is not None
    return Query(language, text)


def shape(parsed: Parsed) -> Shape:
    """The shape of a script; of a broken one all may be true."""
    if parsed.root is None or parsed.broken:
        return Shape(True, True)
    found = QueryCursor(_query(parsed.dialect, _QUERY)).captures(parsed.root)
    awaits = found.get("await", [])
    names = _query(parsed.dialect, _NAMES)
    return Shape(_neighbours(awaits, names), _loops(awaits, found.get("loop", []), found.get("function", [])))


def _loops(awaits: list[Cst], loops: list[Cst], functions: list[Cst]) -> bool:
    """Whether an await stands in a loop of its own function."""
    if not awaits or not loops:
        return False
    spans = [(n.start_byte, -n.end_byte, kind) for nodes, kind in ((loops, 1), (functions, 0)) for n in nodes]
    around: list[tuple[int, int]] = []
    for start, end, kind in sorted([*spans, *((n.start_byte, 0, 2) for n in awaits)]):
        while around and around[-1][0] <= start:
            around.pop()
        if kind == 2:
            if around and around[-1][1]:
                return True
        else:
            around.append((-end, kind))
    return False


def _neighbours(awaits: list[Cst], names: Query) -> bool:
    """Whether two awaits are what two statements of one block are about that follow each other.

    Not where the second plainly uses what the first gives.
    """
    by_block: dict[int, list[Cst]] = {}
    for statement in filter(None, map(_statement, awaits)):
        block = statement.parent
        if block is None or (block.type == "statement_block" and _is_plain(block)):
            return True
        by_block.setdefault(block.id, []).append(statement)
    pairs = ((a, b) for same in by_block.values() for a, b in pairwise(_in_order(same)))
    return any(_follow(a, b) and not _uses(b, a, names) for a, b in pairs)


def _in_order(statements: list[Cst]) -> list[Cst]:
    return sorted(statements, key=lambda n: n.start_byte)


def _statement(node: Cst) -> Cst | None:
    """The statement that an await is the matter of."""
    generic = False  # `await get<T>(x).data()` is read as a call of what is awaited
    for up in _above(node):
        kind = up.type
        if kind in _STATEMENTS:
            around = up.parent
            return around if around is not None and around.type == "export_statement" else up
        generic = generic or (kind == "call_expression" and node.type == "await_expression")
        if kind not in _PASSED_ON and not (generic and kind == "call_expression"):
            return None
        node = up
    return None


def _above(node: Cst) -> Iterator[Cst]:
    up = node.parent
    while up is not None:
        yield up
        up = up.parent


def _is_plain(block: Cst) -> bool:
    """Whether a block stands among other statements, whose neighbours its own are."""
    around = block.parent
    return around is not None and around.type in ("statement_block", "program", "switch_case", "switch_default")


def _follow(first: Cst, second: Cst) -> bool:
    if first.id == second.id:
        inner = first.named_children if first.type != "export_statement" else first.named_children[-1].named_children
        return len(inner) > 1
    node = first.next_named_sibling
    while node is not None and node.id != second.id:
        if node.type in _BETWEEN:
            return False
        node = node.next_named_sibling
    return True


def _uses(second: Cst, first: Cst, names: Query) -> bool:
    """Whether a statement reads, outside of functions written in it, a name that another one binds."""
    if first.id == second.id:
        return False
    bound = _bound(first, names)
    if not bound:
        return False
    found = QueryCursor(names).captures(second)
    inner = [(f.start_byte, f.end_byte) for f in found.get("function", [])]
    return any(
        node.text in bound and not any(start <= node.start_byte < end for start, end in inner)
        for node in found.get("read", [])
    )


def _bound(statement: Cst, names: Query) -> set[bytes | None]:
    """The names that the one declarator of a statement binds, if no default stands among them."""
    declarators = [n for n in statement.named_children if n.type == "variable_declarator"]
    target = declarators[0].child_by_field_name("name") if len(declarators) == 1 else None
    if target is None or b"=" in (target.text or b""):
        return set()
    return {node.text for node in QueryCursor(names).captures(target).get("bound", [])}
