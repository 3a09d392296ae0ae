"""Tasks that are over soon and see to their errors: what a lost reference can do to them is little.

Nobody has anything to cancel: their object is never ended, and nothing else of their file is held for that.
"""

from asynccost.flow.around import loops_around
from asynccost.flow.file import File, Site
from asynccost.flow.reach import class_functions, local_function
from asynccost.flow.tasks.kept import fate_of
from asynccost.flow.tasks.task_helpers import runs, spawns
from asynccost.flow.tree import Await, Call, Class, Function, Loop, Member, Name, With
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_FEW = 2  # waits of a short coroutine
_DEPTH = 2
_ENDS = frozenset({
    "close", "aclose", "stop", "astop", "shutdown", "disconnect", "dispose", "destroy", "teardown", "cleanup",
    "terminate", "cancel", "unload", "cog_unload", "on_unload", "async_will_remove_from_hass", "__aexit__", "__exit__",
    "finish",
})
_LASTS = frozenset({
    "wait", "sleep", "get", "put", "join", "acquire", "serve", "run", "listen", "start", "poll", "polling", "forever",
    "loop", "consume", "watch", "monitor", "follow", "stream", "read", "receive", "recv", "download", "upload", "train",
    "process", "work", "worker", "call", "dispatch", "handle", "execute", "generate", "chat", "retry", "connect",
    "main", "scheduler", "schedule", "playlist", "play", "record", "sync", "crawl", "scrape", "publish",
})


def ends_soon(file: File, site: Site) -> bool:
    """Whether a task's coroutine waits once or twice, for what neither loops nor lasts, and nothing would cancel it."""
    made = runs(file, site)
    if made is None or made.index is None or not made.index.awaits or not _short(file, made, 0):
        return False
    owner = _owner(site.function)
    if owner is not None and any(one.name in _ENDS for one in class_functions(owner, file)):
        return False
    others = (other for other, what in spawns(file) if what == "task" and other is not site)
    return all(fate_of(other.call, other.function, file).kind != "kept" for other in others)


def _owner(function: Function) -> Class | None:
    """The class that a function stands in, also within a method of it."""
    here: Function | None = function
    while here is not None and here.owner is None:
        here = here.scope
    return here.owner if here is not None else None


def _short(file: File, made: Function, depth: int) -> bool:
    waits = made.index.awaits if made.index else []
    if len(waits) > _FEW or any(isinstance(n, Loop) or (isinstance(n, With) and n.is_async) for n in walk(*made.body)):
        return False
    return all(_passes(file, made, wait, depth) for wait in waits)


def _passes(file: File, made: Function, wait: Await, depth: int) -> bool:
    """Whether a wait is for a call whose name, and whose body where that is seen, say that it is soon over."""
    call = wait.value
    if not isinstance(call, Call) or loops_around(wait):
        return False
    given = {param.name for param in made.params if param.name not in ("self", "cls")}
    names = chain(call.callee)
    if not names or not _LASTS.isdisjoint(words(names[-1])) or (isinstance(call.callee, Name) and names[0] in given):
        return False
    if isinstance(call.callee, Member) and made.name and names[-1] == made.name:
        return False
    inner = local_function(call.callee, made, file)
    return inner is None or (depth < _DEPTH and inner is not made and _short(file, inner, depth + 1))
