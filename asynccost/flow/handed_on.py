"""Whether a task's own callback hands what comes of it to a future, which somebody else waits for."""

from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Assign, Expr, Member, Name
from asynccost.flow.words import chain


def handed_on(file: File, site: Site) -> str:
    """The future that gets a task's result from its callback: `task.add_done_callback(answer)`; "" for none."""
    for call in site.function.index.calls if site.function.index else ():
        callee = call.callee
        if not isinstance(callee, Member) or callee.attr != "add_done_callback" or not call.arguments:
            continue
        if callee.value is not site.call and not _is_named(callee.value, site):
            continue
        callback = local_function(call.arguments[0].value, site.function, file)
        for inner in callback.index.calls if callback is not None and callback.index else ():
            names = chain(inner.callee)
            if len(names) > 1 and names[-1] == "set_result":
                return ".".join(names[:-1])
    return ""


def _is_named(held: Expr, site: Site) -> bool:
    """Whether a name is what the task was assigned to."""
    made = site.call.parent
    targets = made.targets if isinstance(made, Assign) else []
    return isinstance(held, Name) and any(isinstance(t, Name) and t.id == held.id for t in targets)
