"""A module's set that holds background tasks until they are done."""

import re

from asynccost.flow.around import class_around, loops_around, statement_of, use_of
from asynccost.flow.file import File, Site
from asynccost.flow.mentions import places
from asynccost.flow.reach import binder
from asynccost.flow.tasks.task_helpers import spawns, work_of
from asynccost.flow.tree import Argument, Assign, Call, Class, Do, Function, Loop, Member, Name, Node, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.python.codemod.annotating import annotates, evaluated, knows_generics, oldest
from asynccost.python.codemod.arguments import handed
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import define, member_of
from asynccost.python.codemod.top_beside import import_beside, takes_names

SET = "_background_tasks"
HOLD = "_in_background"
_NAMES = ("task", "background_task", "held_task", "started_task")


def hold(patch: Patch, call: Call, function: Function, held: str = "") -> None:
    """Hold what a call starts: by statements behind its own, or around it where it is a part of something. held: the
    set that takes it; the module's, if none is named."""
    statement = statement_of(call)
    use = use_of(call)
    held = held or kept_already(patch.file, function)
    if not patch.layout.alone(statement) or (not held and _by_helper(patch)):
        _around(patch, call)
    elif use.kind == "dropped" and isinstance(statement, Do):
        name = fresh(patch.file, *_NAMES, around=function)
        patch.insert(statement.start, f"{name} = ")
        _behind(patch, statement, name, held=held)
    elif isinstance(statement, Assign) and statement.value is call and isinstance(statement.targets[0], Name):
        name = statement.targets[0].id
        if name == "_":
            name = fresh(patch.file, *_NAMES, around=function)
            patch.replace(statement.targets[0].start, statement.targets[0].end, name)
        _behind(patch, statement, name, held=held)
    elif isinstance(statement, Return) and patch.layout.text(statement.start, call.start).strip() == "return":
        name = fresh(patch.file, *_NAMES, around=function)
        patch.replace(statement.start, call.start, f"{name} = ")
        _behind(patch, statement, name, f"return {name}", held=held)
    else:
        _around(patch, call)


def lifelong(file: File, site: Site) -> str:
    """A name for a task that a module starts once, which a variable of it holds for as long as anything lives; ""
    for any other."""
    if site.function.kind != "module" or loops_around(site.call) or not isinstance(site.call.parent, Do):
        return ""
    name = _after_work(site)
    alike = [s for s, _ in spawns(file) if s.function.kind == "module" and _after_work(s) == name]
    return "" if len(alike) > 1 or any(True for _ in places(file.module.source, name.encode())) else name


def _after_work(site: Site) -> str:
    work = work_of(site)
    return f"_{chain(work.callee)[-1].lstrip('_')}_task" if isinstance(work, Call) else "_task"


_MANY = 3  # tasks of a file that are dropped: a function then says once what three lines would say each time


def _by_helper(patch: Patch) -> bool:
    """Whether the file's tasks are held by a function: it is there already, one of them needs it, or they are many."""
    file = patch.file
    if _defined(file, HOLD):
        return True
    tasks = [site for site, what in spawns(file) if what == "task" and _is_dropped(site.call)]
    dropped = [site.call for site in tasks if not lifelong(file, site)]
    alone = [call for call in dropped if patch.layout.alone(statement_of(call))]
    return len(alone) < len(dropped) or (len(dropped) >= _MANY and not _defined(file, SET))


def _is_dropped(call: Call) -> bool:
    use = use_of(call)
    lambdas = isinstance(use.node, Return) and use.node.parent is not None and _is_lambda(use.node.parent)
    return use.kind == "dropped" or (lambdas and _runs_as_callback(use.node.parent))


def _is_lambda(node: Node) -> bool:
    return isinstance(node, Function) and node.kind == "lambda"


def _runs_as_callback(node: Node | None) -> bool:
    """Whether a function is handed to something, which drops what it returns."""
    closure = node.closure if isinstance(node, Function) else None
    return closure is not None and isinstance(closure.parent, Argument)


def kept_already(file: File, function: Function) -> str:
    """The set in which the module, or the object of a method, holds its tasks already; "" where there is none."""
    cls, held = class_around(function), ""
    of = binder("self", function)  # also of what a method defines within itself
    for site in file.calls:
        given = site.call.arguments[0].value if len(site.call.arguments) == 1 else None
        callee = site.call.callee
        discards = isinstance(given, Member) and given.attr == "discard"
        if not discards or not isinstance(callee, Member) or callee.attr != "add_done_callback":
            continue
        assert isinstance(given, Member)
        name = file.text(given.value)
        if name in file.module.top.bindings and name not in function.bindings and name != SET:
            held = held or name
        mine = cls is not None and class_around(site.function) is cls and of is not None and of.owner is cls
        if name.startswith("self.") and mine and cls is not None and _begun(cls, name):
            return name
    own = _annotated(cls, file) if cls is not None and of is not None and of.owner is cls else ""
    return own or held


def _annotated(cls: Class, file: File) -> str:
    """The attribute that the constructor makes a set of tasks by its annotation, which others may fill; "" for none."""
    init = cls.methods.get("__init__")
    for said in (s for s in (init.body if init else ()) if isinstance(s, Assign) and s.annotation is not None):
        target = said.targets[0]
        if isinstance(target, Member) and said.annotation is not None and _TASKS.match(file.text(said.annotation)):
            return file.text(target)
    return ""


_TASKS = re.compile(r"(?:set|Set|typing\.Set)\[(?:asyncio\.)?Task\b")


def cancels(held: str, file: File) -> bool:
    """Whether the tasks of a set are cancelled somewhere: `for task in self._tasks: task.cancel()`."""
    for function in file.functions:
        for loop in function.index.loops if function.index else ():
            if not isinstance(loop, Loop):
                continue
            mentions = any(file.text(n) == held for n in walk(loop.iter) if isinstance(n, (Name, Member)))
            calls = (n for n in walk(*loop.body) if isinstance(n, Call)) if mentions else ()
            if any(isinstance(c.callee, Member) and c.callee.attr == "cancel" for c in calls):
                return True
    return False


def _begun(cls: Class, name: str) -> bool:
    """Whether the constructor gives an attribute its value."""
    init = cls.methods.get("__init__")
    targets = [t for s in (init.body if init else ()) if isinstance(s, Assign) for t in s.targets]
    return any(isinstance(t, Member) and f"self.{t.attr}" == name for t in targets)


def _around(patch: Patch, call: Call) -> None:
    up = call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 else None
    if isinstance(target, Name) and target.id == "_" and patch.layout.begins_line(target.start):
        patch.replace(target.start, call.start, "")
    handed(patch, call, _holder(patch))


def _behind(patch: Patch, statement: Node, name: str, *last: str, held: str) -> None:
    """Two statements behind one that has its lines to itself, and a last one."""
    held = held or _set(patch)
    lines = [f"{held}.add({name})", f"{name}.add_done_callback({held}.discard)", *last]
    layout = patch.layout
    patch.insert_lines(layout.next_line(statement.end - 1), layout.indent(statement.start), *lines)


def _set(patch: Patch) -> str:
    if not _defined(patch.file, SET):
        define(patch, _set_line(patch))
    return SET


def _set_line(patch: Patch) -> str:
    local = next((name for name, dotted in patch.file.module.imports.items() if dotted == "typing.Set"), "")
    if local in patch.file.module.top.bindings:
        return f"{SET}: {local}[{_task(patch)}] = set()"
    quoted = evaluated("set[Task]", patch.file, since=(3, 9)).startswith('"')
    if not _says_object(patch):
        unknown = oldest(patch.file) is None  # nothing but the file's own style says what is known
        checked = bool(patch.file.knowledge.table("project")["types"])  # which asks what an empty set is to hold
        if not checked and (not annotates(patch.file) or (unknown and quoted)):
            return f"{SET} = set()"
        quoted = quoted or (unknown and not knows_generics(patch.file))
    note = f"set[{_task(patch)}]"
    return f'{SET}: "{note}" = set()' if quoted else f"{SET}: {note} = set()"


def _task(patch: Patch) -> str:
    """What a task is called in an annotation; with what it returns, where the file says that of others."""
    some = "[object]" if _says_object(patch) else ""
    if takes_names(patch, "asyncio") and "Task" not in patch.file.module.imports:
        import_beside(patch, "asyncio", "Task")
        return f"Task{some}"
    return f"{member_of(patch, 'asyncio', 'Task')}{some}"


def _says_object(patch: Patch) -> bool:
    """Whether a task's annotation says what it returns."""
    return patch.file.knowledge.table("project")["types"] == "strict" or b"Task[" in patch.file.module.source


def _holder(patch: Patch) -> str:
    """The function that holds a task and hands it back."""
    if not _defined(patch.file, HOLD):
        said = ""
        if _says_object(patch) or annotates(patch.file):
            said = evaluated(_task(patch), patch.file, since=(3, 9)) if "[" in _task(patch) else _task(patch)
        signature = f"(task: {said}) -> {said}" if said else "(task)"
        known = _statement(patch.file, SET)
        first = [] if known is not None else [_set_line(patch), "", ""]
        define(
            patch, *first, f"def {HOLD}{signature}:",
            '    """Hold a task until it is done: the event loop keeps only a weak reference."""',
            f"    {SET}.add(task)", f"    task.add_done_callback({SET}.discard)", "    return task",
            behind=known,
        )
    return HOLD


def _defined(file: File, name: str) -> bool:
    return name in file.module.top.bindings


def _statement(file: File, name: str) -> Node | None:
    """The module's statement that gives a name its value."""
    for statement in file.module.top.body:
        if isinstance(statement, Assign) and any(isinstance(t, Name) and t.id == name for t in statement.targets):
            return statement
    return None
