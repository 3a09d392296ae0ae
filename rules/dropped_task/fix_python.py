"""dropped-task, fixed in Python: the module holds the task until it is done."""

from collections.abc import Iterator

from asynccost.flow.file import File, Site
from asynccost.flow.layout import alone_on_its_lines, indent_of, lines_below
from asynccost.flow.tree import Assign, Call, Do
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.module_top import after_imports

_SET = "_background_tasks"


def fix(finding: Finding, file: File) -> Offer | None:
    """A module's set holds the task, and lets it go when it is done."""
    site = _site(finding, file)
    if site is None or not _statement(site.call, file):
        return None
    return Offer(
        Safety.SAFE,
        "a set of the module holds the task until it is done; nothing else changes",
        lambda: _edits(file, site),
    )


def _site(finding: Finding, file: File) -> Site | None:
    """The call that starts the task, where its function is known to hand back a task."""
    spawns = file.knowledge.table("tasks")["spawn"]
    for site in file.calls:
        if site.call.start == finding.span.start and site.call.end == finding.span.end:
            return site if spawns.get(site.name or "") == "task" else None
    return None


def _statement(call: Call, file: File) -> bool:
    """Whether a call is a statement that has its line to itself."""
    up = call.parent
    return isinstance(up, Do) and alone_on_its_lines(file.module.source, up.start, up.end, b"#")


def _edits(file: File, site: Site) -> Iterator[Edit]:
    source = file.module.source
    held = _held(file)
    if held is None:
        held = _SET
        at = after_imports(source)
        yield Edit(file.path, at, at, f"\n{_SET}{_annotation(file)} = set()\n")
    task = next(n for n in ("task", "background_task", "new_task") if n not in site.function.bindings)
    indent = indent_of(source, site.call.start)
    yield Edit(file.path, site.call.start, site.call.start, f"{task} = ")
    text = f"{indent}{held}.add({task})\n{indent}{task}.add_done_callback({held}.discard)\n"
    yield lines_below(file.path, source, site.call.end, text)


def _annotation(file: File) -> str:
    """`: set[asyncio.Task]`, where the module knows asyncio by a name."""
    known = [local for local, what in file.module.imports.items() if what == "asyncio"]
    return f": set[{known[0]}.Task]" if known else ""


def _held(file: File) -> str | None:
    """The set of tasks that an earlier fix, or its author, gave the module."""
    for statement in file.module.top.body:
        if isinstance(statement, Assign) and any(getattr(t, "id", "") == _SET for t in statement.targets):
            return _SET
    return None
