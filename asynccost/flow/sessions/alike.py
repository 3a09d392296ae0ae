"""Which clients of a script are made the same for every call, and could be one for all of them."""

from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.owner import life_of
from asynccost.flow.reach import binder
from asynccost.flow.tree import Await, Call, Closure, Expr, Function, Name
from asynccost.flow.walk import walk


def one_for_all(site: Site, life: Life) -> bool:
    """Whether a client could serve every call: it is nobody's yet, and made of what is the same for each."""
    free = life.kind in ("local", "temporary", "returned")
    return free and all(_constant(a.value, site.function) for a in site.call.arguments)


def _constant(expr: Expr, function: Function) -> bool:
    """Whether an expression is the same for every call: literals, the environment, names of the module."""
    for node in walk(expr):
        if isinstance(node, (Await, Closure)):
            return False
        if isinstance(node, Call) and not _of_environment(node):
            return False
        if isinstance(node, Name) and (node.id == "this" or _local(node.id, function)):
            return False
    return True


def _of_environment(call: Call) -> bool:
    """`Number(process.env.PORT)` and the like."""
    return isinstance(call.callee, Name) and call.callee.id in ("Number", "String", "parseInt", "Boolean", "URL")


def _local(name: str, function: Function) -> bool:
    scope = binder(name, function)
    if scope is None or scope.kind != "module":
        return scope is not None
    return scope.index is not None and len(scope.index.bound.get(name, [])) > 1


def alike(file: File, site: Site) -> list[Site]:
    """The calls of a file that build the same client of the same and could share it, with the one asked for."""
    key = key_of(file, site)
    found = [s for s, c in built(file) if key_of(file, s) == key and (s is site or could_share(file, s, c))]
    return sorted(found, key=lambda s: s.call.start)


def could_share(file: File, site: Site, client: Client) -> bool:
    """Whether a client of a file could be one for all calls."""
    return one_for_all(site, life_of(file, site.call, site.function, client.close))


def key_of(file: File, site: Site) -> tuple[str | None, list[str]]:
    """What clients have in common that are made in the same words."""
    return site.name, file.text(site.call).split()
