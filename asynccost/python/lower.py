"""From the source of a file to its Module."""

from asynccost.flow.tree import Function, Module
from asynccost.python import (  # noqa: F401  (each registers what it lowers)
    compounds,
    comprehensions,
    constants,
    definitions,
    expressions,
    imports,
    patterns,
    statements,
)
from asynccost.python.errors import broken_ranges
from asynccost.python.grammar import Cst, parse
from asynccost.python.scopes import Lowering
from asynccost.python.tables import block


def lower_whole(path: str, source: bytes) -> Module:
    """Parse and lower a whole file."""
    root = parse(source)
    low = _start(path, source)
    top = low.functions[0]
    block(low, root, 0, top.body)
    top.body_start = top.body[0].start if top.body else len(source)
    return _finish(path, low, root, whole=True)


def module_name(path: str) -> str:
    """Return the dotted name of a module: "a/b.py" is "a.b", "a/__init__.py" is "a"."""
    parts = path.rpartition(".")[0].split("/") if "." in path else path.split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def _start(path: str, source: bytes) -> Lowering:
    name = module_name(path)
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    top = Function(0, len(source), "<module>", "<module>", "module", False, False, [], [], [], 0)
    return Lowering(source, package, top)


def _finish(path: str, low: Lowering, root: Cst, *, whole: bool) -> Module:
    top = low.functions[0]
    for local, dotted in low.nested_imports:
        if local not in top.bindings:
            low.imports.setdefault(local, dotted)
    broken = low.broken + broken_ranges(root) if root.has_error else low.broken
    return Module(
        path,
        "python",
        module_name(path),
        low.source,
        top,
        low.functions,
        low.classes,
        low.imports,
        whole=whole,
        broken=sorted(set(broken)),
    )


def lower_slices(path: str, source: bytes) -> Module | None:
    return None
