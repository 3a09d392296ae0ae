"""Where in a Python file something new may stand that the whole module needs."""

from asynccost.python.grammar import Cst, kind, parse

_IMPORTS = {kind("import_statement"), kind("import_from_statement"), kind("future_import_statement")}
_COMMENT, _EXPRESSION, _STRING = kind("comment"), kind("expression_statement"), kind("string")


def after_imports(source: bytes) -> int:
    """The start of the line behind the imports at the top of a file, or behind its docstring where it has none."""
    end = 0
    for node in parse(source).named_children:
        if node.kind_id in _IMPORTS or (end == 0 and _is_docstring(node)):
            end = node.end_byte
        elif node.kind_id != _COMMENT:
            break
    line = source.find(b"\n", end) + 1 if end else 0
    return line or len(source)


def _is_docstring(node: Cst) -> bool:
    return node.kind_id == _EXPRESSION and node.named_child_count == 1 and node.named_child(0).kind_id == _STRING
