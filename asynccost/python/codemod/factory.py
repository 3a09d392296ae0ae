"""A function or property that builds a client for whoever asks, made to keep it."""

from dataclasses import dataclass

from asynccost.flow.clients import built
from asynccost.flow.file import File, Site
from asynccost.flow.names import Names
from asynccost.flow.tree import Expr, Function, Name, Return
from asynccost.model import Span
from asynccost.python.codemod.building import steady
from asynccost.python.codemod.classes import attributes_set_late, can_own
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import name_of


@dataclass(slots=True, frozen=True)
class Factory:
    """A function that only returns a client; getter: the decorator that makes it a property."""

    function: Function
    getter: Expr | None


def at(file: File, span: Span) -> Factory | None:
    """The factory whose client is built at a place, where every call makes the same one."""
    for site, client in built(file):
        if site.call.start == span.start and site.call.end == span.end and not client.is_async:
            return _factory(site, file)
    return None


def _factory(site: Site, file: File) -> Factory | None:
    function, returned = site.function, site.call.parent
    if not isinstance(returned, Return) or len(function.body) > 2 or function.is_generator:
        return None
    late = set(attributes_set_late(function.owner, file)) if function.owner is not None else set()
    if not _settled(site, late, file.names):
        return None
    if function.owner is None:
        plain = function.kind == "function" and not function.params and not function.decorators
        return Factory(function, None) if plain else None
    getter = next((d for d in function.decorators if isinstance(d, Name) and d.id == "property"), None)
    alone = getter is not None and len(function.decorators) == 1 and can_own(function.owner, file)
    return Factory(function, getter) if alone else None


def _settled(site: Site, late: set[str], names: Names) -> bool:
    parts = (site.call.callee, *(a.value for a in site.call.arguments))
    return all(steady(part, site.function, set(), late, names) for part in parts)


def keep(patch: Patch, found: Factory) -> None:
    """Let the function, or the object, keep what it made."""
    functools = name_of(patch, "functools")
    if found.getter is not None:
        patch.replace(found.getter.start, found.getter.end, f"{functools}.cached_property")
        return
    indent = patch.layout.indent(found.function.start)
    patch.insert_lines(found.function.start, indent, f"@{functools}.cache")
