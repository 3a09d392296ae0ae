"""What else of a project holds a task, or ends it: a factory, a helper, a base class, its event loop."""

from typing import Any

from asynccost.flow.file import File
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.tasks.task_helpers import by_factory, defined, replaced, used
from asynccost.flow.words import words
from asynccost.model import Finding

RULE = "dropped-task"


def held_here(file: File) -> dict[str, Any]:
    """What a file tells others of it: what it defines and calls to hold tasks, and what it does for all of them."""
    by_all = {"factory": True} if by_factory(file) else {}
    if replaced(file):
        by_all["replaced"] = True
    return {"holds": defined(file), "asks": used(file), **by_all}


def factory(project: Project) -> str:
    """The file that gives the event loop a task factory which holds what it makes; "" where none does."""
    return min((path for path, said in project.rows(RULE).items() if "factory" in said), default="")


def replacing(project: Project) -> str:
    """The file that puts something of its own in the place of asyncio.create_task; "" where none does."""
    return min((path for path, said in project.rows(RULE).items() if "replaced" in said), default="")


_STARTERS = ("create_task", "create_background_task", "start_task", "spawn_task", "run_task", "add_task")


def starter_of_base(finding: Finding, project: Project) -> str:
    """What starts tasks for the objects of the class in which a finding lies: a method of a base of another file."""
    names = finding.function.split(".")
    known = project.files[finding.path]["classes"] if finding.path in project.files else {}
    bases = known.get(next((name for name in names if name in known), ""), [])
    found = ((name, project.names.find(f"{base.removesuffix('()')}.{name}", finding.path))
             for base in bases for name in _STARTERS)
    return next((name for name, made in found if made is not None), "")


def holders(project: Project) -> list[tuple[str, str]]:
    """What holds tasks in the project: the file that shows it, and what it is called."""
    rows = {path: said for path, said in project.rows(RULE).items() if "holds" in said}
    own = [(path, f"{name}()") for path, said in rows.items() for name in said["holds"]]
    asked = [(path, name) for path, said in rows.items() for name in said["asks"]]
    foreign = [(path, name) for path, name in asked if project.names.find(name, path) is None]
    return [*own, *foreign]


_LASTS = frozenset({"main", "cli", "run", "start", "serve", "server", "worker", "app", "launch", "listen", "forever"})


def ends_with_its_loop(made: Def, project: Project) -> str:
    """Who runs the function in an event loop that is made for it alone, as a clause; "" for any other."""
    heat = project.heats.of(made)
    if heat.kind != "fresh":
        return ""
    who = heat.reason.partition(" runs ")[0].removesuffix("()").rpartition(".")[2]
    return "" if who.startswith("<") or not _LASTS.isdisjoint(words(who)) else heat.reason
