"""What runs after a wait, or after an effect, in a parsed script: enough to leave most components alone unlowered.

May say too much, never too little.
"""

import re
from functools import cache

from tree_sitter import Node as Cst
from tree_sitter import Query, QueryCursor

from asynccost.javascript.dialect import Dialect, Parsed

_WAITS = """
(await_expression) @await
[(arrow_function) (function_declaration) (function_expression) (method_definition)] @function
(call_expression
  function: (member_expression property: (property_identifier) @then (#match? @then "^(then|catch|finally)$"))
  arguments: (_) @given)
"""
_EFFECTS = """
((call_expression function: (_) @hook arguments: (arguments) @setup) (#match? @hook "Effect|ount"))
"""
_SETS = re.compile(rb"\b(?:set(?!(?:Timeout|Interval|Immediate)\b)[A-Z_]\w*|dispatch)\b")
_GIVES_BACK = re.compile(  # a function, or what may stand for one
    rb"\breturn\s+(?:async\b|function\b|\([^()]*\)\s*(?::[^=;]*)?=>|\(|[\w$.]+\s*(?:=>|[;}\n(?&|\[]))"
)


@cache
def _query(grammar: Dialect, text: str) -> Query:
    language = grammar.parser.language
    assert language is not None
    return Query(language, text)


def sets_late(parsed: Parsed, source: bytes) -> bool:
    """Whether a setter is mentioned behind an await of its function, or in what `then` or `finally` is given."""
    if parsed.root is None or parsed.broken:
        return True
    found = QueryCursor(_query(parsed.dialect, _WAITS)).captures(parsed.root)
    functions = [(f.start_byte, f.end_byte) for f in found.get("function", [])]
    for wait in found.get("await", []):
        start, end = max(((s, e) for s, e in functions if s <= wait.start_byte < e), default=(0, len(source)))
        if _SETS.search(source, max(start, _begins(wait)), end):
            return True
    return any(_SETS.search(source, given.start_byte, given.end_byte) for given in found.get("given", []))


def _begins(wait: Cst) -> int:
    """Where the statement of an await begins: `setUser(await ask(id))`."""
    around = wait
    while around.parent is not None and not around.type.endswith(("_statement", "_declaration")):
        around = around.parent
    return around.start_byte


def ends_something(parsed: Parsed, source: bytes) -> bool:
    """Whether an effect's set-up may return a function that undoes it."""
    if parsed.root is None or parsed.broken:
        return True
    setups = QueryCursor(_query(parsed.dialect, _EFFECTS)).captures(parsed.root).get("setup", [])
    return any(not _is_block(one) or _GIVES_BACK.search(source, one.start_byte, one.end_byte) for one in setups)


def _is_block(given: Cst) -> bool:
    """Whether the first argument is a function with a body of statements."""
    first = next((n for n in given.named_children if n.type != "comment"), None)
    body = first.child_by_field_name("body") if first is not None else None
    return body is not None and body.type == "statement_block"
