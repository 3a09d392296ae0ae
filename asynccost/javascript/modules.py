"""ES imports and exports: what the names of a module stand for."""


from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Assign,
    Define,
    Name,
    Stmt,
)
from asynccost.javascript import classes, functions
from asynccost.javascript.context import Context, LowerStmt
from asynccost.javascript.literals import string_value
from asynccost.javascript.specifiers import export_name, names_in, resolve

_DECLARED = {
    "function_expression": functions.declaration,
    "generator_function": functions.declaration,
    "class": classes.declaration,
}


# ------------------------------------------------------------------- ES imports


def import_(cx: Context, node: Cst, _out: list[Stmt]) -> None:
    """Record the names of an import statement."""
    source = node.child_by_field_name("source")
    for child in cx.parts(node):
        kind = cx.kinds[child.kind_id]
        if kind == "import_require_clause":
            inner = cx.parts(child)
            _import_name(cx, cx.text(inner[0]), f"{resolve(cx, string_value(cx, inner[-1]))}:*")
        elif kind == "import_clause" and source is not None:
            _import_clause(cx, child, resolve(cx, string_value(cx, source)))


def _import_clause(cx: Context, node: Cst, module: str) -> None:
    for child in cx.parts(node):
        kind = cx.kinds[child.kind_id]
        if kind == "identifier":
            _import_name(cx, cx.text(child), f"{module}:default")
        elif kind == "namespace_import":
            _import_name(cx, cx.text(cx.parts(child)[-1]), f"{module}:*")
        elif kind == "named_imports":
            for specifier in cx.parts(child):
                name, local = _specifier(cx, specifier)
                _import_name(cx, local, f"{module}:{name}")


def _specifier(cx: Context, node: Cst) -> tuple[str, str]:
    """Return the two names of `a as b`, or the same twice."""
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    text = _plain(cx, name) if name is not None else ""
    return text, text if alias is None else _plain(cx, alias)


def _plain(cx: Context, node: Cst) -> str:
    return string_value(cx, node) if cx.kinds[node.kind_id] == "string" else cx.text(node)


def _import_name(cx: Context, local: str, what: str) -> None:
    cx.module.imports[local] = what
    cx.bindings.add(local)


def import_alias(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower TypeScript's `import a = b.c`."""
    parts = cx.parts(node)
    target = cx.target[parts[0].kind_id](cx, parts[0], cx.bindings)
    value = cx.expr[parts[-1].kind_id](cx, parts[-1])
    out.append(Assign(node.start_byte, node.end_byte, [target], value, declares="const"))


# ------------------------------------------------------------------- ES exports


def export(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower what an export statement declares, and record its names."""
    words = {cx.kinds[child.kind_id] for child in node.children if not child.is_named}
    parts = cx.parts(node)
    source = node.child_by_field_name("source")
    module = resolve(cx, string_value(cx, source)) if source is not None else ""
    decorators = [part for part in parts if cx.kinds[part.kind_id] == "decorator"]
    parts = parts[len(decorators) :]
    if not parts or "as" in words:
        return
    what = parts[0]
    kind = cx.kinds[what.kind_id]
    if kind == "export_clause":
        for specifier in cx.parts(what):
            name, outer = _specifier(cx, specifier)
            export_name(cx, outer, f"{module}:{name}" if module else name)
    elif kind == "namespace_export":
        export_name(cx, _plain(cx, cx.parts(what)[-1]), f"{module}:*")
    elif source is not None and "*" in words:
        cx.module.star_exports.append(module)
    elif words & {"default", "="}:
        _export_default(cx, what, out)
    else:
        _export_declaration(cx, what, out)
    _decorate(cx, decorators, out)


def _export_declaration(cx: Context, node: Cst, out: list[Stmt]) -> None:
    mark = len(out)
    cx.stmt[node.kind_id](cx, node, out)
    if cx.kinds[node.kind_id] in ("internal_module", "module"):
        name = cx.text(cx.parts(node)[0]).partition(".")[0]
        export_name(cx, name, name)
        return
    for statement in out[mark:]:
        if isinstance(statement, Define):
            export_name(cx, statement.what.name, statement.what.name)
        elif isinstance(statement, Assign):
            for target in statement.targets:
                for name in names_in(target):
                    export_name(cx, name, name)


def _export_default(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Export a value as "default", under the name that it has or as a variable called so."""
    kind = cx.kinds[node.kind_id]
    if kind == "identifier":
        export_name(cx, "default", cx.text(node))
        return
    mark = len(out)
    if kind in _DECLARED or node.kind_id in cx.stmt:
        _DECLARED.get(kind, cx.stmt[node.kind_id])(cx, node, out)
        for statement in out[mark:]:
            if isinstance(statement, Define):
                export_name(cx, "default", statement.what.name)
        return
    start, end = node.start_byte, node.end_byte
    value = cx.named(node, "default")
    cx.bindings.add("default")
    out.append(Assign(start, end, [Name(start, start, "default")], value, declares="const"))
    export_name(cx, "default", "default")


def _decorate(cx: Context, decorators: list[Cst], out: list[Stmt]) -> None:
    """Give a class the decorators that stand before `export`."""
    if decorators and out and isinstance(out[-1], Define):
        for place, node in enumerate(decorators):
            inner = cx.parts(node)[0]
            out[-1].what.decorators.insert(place, cx.expr[inner.kind_id](cx, inner))


def namespace(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower the statements of a namespace in place; what it exports is not the module's."""
    parts = cx.parts(node)
    if len(parts) < 2 or cx.kinds[parts[0].kind_id] == "string":
        return
    cx.bindings.add(cx.text(parts[0]).partition(".")[0])
    exporting, cx.exporting = cx.exporting, False
    out.extend(cx.block(parts[-1]))
    cx.exporting = exporting


STATEMENTS: dict[str, LowerStmt] = {
    "import_statement": import_,
    "import_alias": import_alias,
    "export_statement": export,
    "internal_module": namespace,
    "module": namespace,
}
