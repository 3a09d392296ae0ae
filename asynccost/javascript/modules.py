"""Imports and exports, ES and CommonJS: what the names of a module stand for."""

import posixpath
import re

from tree_sitter import Node as Cst

from asynccost.flow.tree import Assign, Await, Call, Closure, Collection, Constant, Define, Expr, Member, Name, Other, Stmt
from asynccost.javascript import classes, functions
from asynccost.javascript.context import Context, LowerStmt
from asynccost.javascript.literals import string_value

_EXTENSION = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$")
_INTEROP = re.compile(r"import|interop", re.IGNORECASE)
_DECLARED = {
    "function_expression": functions.declaration,
    "generator_function": functions.declaration,
    "class": classes.declaration,
}


def module_name(path: str) -> str:
    """Return a file's path without its extension."""
    return _EXTENSION.sub("", path)


def resolve(cx: Context, specifier: str) -> str:
    """Return what a specifier names: a path in the project where it is relative, else the specifier."""
    if specifier.startswith("."):
        folder = posixpath.dirname(cx.module.path)
        return _EXTENSION.sub("", posixpath.normpath(posixpath.join(folder, specifier)))
    return specifier.removeprefix("node:")


# ------------------------------------------------------------------- ES imports


def import_(cx: Context, node: Cst, out: list[Stmt]) -> None:
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
            _export_name(cx, outer, f"{module}:{name}" if module else name)
    elif kind == "namespace_export":
        _export_name(cx, _plain(cx, cx.parts(what)[-1]), f"{module}:*")
    elif source is not None and "*" in words:
        cx.module.star_exports.append(module)
    elif words & {"default", "="}:
        _export_default(cx, what, out)
    else:
        _export_declaration(cx, what, out)
    _decorate(cx, decorators, out)


def _export_name(cx: Context, name: str, local: str) -> None:
    if cx.exporting:
        cx.module.exports[name] = local


def _export_declaration(cx: Context, node: Cst, out: list[Stmt]) -> None:
    mark = len(out)
    cx.stmt[node.kind_id](cx, node, out)
    if cx.kinds[node.kind_id] in ("internal_module", "module"):
        name = cx.text(cx.parts(node)[0]).partition(".")[0]
        _export_name(cx, name, name)
        return
    for statement in out[mark:]:
        if isinstance(statement, Define):
            _export_name(cx, statement.what.name, statement.what.name)
        elif isinstance(statement, Assign):
            for target in statement.targets:
                for name in names_in(target):
                    _export_name(cx, name, name)


def _export_default(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Export a value as "default", under the name that it has or as a variable called so."""
    kind = cx.kinds[node.kind_id]
    if kind == "identifier":
        _export_name(cx, "default", cx.text(node))
        return
    mark = len(out)
    if kind in _DECLARED or node.kind_id in cx.stmt:
        _DECLARED.get(kind, cx.stmt[node.kind_id])(cx, node, out)
        for statement in out[mark:]:
            if isinstance(statement, Define):
                _export_name(cx, "default", statement.what.name)
        return
    start, end = node.start_byte, node.end_byte
    value = cx.named(node, "default")
    cx.bindings.add("default")
    out.append(Assign(start, end, [Name(start, start, "default")], value, declares="const"))
    _export_name(cx, "default", "default")


def _decorate(cx: Context, decorators: list[Cst], out: list[Stmt]) -> None:
    """Give a class the decorators that stand before `export`."""
    if decorators and out and isinstance(out[-1], Define):
        for place, node in enumerate(decorators):
            inner = cx.parts(node)[0]
            out[-1].what.decorators.insert(place, cx.expr[inner.kind_id](cx, inner))


def names_in(target: Expr) -> list[str]:
    """Return the names that a target binds."""
    if isinstance(target, Name):
        return [target.id]
    if isinstance(target, Collection):
        return [name for item in target.items for name in names_in(item)]
    options = getattr(target, "options", None) or getattr(target, "parts", None)
    return names_in(options[0]) if options else []


def namespace(cx: Context, node: Cst, out: list[Stmt]) -> None:
    """Lower the statements of a namespace in place; what it exports is not the module's."""
    parts = cx.parts(node)
    if len(parts) < 2 or cx.kinds[parts[0].kind_id] == "string":
        return
    cx.bindings.add(cx.text(parts[0]).partition(".")[0])
    exporting, cx.exporting = cx.exporting, False
    out.extend(cx.block(parts[-1]))
    cx.exporting = exporting


# --------------------------------------------------------------------- CommonJS


def request(cx: Context, value: Expr) -> str | None:
    """Return "module:*" or "module:name" where a value is a require, an import() or a member of one."""
    if isinstance(value, Await):
        value = value.value
    if isinstance(value, Member):
        module = request(cx, value.value)
        return f"{module[:-1]}{value.attr}" if module and module.endswith(":*") else None
    if not isinstance(value, Call) or not value.arguments or not isinstance(value.callee, (Name, Member)):
        return None
    given = value.arguments[0].value
    callee = value.callee.id if isinstance(value.callee, Name) else value.callee.attr
    if callee in ("require", "import") and isinstance(given, Constant):
        return f"{resolve(cx, given.value)}:*" if isinstance(given.value, str) else None
    return request(cx, given) if _INTEROP.search(callee) else None


def require_names(cx: Context, target: Expr, value: Expr) -> None:
    """Record `const x = require("m")`, `const {a: b} = require("m")` and `const y = require("m").y`."""
    if not isinstance(value, (Call, Member, Await)):
        return
    module = request(cx, value)
    if module is None:
        return
    if isinstance(target, Name):
        cx.module.imports[target.id] = module
    elif isinstance(target, Collection) and module.endswith(":*"):
        for key, item in zip(target.keys, target.items, strict=False):
            for name in names_in(item)[:1]:
                plain = isinstance(key, Constant) and not isinstance(item, Collection)
                cx.module.imports[name] = f"{module[:-1]}{key.value}" if plain and isinstance(key, Constant) else module


def assign_exports(cx: Context, made: Assign) -> None:
    """Record `module.exports = ...` and `exports.a = ...`; a nameless default becomes a variable "default"."""
    for target in list(made.targets):
        name = _exported(target)
        if name is None or made.value is None:
            continue
        if name != "default":
            _export_name(cx, name, _local(cx, made.value, name))
        elif isinstance(made.value, Collection) and made.value.kind == "dict":
            _export_members(cx, made.value)
        else:
            local = _local(cx, made.value, "")
            if not local:
                made.targets.append(Name(target.start, target.start, "default"))
            _export_name(cx, "default", local or "default")
            if local.endswith(":*"):
                cx.module.star_exports.append(local[:-2])


def _exported(target: Expr) -> str | None:
    """Return the export that an assignment's target sets."""
    if not isinstance(target, Member):
        return None
    if isinstance(target.value, Name):
        if target.value.id == "exports":
            return target.attr
        return "default" if (target.value.id, target.attr) == ("module", "exports") else None
    return target.attr if _exported(target.value) == "default" and target.value.attr == "exports" else None  # type: ignore[union-attr]


def _export_members(cx: Context, members: Collection) -> None:
    for key, item in zip(members.keys, members.items, strict=False):
        if isinstance(key, Constant):
            _export_name(cx, str(key.value), _local(cx, item, str(key.value)))
        elif key is None:
            module = request(cx, item) or cx.module.imports.get(getattr(item, "id", ""), "")
            if module.endswith(":*"):
                cx.module.star_exports.append(module[:-2])


def _local(cx: Context, value: Expr, name: str) -> str:
    """Return the local name of an exported value: its own, a re-export, or the given one."""
    if isinstance(value, Name):
        return value.id
    if isinstance(value, Closure):
        return value.function.name or name
    if isinstance(value, Other) and value.op == "class":
        return next((c.name for c in cx.module.classes if c.start == value.start and c.name), name)
    return request(cx, value) or name


STATEMENTS: dict[str, LowerStmt] = {
    "import_statement": import_,
    "import_alias": import_alias,
    "export_statement": export,
    "internal_module": namespace,
    "module": namespace,
}
