"""Imports that nothing needs once a fix is made."""

import ast
from copy import copy
from functools import lru_cache

from asynccost.flow.file import File
from asynccost.flow.tree import Node
from asynccost.python.codemod.patch import Patch


@lru_cache(maxsize=2)  # each fix of a file asks it
def _nodes(source: bytes) -> tuple[ast.Module, list[ast.AST]] | None:
    """The tree of a file and all of its nodes; None where it is written for a newer Python than this one."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    return tree, [*ast.walk(tree)]


def used_once(file: File, name: str) -> bool:
    """Whether a file speaks of a name only once, beside the import that binds it; False where that cannot be said."""
    parsed = _nodes(file.module.source)
    if parsed is None:
        return False
    names = [n for n in parsed[1] if isinstance(n, ast.Name) and n.id == name]
    said = [n for n in parsed[1] if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value == name]
    return len(names) == 1 and not said  # it might stand in __all__


def remove_import(patch: Patch, name: str) -> None:
    """Take a name out of the import that binds it, where that is one line at the top of the file."""
    source = patch.layout.source
    parsed = _nodes(source)
    if parsed is None:
        return
    tree, nodes = parsed
    found = [s for s in nodes if isinstance(s, (ast.Import, ast.ImportFrom)) and _binds(s, name)]
    if len(found) != 1 or found[0] not in tree.body:
        return
    start = sum(len(line) for line in source.splitlines(keepends=True)[: found[0].lineno - 1])
    end = patch.layout.next_line(start)
    written, left = ast.unparse(found[0]), [a for a in found[0].names if (a.asname or a.name) != name]
    if source[start:end].strip() != written.encode():
        return  # over several lines, or with a comment
    if left:
        kept = copy(found[0])  # others ask the same tree
        kept.names = left
        patch.replace(start, start + len(written), ast.unparse(kept))
    else:
        patch.remove_lines(Node(start, start + len(written)), gap=True)


def remove_local_import(patch: Patch, name: str, at: int) -> bool:
    """Take away the import of a function for its one use, which stands at a byte and goes; whether there is one.

    True also where it stays since more uses it, or since it does not have its line to itself.
    """
    source = patch.layout.source
    parsed = _nodes(source)
    if parsed is None:
        return False
    line = source.count(b"\n", 0, at) + 1
    functions = (n for n in parsed[1] if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
    around = [f for f in functions if f.lineno <= line <= (f.end_lineno or 0)]
    here = max(around, key=lambda f: f.lineno, default=None)
    inner = list(ast.walk(here)) if here is not None else []
    found = [s for s in inner if isinstance(s, (ast.Import, ast.ImportFrom)) and _binds(s, name)]
    if not found:
        return False
    used = sum(isinstance(n, ast.Name) and n.id == name for n in inner)
    start = sum(len(text) for text in source.splitlines(keepends=True)[: found[0].lineno - 1])
    begin, end = start + found[0].col_offset, patch.layout.line_end(start)
    if used == 1 and len(found) == 1 and source[begin:end] == ast.unparse(found[0]).encode() and not found[0].names[1:]:
        patch.remove_lines(Node(begin, end), gap=True)
    return True


def _binds(statement: ast.Import | ast.ImportFrom, name: str) -> bool:
    return any((alias.asname or alias.name).partition(".")[0] == name for alias in statement.names)
