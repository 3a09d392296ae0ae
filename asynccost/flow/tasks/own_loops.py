"""A project's own event loop, whose `create_task` holds what it starts: what calls it by a loop's name holds it too."""

from asynccost.flow.file import File, Site
from asynccost.flow.linked.project import Project
from asynccost.flow.tasks.holding import RULE
from asynccost.flow.tasks.task_helpers import near
from asynccost.flow.tree import Member
from asynccost.flow.words import words


def guessed(file: File, site: Site) -> str:
    """The method that starts a task where only a name says that its receiver is asyncio's loop; "" where it is so."""
    known: dict[str, str] = file.knowledge.table("tasks")["spawn"]
    callee = site.call.callee
    return callee.attr if site.name not in known and isinstance(callee, Member) else ""


def own_loop(project: Project, method: str, path: str) -> str:
    """The method of a loop of the program's own that holds its tasks, which a call of a file may mean; "" for none."""
    for name, at in project.memo(_own_loops):
        if name.rpartition(".")[2] == method and near(path, at):
            return f"{name}() in {at}"
    return ""


def _own_loops(project: Project) -> list[tuple[str, str]]:
    rows = ((path, name) for path, said in project.rows(RULE).items() for name in said.get("holds", ()))
    return [(name, path) for path, name in rows if any(w.endswith("loop") for w in words(name.rpartition(".")[0]))]
