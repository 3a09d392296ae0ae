"""What a module and its names are called, whatever module system names them."""

import posixpath
import re

from asynccost.flow.tree import Collection, Expr, Name
from asynccost.javascript.context import Context

_EXTENSION = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$")


def module_name(path: str) -> str:
    """Return a file's path without its extension."""
    return _EXTENSION.sub("", path)


def resolve(cx: Context, specifier: str) -> str:
    """Return what a specifier names: a path in the project where it is relative, else the specifier."""
    return located(cx.module.path, specifier)


def located(path: str, specifier: str) -> str:
    """Return what a specifier names in the file of a path."""
    if specifier.startswith("."):
        folder = posixpath.dirname(path)
        return _EXTENSION.sub("", posixpath.normpath(posixpath.join(folder, specifier)))
    return specifier.removeprefix("node:")


def export_name(cx: Context, name: str, local: str) -> None:
    """Record an export, unless it is a namespace's."""
    if cx.exporting:
        cx.module.exports[name] = local


def names_in(target: Expr) -> list[str]:
    """Return the names that a target binds."""
    if isinstance(target, Name):
        return [target.id]
    if isinstance(target, Collection):
        return [name for item in target.items for name in names_in(item)]
    options = getattr(target, "options", None) or getattr(target, "parts", None)
    return names_in(options[0]) if options else []
