"""What ends before a task is done, or ends it: its object, its module, what it was lent."""

from asynccost.flow.around import class_around
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File, Site
from asynccost.flow.tasks.task_helpers import runs, work_of
from asynccost.flow.tree import Call, Do, Function, Member, Name
from asynccost.flow.words import chain, words

_PLUGINS = ("Cog", "Plugin", "Extension")
_LENT = frozenset({"session", "conn", "connection", "cursor", "transaction", "tx"})
_SAVES = frozenset({"save", "flush", "persist", "dump", "store", "write"})  # what is lost if nobody waits for it
_LEAVES = frozenset({"unload", "close", "aclose", "stop", "shutdown", "disconnect", "teardown", "aexit"})
_ENDS = frozenset({"cancel", "shutdown", "stop", "close", "aclose", "disconnect", "terminate", "teardown", "cleanup"})
LASTS = frozenset({
    "listen", "serve", "forever", "loop", "watch", "monitor", "poll", "heartbeat", "consume", "worker", "keepalive",
})


def gone_before(site: Site) -> str:
    """A question where what a task works with is gone before it is done; "" elsewhere."""
    name = site.function.name
    if _within_del(site.function):
        return "its object is gone before it is done: is whoever owns the object to end it, and to wait?"
    if "unload" in words(name) and not site.function.is_async:
        return f"its module goes with it: is {name}() to be a coroutine that waits for it?"
    if any(chain(d)[-2:] == ["atexit", "register"] for d in site.function.decorators):
        return "the program is about to end, and no event loop may run any more: is it to be waited for before?"
    if lent := _lent(site):
        return f"{lent} is lent to {name}(), and may be closed before it is done: await in its place?"
    return ""


def _within_del(function: Function | None) -> bool:
    """Whether code runs as an object goes, also within a lambda of it."""
    while function is not None and function.kind == "lambda":
        function = function.scope
    return function is not None and function.name == "__del__"


def _lent(site: Site) -> str:
    """The session or connection of the caller's that a task is given to work with; "" for none."""
    work = work_of(site)
    given = [a.value for a in work.arguments] if isinstance(work, Call) else []
    params = {p.name for p in site.function.params} if site.function.is_async else set()
    names = (n.id for n in given if isinstance(n, Name) and n.id in params)
    return next((name for name in names if not _LENT.isdisjoint(words(name)[-1:])), "")


def of_plugin(site: Site) -> str:
    """The class around whose objects a bot loads and unloads while it runs: `VoiceLogs(commands.Cog)`; "" for none."""
    cls = class_around(site.function)
    bases = (chain(base.value)[-1] for base in cls.bases) if cls is not None else ()
    return cls.name if cls is not None and any(base.endswith(_PLUGINS) for base in bases) else ""


def ends_its_object(site: Site) -> Call | None:
    """`asyncio.create_task(self.session.close())` of an `async def cog_unload()`: the work, which it could wait for."""
    work = work_of(site)
    if not isinstance(work, Call) or len(site.call.arguments) != 1 or not isinstance(site.call.parent, Do):
        return None
    ends = site.function.is_async and not _LEAVES.isdisjoint(words(site.function.name))
    return work if ends and not (_ENDS | _SAVES).isdisjoint(words(chain(work.callee)[-1])) else None


def ended_by(site: Site, file: File) -> str:
    """The method that ends the object of a task whose work is another object's, and lasts by its name; "" for none."""
    cls, work = class_around(site.function), work_of(site)
    names = chain(work.callee) if isinstance(work, Call) else [""]
    if cls is None or names[0] != "self" or len(names) < 3 or LASTS.isdisjoint(words(names[-1])):
        return ""
    return next((n for n in ends_of(cls, file) if n in cls.methods and cls.methods[n] is not site.function), "")


def ends_others(site: Site, file: File) -> str:
    """What the work of a task, or a call of it, is on its object that ends it, and with it the tasks that it holds; ""
    for nothing."""
    work, started = runs(file, site), work_of(site)
    calls = [started] if isinstance(started, Call) else []
    calls += work.index.calls if work is not None and work.index else []
    named = (chain(call.callee) for call in calls if isinstance(call.callee, Member))
    return next((n[-1] for n in named if n[0] == "self" and len(n) == 2 and not _ENDS.isdisjoint(words(n[-1]))), "")
