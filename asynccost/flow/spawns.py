"""The calls that start a task and hand back the only strong reference to it."""

from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Call, Expr, Function, Member, Name, Node


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


def work_of(site: Site) -> Expr | None:
    """What a task is started with: `f()` of `create_task(f())`."""
    return site.call.arguments[0].value if site.call.arguments else None


def runs(file: File, site: Site) -> Function | None:
    """The coroutine function of this file that a task runs, also where a name stands for its call."""
    work = work_of(site)
    if isinstance(work, Name) and site.function.index:
        made = site.function.index.bound.get(work.id, [])
        work = made[0] if len(made) == 1 else work
    found = local_function(work.callee, site.function, file) if isinstance(work, Call) else None
    return found if found is not None and found.is_async else None
