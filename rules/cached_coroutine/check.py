"""cached-coroutine: a cache that hands every caller the same coroutine, or a client of another event loop."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import speaks_of
from asynccost.flow.tree import Call, Expr, Function
from asynccost.model import Confidence, Finding, Silence

_LOOPS = (
    "asyncio.run", "asyncio.new_event_loop", "anyio.run", "asyncio.Runner", "asgiref.sync.async_to_sync", "trio.run",
)


_STARTS = tuple(name.rpartition(".")[2] for name in _LOOPS)


def check(file: File) -> Iterator[Finding | Silence]:
    """Look at every function with a caching decorator."""
    source = file.module.source

    def may_cache(function: Function) -> bool:
        inside = source.find(b"@", function.start, function.end) >= 0
        return inside or any(_caches(file, decorator, function) for decorator in function.decorators)

    for function in file.functions_if(may_cache):
        for decorator in function.decorators:
            kind = _caches(file, decorator, function)
            if kind:
                yield from _cached(file, function, decorator, kind)


def _caches(file: File, decorator: Expr, function: Function) -> str:
    table = file.knowledge.table("tasks")["caches"]
    name = file.resolve(decorator, function.scope or file.module.top)
    if name in table["sync"]:
        return "cache"
    return "property" if name in table["properties"] else ""


def _cached(file: File, function: Function, decorator: Expr, kind: str) -> Iterator[Finding | Silence]:
    shown = file.text(decorator).split("(")[0]
    where = (decorator.start, decorator.end)
    if function.is_async:
        yield file.finding(function, _broken(function, shown, kind), Confidence.HIGH, span=where)
        return
    made = _returned(file, function)
    if made is None:
        yield file.silence(function, f"{function.name}() is no coroutine, so {shown} keeps a plain value")
        return
    name, call = made
    target = file.names.function(name)
    if _loop_bound(file, name) and _keeps_nothing(file, call):
        yield file.silence(function, f"{shown} keeps an engine that keeps no connection (NullPool)")
    elif _loop_bound(file, name):
        message = (
            f"{shown} keeps one {name.rpartition('.')[2]} for the whole process, but its connections belong to the"
            " event loop that first used them: under the next loop calls fail, or are sent twice by the SDK's retries"
        )
        yield file.finding(function, message, Confidence.MEDIUM, span=where, client=name)
    elif target is not None and target.is_async and not target.is_generator:
        related = (file.related(call, "the coroutine"),)
        yield file.finding(function, _kept(shown, target.name), Confidence.HIGH, span=where, related=related)
    elif target is None and "()" not in name:
        yield file.finding(function, "", Confidence.HIGH, span=where, calls=name, shown=shown)


def _kept(shown: str, name: str) -> str:
    return (
        f"{shown} keeps the coroutine that {name}() makes, not what it returns: the second caller that awaits it gets"
        " RuntimeError: cannot reuse already awaited coroutine"
    )


def _broken(function: Function, shown: str, kind: str) -> str:
    what = "async generator" if function.is_generator else "coroutine"
    if kind == "property":
        return (
            f"{shown} keeps the {what} of async {function.name}, not what it returns: the second await of it raises"
            " RuntimeError"
        )
    return (
        f"{shown} on async def {function.name} keeps the {what}, not what it returns: the second call with the same"
        " arguments gets one that is used up, and awaiting it raises RuntimeError"
    )


def _loop_bound(file: File, name: str) -> bool:
    """Whether what a name makes belongs to the event loop that it is first used in."""
    client = file.knowledge.table("clients")["clients"].get(name, {})
    return bool(client.get("async")) or name in file.knowledge.table("tasks")["caches"]["loop_bound"]


def _keeps_nothing(file: File, call: Call) -> bool:
    """`create_async_engine(url, poolclass=NullPool)`: each use opens a connection of its own and closes it."""
    return any((file.resolve(a.value) or "").endswith(".NullPool") for a in call.arguments if a.keyword == "poolclass")


def _returned(file: File, function: Function) -> tuple[str, Call] | None:
    """The one call that a function returns, by the name of what it calls."""
    returns = [r.value for r in function.index.returns if r.value is not None] if function.index else []
    if len(returns) != 1:
        return None
    name = file.resolve(returns[0], function)
    if name is None or not name.endswith("()"):
        return None
    call = returns[0] if isinstance(returns[0], Call) else None
    known = _loop_bound(file, name[:-2])
    if call is None:
        calls = function.index.calls if function.index and known else []
        call = calls[0] if calls else None
    return (name[:-2], call) if call is not None else None


# --------------------------------------------------------------- whole project


def facts(file: File) -> list[str]:
    """Where a file starts event loops, and in which functions."""
    if file.is_test:
        return []
    sites = file.calls_if(speaks_of(file, _STARTS))
    return [site.function.qualname for site in sites if site.name in _LOOPS]


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Is the returned call a coroutine; is there more than one loop?"""
    name = finding.pending.get("calls")
    if name is None:
        return _loops(finding, project)
    target = project.names.find(name, finding.path)
    if target is None or not target.facts["is_async"] or target.facts["is_generator"]:
        return Silence("", finding.path, finding.span, "what it returns is no coroutine")
    shown = finding.pending["shown"]
    finding.message = _kept(shown, target.facts["qualname"])
    return finding


def _loops(finding: Finding, project: Project) -> Finding | Silence:
    """A cached client harms where loops come and go: a loop started in a hot function, or in several places."""
    places = [(path, q) for path, found in project.rows("cached-coroutine").items() for q in found]
    repeated = [p for p in places if (made := project.names.named_in(*p)) and project.heats.of(made).hot]
    if repeated:
        return finding
    if len(places) > 1:
        finding.confidence = Confidence.LOW
        return finding
    return Silence("", finding.path, finding.span, "the program runs one event loop, which may keep one client")
