"""Tasks left alone whatever becomes of their handle, and those started only where nothing better is to be had.

Those that only close what a part of a program leaves behind as it is unloaded.
"""

from asynccost.flow.around import above
from asynccost.flow.file import File, Site
from asynccost.flow.intent import waived
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import work_of
from asynccost.flow.tree import Call, Constant, If, Name
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_TASKS = frozenset({"task", "future", "fut"})


def harmless(file: File, site: Site, what: str) -> str:
    """Why a task is left alone whatever becomes of it, or nothing."""
    if waived(file, site.call, ("RUF006", "ASYNC300")):
        return "a noqa comment says so"
    work = work_of(site)
    if isinstance(work, Name) and site.name == "asyncio.ensure_future" and not _TASKS.isdisjoint(words(work.id)):
        return f"{work.id} is a task already: it comes back as it is"
    if not isinstance(work, Call):
        return ""
    if file.resolve(work.callee, site.function) == "asyncio.sleep":
        return "it only sleeps"
    if what == "future" and _into_queue(work):
        return "it puts something into a queue of the loop, which does not fail"
    return ""


def _into_queue(work: Call) -> bool:
    """`queue.put(x)`: how threads hand things to the loop."""
    said = chain(work.callee)
    return len(said) > 1 and said[-1] == "put" and "queue" in words(said[-2])


def only_closes(file: File, site: Site) -> bool:
    """Whether a part of a program that is unloaded, in no coroutine, closes what it had: `self.session.close()`."""
    work = work_of(site)
    if site.function.is_async or "unload" not in words(site.function.name) or not isinstance(work, Call):
        return False
    return chain(work.callee)[-1] in _CLOSES and local_function(work.callee, site.function, file) is None


_CLOSES = frozenset({"close", "aclose"})


def where_missing(call: Call) -> str:
    """What starts a task otherwise: `if hasattr(app, "start"): app.start(f()) else: create_task(f())`; "" for none."""
    for up in above(call):
        test = up.test if isinstance(up, If) and any(one.start <= call.start < one.end for one in up.orelse) else None
        if isinstance(up, If) and isinstance(test, Call) and chain(test.callee) == ["hasattr"]:
            named = test.arguments[-1].value
            name = str(named.value) if isinstance(named, Constant) else ""
            calls = (node for node in walk(*up.body) if isinstance(node, Call))
            if any(chain(one.callee)[-1] == name for one in calls):
                return name
    return ""
