"""Whether somebody hears of the errors of a task that nobody waits for: its own coroutine, or one around it."""

from asynccost.flow.around import above
from asynccost.flow.file import File, Site
from asynccost.flow.tasks.task_helpers import runs
from asynccost.flow.tree import Call, Name, Raise, Try
from asynccost.flow.waits.failing import failing
from asynccost.flow.walk import walk


def sees_to_its_errors(file: File, site: Site) -> bool:
    """Whether the coroutine of a task, in this file, lets nothing out that goes wrong."""
    coroutine = runs(file, site)
    return coroutine is not None and not failing(file, coroutine)


def is_guarded(file: File, site: Site) -> bool:
    """`ensure_future(logged(coro))`, where `logged` awaits what it is given and says what went wrong."""
    coroutine = runs(file, site)
    if coroutine is None or coroutine.index is None:
        return False
    given = {p.name for p in coroutine.params}
    for wait in coroutine.index.awaits:
        tries = [up for up in above(wait) if isinstance(up, Try)]
        runs_it = wait.value.callee if isinstance(wait.value, Call) else wait.value
        if isinstance(runs_it, Name) and runs_it.id in given and any(_says(t) for t in tries):
            return True
    return False


def _says(tried: Try) -> bool:
    """Whether a handler of a try says what went wrong and goes on."""
    calls = [h for h in tried.handlers if any(isinstance(n, Call) for n in walk(*h.body))]
    return any(not any(isinstance(n, Raise) for n in walk(*h.body)) for h in calls)
