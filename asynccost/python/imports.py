"""Imports: what each local name stands for, from the tree or, for sliced files, from the text."""

import re

from asynccost.flow.tree import Stmt
from asynccost.python import grammar
from asynccost.python.grammar import Cst, kind
from asynccost.python.scopes import Lowering
from asynccost.python.tables import statement

ALIASED = kind("aliased_import")
RELATIVE = kind("relative_import")
STATEMENT = re.compile(
    rb"\n[ \t]*(?:import[ \t]+([^\n#;(]+)|from[ \t]+([.\w]+)[ \t]+import[ \t]*(?:\(([^)]*)\)|((?:[^\\\n#;]|\\\r?\n)+)))"
)
COMMENT = re.compile(rb"#[^\n]*")


@statement("import_statement")
def import_(low: Lowering, node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Note `import a.b` (binds a) and `import a.b as c`."""
    for item in node.children_by_field_id(grammar.NAME):
        dotted, local = _names(low, item)
        if local:
            low.import_name(local, dotted)
        else:
            first = dotted.partition(".")[0]
            low.import_name(first, first)


@statement("import_from_statement", "future_import_statement")
def import_from(low: Lowering, node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Note `from a import b as c`; a star import binds nothing that we know."""
    module: Cst | None = node.child_by_field_id(grammar.MODULE_NAME)
    written = _squeezed(low, module) if module is not None else "__future__"
    base = absolute(written, low.package)
    for item in node.children_by_field_id(grammar.NAME):
        name, local = _names(low, item)
        low.import_name(local or name, f"{base}.{name}" if base else name)


def _names(low: Lowering, item: Cst) -> tuple[str, str]:
    if item.kind_id != ALIASED:
        return _squeezed(low, item), ""
    alias = item.child_by_field_id(grammar.ALIAS)
    return _squeezed(low, item.child_by_field_id(grammar.NAME)), _squeezed(low, alias)


def _squeezed(low: Lowering, node: Cst) -> str:
    text = low.text(node.start_byte, node.end_byte)
    return text if text.isidentifier() else "".join(text.replace("\\", "").split())


def absolute(written: str, package: str) -> str:
    """Make a relative module name absolute; dots beyond the top stay at the top."""
    name = written.lstrip(".")
    dots = len(written) - len(name)
    if not dots:
        return name
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - dots + 1] if dots > 1 else parts
    return ".".join([*parts, name] if name else parts)
