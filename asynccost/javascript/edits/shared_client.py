"""One client for a whole module: a variable that keeps it, and what makes it when it is first asked for."""

import re

from asynccost.flow.clients import Client
from asynccost.flow.file import File, Site
from asynccost.flow.sessions.alike import alike
from asynccost.flow.tree import Await, Call, Closure, Expr, Name
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.shared_names import names_of


def in_module(file: File, site: Site, client: Client, patch: Patch) -> None:
    """A function that builds it and a variable that keeps it, before the code that asks for it."""
    tree, call, semi = patch.script, site.call, patch.semi
    known = _known(file, tree.text(call))
    if known is not None:
        patch.replace(call.start, call.end, f"({known[0]} ??= {known[1]}())")
        return
    same = alike(file, site)
    first = same[0].call  # what is written for all of them is the same, whichever is fixed first
    shared, maker = names_of(file, same[0], client)
    at = min(_place(one, patch) for one in same)
    text, indent = tree.text(first), tree.indent(first.start)
    if (site.name or "").endswith("Agent") and all(_literal(a.value) for a in call.arguments):
        # it opens nothing before the first request, so that nothing is gained by making it late
        patch.insert(at, f"const {shared} = {tree.flat(first)}{semi}\n\n")
        patch.replace(call.start, call.end, shared)
        return
    if in_place(file, site):
        kind = tree.text((call.callee.start, call.callee.end))
        note = f": {kind} | undefined" if tree.typed else ""
        patch.insert(at, f"let {shared}{note}{semi}\n\n")
        patch.insert(call.start, f"({shared} ??= ")
        patch.insert(call.end, ")")
        return
    lines = [line.removeprefix(indent) for line in text.split("\n")]
    note = f": ReturnType<typeof {maker}> | undefined" if tree.typed else ""
    made = f"const {maker} = () => " + "\n".join(lines) + f"{semi}\nlet {shared}{note}{semi}\n\n"
    patch.insert(at, made)
    patch.replace(call.start, call.end, f"({shared} ??= {maker}())")


def in_place(file: File, site: Site) -> bool:
    """Whether a client is still made where it was, if there is none yet: no function of its own is needed for one."""
    return site.call.new and len(alike(file, site)) == 1


def _literal(expr: Expr) -> bool:
    return not any(isinstance(n, (Await, Call, Closure, Name)) for n in walk(expr))


def _known(file: File, text: str) -> tuple[str, str] | None:
    """What keeps the very same client in this module already."""
    source = file.module.source.decode("utf-8", "replace")
    made = r"\s*".join(map(re.escape, text.split()))
    found = re.search(rf"const (create\w+) = \(\) => {made};?\s*let (shared\w+)", source)
    return (found[2], found[1]) if found else None


def _place(site: Site, patch: Patch) -> int:
    """The start of the line of the statement of the module that the call stands in, its comments included."""
    tree = patch.script
    node = tree.statement(site.call)
    while node.parent is not None and node.parent.type != "program":
        node = node.parent
    while node.prev_named_sibling is not None and node.prev_named_sibling.type == "comment":
        before = node.prev_named_sibling
        if before.end_point[0] + 1 != node.start_point[0] or not tree.starts_line(before.start_byte):
            break
        node = before
    if not tree.starts_line(node.start_byte):
        raise UnfixableError
    return tree.line_start(node.start_byte)
