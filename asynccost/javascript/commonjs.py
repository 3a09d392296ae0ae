"""CommonJS: what `require` brings in and what `module.exports` gives out."""

import re

from asynccost.flow.tree import Assign, Await, Call, Closure, Collection, Constant, Expr, Member, Name, Other
from asynccost.javascript.context import Context
from asynccost.javascript.specifiers import export_name, names_in, resolve

_INTEROP = re.compile(r"import|interop", re.IGNORECASE)


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
            if isinstance(key, Constant) and not isinstance(item, Collection):
                cx.module.imports.update((name, f"{module[:-1]}{key.value}") for name in names_in(item))


def assign_exports(cx: Context, made: Assign) -> None:
    """Record `module.exports = ...`, `exports.a = ...`; a nameless default becomes a variable "default"."""
    for target in list(made.targets):
        name = _exported(target)
        if name is None or made.value is None:
            continue
        if name != "default":
            export_name(cx, name, _local(cx, made.value, name))
        elif isinstance(made.value, Collection) and made.value.kind == "dict":
            _export_members(cx, made.value)
        else:
            local = _local(cx, made.value, "")
            if not local:
                made.targets.append(Name(target.start, target.start, "default"))
            export_name(cx, "default", local or "default")
            if local.endswith(":*"):
                cx.module.star_exports.append(local[:-2])


def _exported(target: Expr) -> str | None:
    """Return the export that an assignment's target sets."""
    if not isinstance(target, Member):
        return None
    if _is_module_exports(target):
        return "default"
    base = target.value
    bare = isinstance(base, Name) and base.id == "exports"
    return target.attr if bare or _is_module_exports(base) else None


def _is_module_exports(expr: Expr) -> bool:
    named = isinstance(expr, Member) and expr.attr == "exports"
    return named and isinstance(expr, Member) and isinstance(expr.value, Name) and expr.value.id == "module"


def _export_members(cx: Context, members: Collection) -> None:
    for key, item in zip(members.keys, members.items, strict=False):
        if isinstance(key, Constant):
            export_name(cx, str(key.value), _local(cx, item, str(key.value)))
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
