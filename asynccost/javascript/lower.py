"""From source bytes to a Module: parse, then lower statement by statement."""

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from tree_sitter import Node as Cst

from asynccost.flow.module import Module
from asynccost.flow.tree import Function
from asynccost.javascript import (
    assignments,
    classes,
    components,
    expressions,
    functions,
    jsx,
    literals,
    loops,
    modules,
    operators,
    patterns,
    specifiers,
    statements,
)
from asynccost.javascript.context import Context, Table, Tables
from asynccost.javascript.dialect import Parsed, dialect, dialect_name, parse

if TYPE_CHECKING:
    from asynccost.tokens import Found

_ASYNC = re.compile(rb"\basync\b(?:\s+function\s*\*?\s*([\w$]+))?")
_LETTERS = bytes(c for c in range(128) if chr(c).isalnum() or chr(c) in "_$")
_NEAR = 400  # bytes before `async` in which the name stands that it is given


def lower(path: str, source: bytes, *, tokens: "Found | None" = None) -> Module:
    """Lower one file. Where `tokens` finds nothing, only names, signatures and exports are kept.

    A statement that names an async function of the file matters as well: it may call it and forget it.
    """
    if path.endswith(components.SUFFIXES):
        name, script = components.script(source)
        parsed = parse(name, script)
        tokens = None  # a component's parts undo what others began
    else:
        parsed = parse(dialect_name(path), source)
    if tokens is not None and (own := _async_names(source)):
        tokens = replace(tokens, words=tokens.words.union(name for name in own if b"$" not in name))
    module = _module(path, source, parsed)
    cx = Context(_tables(parsed.dialect.name), module, tokens)
    for node in parsed.root.named_children if parsed.root else ():
        _top_level(cx, node)
    module.broken.sort()
    return module


def _async_names(source: bytes) -> set[bytes]:
    """The names of the async functions of a file, by its text: `async function name`, `name = async`, `name: async`."""
    found: set[bytes] = set()
    passed = 0
    for said in _ASYNC.finditer(source) if b"async" in source else ():
        before = source[max(passed, said.start() - _NEAR) : said.start()].rstrip()
        target = before[:-1].rstrip() if before.endswith((b"=", b":")) else b""
        name = target[len(target.rstrip(_LETTERS)) :] or said[1]
        if name:
            found.add(name)
            passed = said.end()
    return found


def _module(path: str, source: bytes, parsed: Parsed) -> Module:
    start = parsed.root.start_byte if parsed.root else 0
    top = Function(
        start=0,
        end=len(source),
        name="<module>",
        qualname="<module>",
        kind="module",
        is_async=True,  # ES modules may await at the top
        is_generator=False,
        params=[],
        decorators=[],
        body=[],
        body_start=start,
    )
    name = specifiers.module_name(path)
    return Module(path, "javascript", name, source, top, [top], [], {}, broken=list(parsed.broken))


def _top_level(cx: Context, node: Cst) -> None:
    """Lower one statement of the module; one too deep for the interpreter is broken."""
    cx.shallow = cx.quiet(node.start_byte, node.end_byte)
    try:
        cx.statements([node], cx.module.top.body)
    except RecursionError:
        cx.reset()
        cx.too_deep(node)


@cache
def _tables(name: str) -> Tables:
    """Merge the handlers of every part into the tables of one grammar."""
    kinds = dialect(name).kinds
    parts = (classes, expressions, functions, jsx, literals, operators)
    expr = {kind: lower for part in parts for kind, lower in part.EXPRESSIONS.items()}
    named = classes.NAMED | expressions.NAMED | functions.NAMED
    bodies = (assignments, classes, functions, loops, modules, statements)
    stmt = {kind: lower for part in bodies for kind, lower in part.STATEMENTS.items()}
    return Tables(
        kinds,
        Table(expr, kinds, expressions.broken),
        Table(stmt, kinds, statements.skip),
        Table(patterns.TARGETS, kinds, patterns.place),
        {i: named[kind] for i, kind in kinds.items() if kind in named},
    )
