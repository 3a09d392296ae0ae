"""Whether what a thread hands to an event loop asks others or stores something: then its failure is a loss."""

from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import runs, work_of
from asynccost.flow.tree import Call, Function
from asynccost.flow.waits.awaits import waits_of
from asynccost.flow.words import chain, words

_ASKS = frozenset({"net", "maybe", "pool", "conn", "file", "thread", "message"})
_STORES = frozenset({
    "store", "save", "insert", "persist", "commit", "write", "upsert", "upload", "download", "create", "delete",
    "submit", "register", "publish", "fetch", "request", "query", "execute",
})  # fmt: skip
_DEPTH = 2


def asks_others(file: File, site: Site) -> bool:
    """Whether the coroutine that a future stands for waits for a request, or is one that stores, by its name."""
    work = work_of(site)
    said = words(chain(work.callee)[-1]) if isinstance(work, Call) else ()
    if said and said[0] in _STORES:
        return True
    made = runs(file, site)
    return made is not None and _asks(file, made, 0)


def _asks(file: File, made: Function, depth: int) -> bool:
    for wait in waits_of(made, file):
        inner = local_function(wait.node.callee, made, file) if isinstance(wait.node, Call) else None
        if inner is not None and inner is not made and inner.is_async and depth < _DEPTH:
            if _asks(file, inner, depth + 1):
                return True
        elif not _ASKS.isdisjoint((wait.kind, wait.otherwise)):
            return True
    return False
