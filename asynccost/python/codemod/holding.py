"""A module's set that holds background tasks until they are done."""

from asynccost.flow.around import statement_of, use_of
from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Call, Do, Function, Name, Node, Return
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import define, member_of

SET = "_background_tasks"
HOLD = "_in_background"


def hold(patch: Patch, call: Call, function: Function, held: str = "") -> None:
    """Hold what a call starts: by statements behind its own, or around it where it is a part of something. held: the
    set that takes it; the module's, if none is named."""
    statement = statement_of(call)
    use = use_of(call)
    if not patch.layout.alone(statement):
        _around(patch, call)
    elif use.kind == "dropped" and isinstance(statement, Do):
        name = fresh(patch.file, "task", "background_task", around=function)
        patch.insert(statement.start, f"{name} = ")
        _behind(patch, statement, name, held=held)
    elif isinstance(statement, Assign) and statement.value is call and isinstance(statement.targets[0], Name):
        name = statement.targets[0].id
        if name == "_":
            name = fresh(patch.file, "task", "background_task", around=function)
            patch.replace(statement.targets[0].start, statement.targets[0].end, name)
        _behind(patch, statement, name, held=held)
    elif isinstance(statement, Return) and patch.layout.text(statement.start, call.start).strip() == "return":
        name = fresh(patch.file, "task", "background_task", around=function)
        patch.replace(statement.start, call.start, f"{name} = ")
        _behind(patch, statement, name, f"return {name}", held=held)
    else:
        _around(patch, call)


def _around(patch: Patch, call: Call) -> None:
    patch.insert(call.start, f"{_holder(patch)}(")
    patch.insert(call.end, ")")


def _behind(patch: Patch, statement: Node, name: str, *last: str, held: str) -> None:
    """Two statements behind one that has its lines to itself, and a last one."""
    held = held or _set(patch)
    lines = [f"{held}.add({name})", f"{name}.add_done_callback({held}.discard)", *last]
    layout = patch.layout
    patch.insert_lines(layout.next_line(statement.end - 1), layout.indent(statement.start), *lines)

_BEFORE_3_9 = frozenset({"typing.List", "typing.Dict", "typing.Set", "typing.Tuple", "typing.FrozenSet", "typing.Type"})


def _set(patch: Patch) -> str:
    if not _defined(patch.file, SET):
        define(patch, _set_line(patch))
    return SET


def _set_line(patch: Patch) -> str:
    kind = f"set[{member_of(patch, 'asyncio', 'Task')}]"
    imported = set(patch.file.module.imports.values())
    # a module's annotation is evaluated: where typing.List is still in use, Python 3.8 may be, which knows no set[...]
    quote = '"' if not imported.isdisjoint(_BEFORE_3_9) and "__future__.annotations" not in imported else ""
    return f"{SET}: {quote}{kind}{quote} = set()"


def _holder(patch: Patch) -> str:
    """The function that holds a task and hands it back."""
    if not _defined(patch.file, HOLD):
        task = member_of(patch, "asyncio", "Task")
        known = _statement(patch.file, SET)
        first = [] if known is not None else [_set_line(patch), "", ""]
        define(
            patch, *first, f"def {HOLD}(task: {task}) -> {task}:",
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
