"""What a project holds its tasks with: its own functions, a library's, or a set of an object that all know.

The calls that start a task and hand back the only strong reference to it.

Whether a task's own callback hands what comes of it to a future, which somebody else waits for.
"""

import re
from collections.abc import Iterator
from functools import partial

from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.kept import fate_of
from asynccost.flow.tree import Assign, Call, Expr, Function, Member, Name
from asynccost.flow.words import chain, last_word, words


def spawns(file: File) -> list[tuple[Site, str]]:
    """The calls that start a task, with what they hand back: "task", "future" (of another thread) ..."""
    return file.memo(_spawns)


def _spawns(file: File) -> list[tuple[Site, str]]:
    found: list[tuple[Site, str]] = []
    table = file.knowledge.table("tasks")
    known: dict[str, str] = table["spawn"]
    loops, methods = set(table["loop"]["names"]), set(table["loop"]["methods"])
    for site in file.calls_if(speaks_of(file, {*known, *methods})):
        callee = site.call.callee
        if site.name in known:
            found.append((site, known[site.name]))
        elif isinstance(callee, Member) and callee.attr in methods and last_word(callee.value) in loops:
            found.append((site, "task"))
    return found



def work_of(site: Site) -> Expr | None:
    """What a task is started with: `f()` of `create_task(f())`."""
    return site.call.arguments[0].value if site.call.arguments else None


def runs(file: File, site: Site) -> Function | None:
    """The coroutine function of this file that a task runs, also where a name stands for its call."""
    work = work_of(site)
    if isinstance(work, Name) and site.function.index:
        made = site.function.index.bound.get(work.id, [])
        work = made[0] if len(made) == 1 else work
    found = local_function(work.callee, site.function, file) if isinstance(work, Call) else None
    return found if found is not None and found.is_async else None


_STARTS = frozenset({"create", "spawn", "start", "run", "schedule", "add", "track", "fire", "launch", "register"})
_WHAT = frozenset({"task", "tasks", "background", "forget", "coroutine", "coro"})
_LIBRARIES = frozenset({
    "asyncio", "anyio", "trio", "uvloop", "celery", "concurrent", "curio", "dramatiq", "huey", "rq",
})
_WATCHES = re.compile(rb"\badd_done_callback\b")
_FIRST = b"|".join(sorted(word.encode() for word in _STARTS))
_SAID = re.compile(rb"(?i)(?<![a-z0-9])(?:%s)\w*(?:task|background|forget|coro)" % _FIRST)  # by one name
_OWNS, _STARTED = re.compile(rb"(?i)background|tasks"), re.compile(rb"(?i)\.[\s\\]*[_\x80-\xff]*(?:%s)" % _FIRST)
_FACTORY = re.compile(rb"\bset_task_factory\((?!\s*(?:asyncio\.)?eager_task_factory\b)")
_HELD = re.compile(rb"\w*tasks?\w*\.add\(")
_FAR = 3  # names of a set that another object has: `self.bot.tasks`


def defined(file: File) -> list[str]:
    """The functions of a file, known outside it, that take a coroutine or a task and see to it that it is held."""
    found = []
    for site, what in spawns(file):
        work = work_of(site)
        function = site.function
        takes = what == "task" and isinstance(work, Name) and _takes(function, work.id) and _is_known(function)
        if takes and (_noted(function) or fate_of(site.call, function, file).kind == "kept"):
            found.append(function.qualname)
    watching = file.functions_if(partial(_holds, file.module.source, _WATCHES))
    given = (f for f in watching if _is_known(f) and any(p.name in _noted(f) for p in f.params))
    return sorted({*found, *(function.qualname for function in given)})


def by_factory(file: File) -> bool:
    """Whether a file gives the event loop a task factory that holds what it makes."""
    source = file.module.source
    return _FACTORY.search(source) is not None and _HELD.search(source) is not None


def replaced(file: File) -> bool:
    """Whether a file puts something of its own in the place of `asyncio.create_task`, for whoever calls it."""
    return _REPLACED.search(file.module.source) is not None


_REPLACED = re.compile(rb"\basyncio\.create_task[ \t]*=(?!=)")


def used(file: File) -> list[str]:
    """The functions of other modules that a file starts tasks with, and the sets of other objects that hold them."""
    return sorted({*_functions(file), *_sets(file)})


def _functions(file: File) -> Iterator[str]:
    for site in file.calls_if(partial(_may_say, file.module.source)):
        names = chain(site.call.callee)
        if site.name is None or not site.call.arguments or not isinstance(site.call.arguments[0].value, Call):
            continue
        root = site.name.partition(".")[0]
        if names[0] not in file.module.imports or root in _LIBRARIES or "()" in site.name:
            continue
        if _says(names[-2:]):
            yield site.name


def _holds(source: bytes, words: re.Pattern[bytes], function: Function) -> bool:
    return words.search(source, function.start, function.end) is not None


def _may_say(source: bytes, function: Function) -> bool:
    """Whether a function may call what `_says` says yes to: by one name, or by a name and that before it."""
    by_two = _holds(source, _OWNS, function) and _holds(source, _STARTED, function)
    return by_two or _holds(source, _SAID, function)


def _says(names: list[str]) -> bool:
    """`scheduling.create_task`, `background_tasks.create`, `fire_and_forget`."""
    last = words(names[-1])
    said = {*last, *(w for name in names[:-1] for w in words(name) if w in ("background", "tasks"))}
    return not _STARTS.isdisjoint(last[:1]) and not _WHAT.isdisjoint(said)


def _sets(file: File) -> Iterator[str]:
    """`task.add_done_callback(self.bot.tasks.discard)`."""
    for site in file.calls_if(partial(_holds, file.module.source, _WATCHES)):
        callee, given = site.call.callee, [a.value for a in site.call.arguments]
        if not isinstance(callee, Member) or callee.attr != "add_done_callback" or len(given) != 1:
            continue
        if isinstance(given[0], Member) and given[0].attr in ("discard", "remove"):
            names = chain(given[0].value)
            if len(names) >= _FAR or names[0] in file.module.imports:
                yield ".".join(names)


def _takes(function: Function, name: str) -> bool:
    return any(p.name == name for p in function.params)


def _is_known(function: Function) -> bool:
    """Whether other modules may call a function: it is public, and no other function's own."""
    if function.is_async or function.name.startswith("_") or not function.name:
        return False
    return function.owner is not None or (function.scope is not None and function.scope.kind == "module")


def _noted(function: Function) -> set[str]:
    """What a function puts somewhere, and hears of the end of."""
    callees = [call.callee for call in function.index.calls] if function.index else []
    watched = {n for c in callees if isinstance(c, Member) and c.attr == "add_done_callback" for n in chain(c.value)}
    adds = [c for c in (function.index.calls if function.index else ()) if isinstance(c.callee, Member)]
    given = [c.arguments[0].value for c in adds if chain(c.callee)[-1] in ("add", "append") and len(c.arguments) == 1]
    return {value.id for value in given if isinstance(value, Name) and value.id in watched}


def near(path: str, other: str) -> bool:
    """Whether two files belong to one program, as their folders say."""
    ours, theirs = path.split("/")[:-1], other.split("/")[:-1]
    if not theirs:
        return True
    wanted = 2 if theirs[0] in _SHELVES and len(theirs) > 1 else 1
    return ours[:wanted] == theirs[:wanted]


_SHELVES = frozenset({"src", "packages", "libs", "lib", "apps", "services", "python", "sdks", "plugins", "examples"})


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
