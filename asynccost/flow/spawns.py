"""The calls that start a task and hand back the only strong reference to it."""

from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of
from asynccost.flow.tree import Member, Name, Node


def spawns(file: File) -> list[tuple[Site, str]]:
    """The calls that start a task, with what they hand back: "task", "future" (of another thread) ..."""
    return file.memo(_spawns)


def _spawns(file: File) -> list[tuple[Site, str]]:
    found: list[tuple[Site, str]] = []
    table = file.knowledge.table("tasks")
    known: dict[str, str] = table["spawn"]
    loops, methods = set(table["loop"]["names"]), set(table["loop"]["methods"])
    for site in file.calls_if(speaks_of(file, {*known, *methods})):
        callee = site.call.callee
        if site.name in known:
            found.append((site, known[site.name]))
        elif isinstance(callee, Member) and callee.attr in methods and _last(callee.value) in loops:
            found.append((site, "task"))
    return found


def _last(node: Node) -> str:
    return node.id if isinstance(node, Name) else node.attr if isinstance(node, Member) else ""
