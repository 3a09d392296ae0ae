"""Whether what comes to a call that blocks keeps its answers: `@lru_cache` on a function on the way."""

from asynccost.flow.blocking.chains import Reach, title
from asynccost.flow.file import function_at
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.shut_out import lowered
from asynccost.flow.tree import Call
from asynccost.flow.words import chain
from asynccost.model import Span

_KEEP = frozenset({
    "cache", "lru_cache", "ttl_cache", "cached", "cachedmethod", "cached_method", "memoize", "memoized", "cache_data",
    "cache_resource",
})  # fmt: skip


def kept_on_the_way(reach: Reach, project: Project) -> str:
    """The function on the way that keeps its answers, for whatever it is handed; "" for none.

    It blocks once for each thing that it is asked, which is seldom as many as the calls.
    """
    return next((title(made) for made in reach.path if _keeps(made, project)), "")


def _keeps(made: Def, project: Project) -> bool:
    file = lowered(project, made.file["path"])
    function = function_at(file, Span(made.facts["start"], made.facts["end"])) if file is not None else None
    named = (d.callee if isinstance(d, Call) else d for d in function.decorators) if function is not None else ()
    return any(chain(name)[-1] in _KEEP for name in named)
