"""A task of an object that never ends by itself: the object holds it, and cancels it where it ends itself."""

from dataclasses import dataclass

from asynccost.flow.around import class_around, loops_around, statement_of, use_of
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import work_of
from asynccost.flow.tree import Break, Call, Class, Constant, Function, Loop, Return
from asynccost.flow.walk import walk
from asynccost.python.codemod.classes import behind, can_own, extend_method, taken
from asynccost.python.codemod.holding import hold
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of


@dataclass(slots=True, frozen=True)
class Owner:
    """The class whose objects hold such a task, where it begins, and the method that ends it."""

    cls: Class
    init: Function
    end: Function


def owner_of(site: Site, file: File) -> Owner | None:
    """Who could hold a task and cancel it; None where its work ends by itself, or nobody can."""
    cls = class_around(site.function)
    work = work_of(site)
    runs = local_function(work.callee, site.function, file) if isinstance(work, Call) else None
    if cls is None or runs is None or runs.owner is not cls or not _endless(runs) or not can_own(cls, file):
        return None
    init = cls.methods.get("__init__")
    ends = [cls.methods[n] for n in ends_of(cls, file) if n in cls.methods and not n.startswith("__")]
    ends = [m for m in ends if m.kind == "method" and m.params and m is not site.function]
    layout = layout_of(file)
    alone = layout.alone(statement_of(site.call)) and use_of(site.call).kind in ("dropped", "assigned")
    if init is None or not ends or not alone or not init.body or not layout.begins_line(init.body_start):
        return None
    if site.function.scope is None or any(isinstance(n, Return) for n in walk(*init.body)):
        return None
    return Owner(cls, init, ends[0])


def goes_round(site: Site, file: File) -> bool:
    """Whether a task's work is a loop that waits again and again: it is ended by whoever ends its object."""
    work = work_of(site)
    if not isinstance(work, Call):
        return False
    runs = local_function(work.callee, site.function, file)
    runs = runs or file.names.function(file.resolve(work.callee, site.function))  # `updater.run()`, made here
    return runs is not None and any(isinstance(n, Loop) and n.kind == "while" for n in walk(*runs.body))


def _endless(function: Function) -> bool:
    """Whether a function goes round for ever: `while True` that nothing leaves."""
    loops = [n for n in walk(*function.body) if isinstance(n, Loop) and n.kind == "while"]
    return any(isinstance(loop.test, Constant) and loop.test.value and not _left(loop) for loop in loops)


def _left(loop: Loop) -> bool:
    leaves = [n for n in walk(*loop.body) if isinstance(n, (Break, Return))]
    return any(isinstance(n, Return) or loops_around(n)[:1] == [loop] for n in leaves)


def cancel_in_the_end(patch: Patch, site: Site, owner: Owner) -> None:
    """Hold the task in a set of the object, and cancel what is in it."""
    attr, layout, end = _set_of(owner, patch.file), patch.layout, owner.end
    if attr is None:
        attr = next(n for n in ("_tasks", "_background_tasks", "_own_tasks") if not taken(owner.cls, patch.file, n))
        indent = layout.indent(owner.init.body_start)
        line = f"self.{attr}: set[{member_of(patch, 'asyncio', 'Task')}] = set()"
        patch.insert_lines(behind(owner.init.end, indent, layout), indent, line)
    hold(patch, site.call, site.function, f"self.{attr}")
    if f"in self.{attr}" not in layout.text(end.body_start, end.end):
        name = fresh(patch.file, "task", "background_task", around=end)
        lines = [f"for {name} in self.{attr}:", f"{layout.unit(end)}{name}.cancel()"]
        extend_method(patch, end, lines, first=True)


def _set_of(owner: Owner, file: File) -> str | None:
    """The object's own set of tasks, where it has one."""
    for attr in ("_tasks", "_background_tasks", "_own_tasks"):
        for value in file.names.attribute(owner.cls, attr):
            if isinstance(value, Call) and file.text(value) == "set()":
                return attr
    return None
