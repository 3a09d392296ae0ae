"""Imports: what each local name stands for, from the tree or, for sliced files, from the text."""

import re
from collections.abc import Iterator
from functools import lru_cache

from asynccost.flow.tree import Stmt
from asynccost.python import grammar
from asynccost.python.grammar import Cst, kind
from asynccost.python.scopes import Lowering
from asynccost.python.tables import statement

ALIASED = kind("aliased_import")
RELATIVE = kind("relative_import")
LINE = re.compile(
    rb"""\n([ \t]*+)(?:
        import[ \t]+ ([^\n#;(]+)
      | from[ \t]+ ([.\w]+) [ \t]+import[ \t]* (?: \(([^)]*)\) | ([^\\\n#;(]*+ (?: \\\r?\n [^\\\n#;]*+ )*) )
    )""",
    re.VERBOSE,
)
STAR = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*\*", re.M)
COMMENT = re.compile(rb"#[^\n]*")
ITEM = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")


@statement("import_statement")
def import_(low: Lowering, node: Cst, _depth: int, _out: list[Stmt]) -> None:
    """Note `import a.b` (binds a) and `import a.b as c`."""
    for item in node.children_by_field_id(grammar.NAME):
        dotted, local = _names(low, item)
        if local:
            low.import_name(local, dotted)
        else:
            low.import_name(_first(dotted), _first(dotted))


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
    if not written.startswith("."):
        return written
    name = written.lstrip(".")
    dots = len(written) - len(name)
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - dots + 1] if dots > 1 else parts
    return ".".join([*parts, name] if name else parts)


def import_lines(low: Lowering) -> None:
    """Note the imports of a file that was not parsed whole, as its lines show them."""
    for indented, named, _ in _lines(low.source, low.package):
        if indented:
            low.nested_imports += named
        else:
            for local, dotted in named:
                low.imports.setdefault(local, dotted)
    low.bindings.update(low.imports)


def imported_names(source: bytes, package: str) -> set[str]:
    """The absolute dotted names that a file imports, as its lines show them; all of a.b where it says `import a.b`.

    `from a.b import *` imports a.b.*, whatever that is.
    """
    stars = STAR.findall(source) if b"import *" in source else ()
    found = {_all_of(module.decode("utf-8", "replace"), package) for module in stars}
    for _, named, modules in _lines(source, package):
        found.update(_modules(modules) if modules else [dotted for _, dotted in named])
    return found


def _all_of(module: str, package: str) -> str:
    base = absolute(module, package)
    return f"{base}.*" if base else "*"


@lru_cache(maxsize=5_000)
def _modules(listed: bytes) -> list[str]:
    return [name for name, _ in _items(listed)]


def _lines(source: bytes, package: str) -> Iterator[tuple[bool, list[tuple[str, str]], bytes]]:
    """Every line that imports: whether it is indented, its local names with what they stand for, `import`'s modules."""
    for indent, modules, module, bracketed, plain in LINE.findall(b"\n" + source):
        relative = module.startswith(b".")
        yield bool(indent), _imported(modules or bracketed or plain, module, package if relative else ""), modules


@lru_cache(maxsize=20_000)
def _imported(listed: bytes, module: bytes, package: str) -> list[tuple[str, str]]:
    """List local names with what they stand for; a project's files repeat each other's imports."""
    if not module:
        return [(local or _first(name), name if local else _first(name)) for name, local in _items(listed)]
    base = absolute(module.decode("utf-8", "replace"), package)
    dot = "." if base else ""
    return [(local or name, base + dot + name) for name, local in _items(listed)]


def _first(dotted: str) -> str:
    return dotted.partition(".")[0]


def _items(listed: bytes) -> list[tuple[str, str]]:
    """Take the names of an import apart; prose that looks like one gives none."""
    if b"#" in listed or b"\\" in listed:
        listed = COMMENT.sub(b"", listed).replace(b"\\", b" ")
    out = []
    for item in listed.decode("utf-8", "replace").split(","):
        name = item.strip()
        if name.isidentifier():
            out.append((name, ""))
        elif found := ITEM.fullmatch(name):
            out.append((found[1], found[2] or ""))
    return out
