"""Python tasks that nobody would miss: they log something, count how the program is used, or run as it is stopped."""

import re

from asynccost.flow.failing import catches, failing
from asynccost.flow.file import File, Site
from asynccost.flow.kept import fate_of
from asynccost.flow.repeat import is_tries
from asynccost.flow.spawns import runs, spawns, work_of
from asynccost.flow.tree import Argument, Assign, Await, Bind, Call, Function, Loop, Raise
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.flow.worth import worth_of

_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_READS = frozenset({"get", "fetch", "request", "load", "read", "resolve", "lookup", "query", "find", "probe", "check"})
_ENDS = re.compile(rb"\bos\.(?:_exit|exec\w+|kill|abort)\(|\bwebbrowser\.open\w*\(")
_MOVES = frozenset({
    "acquire", "release", "pop", "remove", "discard", "clear", "get", "items", "keys", "values", "sort", "sorted",
    "dict", "OrderedDict", "list", "set", "len",
})
_KEEPS = re.compile(rb"\bgetsignal\(|\w[ \t]*=[ \t]*(?:signal\.)?signal\(")
_TAKES = rb"\bsignal\([^()\n]*,[ \t]*%s[ \t]*\)"


def is_passing(file: File, site: Site, *, heard: bool) -> bool:
    """Whether a task is one of them. heard: a callback of its own hears how it ends."""
    work, coroutine = work_of(site), runs(file, site)
    if isinstance(work, Call) and file.memo(worth_of).reports(_full_name(site, work)):
        return True
    if _as_it_ends(site) or _while_it_stands(file, site.function) or site.function.name == "__del__":
        return True
    if coroutine is None:
        return False
    if _rests_only(file, coroutine) or _only_logs(coroutine) or _takes_its_turn(file, coroutine):
        return True
    minor = heard or _is_best_effort(file, coroutine) or _rests_first(file, coroutine) or _is_brief(file, coroutine)
    return minor and not failing(file, coroutine)


def _full_name(site: Site, work: Call) -> str:
    """The name of what a task runs, with that of its class: `Telemetry._record` for `self._record()`."""
    names = [name for name in chain(work.callee) if name]
    if names[:1] in (["self"], ["cls"]) and site.function.owner is not None:
        names[0] = site.function.owner.name
    return ".".join(names)


def _as_it_ends(site: Site) -> bool:
    """`loop.add_signal_handler(SIGINT, lambda: create_task(stop()))`: the process is about to end, as a rule."""
    handler = site.function.closure
    given = handler.parent if handler is not None else None
    call = given.parent if isinstance(given, Argument) else None
    return isinstance(call, Call) and chain(call.callee)[-1] == "add_signal_handler"


def _is_best_effort(file: File, coroutine: Function) -> bool:
    """`record_best_effort()`, `warm_up_on_startup()`: whoever named them so can miss them."""
    said = words(coroutine.name)
    missable = file.knowledge.table("tasks")["handle"]["missable"]
    return {"best", "effort"}.issubset(said) or any(word in missable for word in said)


_BRIEF = 3  # awaits from which a coroutine has time to be collected between two of them


def _is_brief(file: File, coroutine: Function) -> bool:
    """Whether a coroutine tells its errors and waits once or twice, or the clock holds it, in a file that holds no
    task at all."""
    waits = coroutine.index.awaits if coroutine.index else []
    brief = len(waits) < _BRIEF or any(_is_rest(file, wait, coroutine) for wait in waits)
    once = all(is_tries(file, node) for node in walk(*coroutine.body) if isinstance(node, Loop))
    return brief and once and catches(coroutine) and not file.memo(_holds_tasks)


def _holds_tasks(file: File) -> bool:
    return any(fate_of(site.call, site.function, file).kind == "kept" for site, _ in spawns(file))


def _only_logs(coroutine: Function) -> bool:
    """Whether a coroutine asks for something and does nothing with it but say it to a log."""
    index = coroutine.index
    if index is None or not index.awaits or any(isinstance(s, (Assign, Bind)) for s in coroutine.body):
        return False
    asked = [wait.value for wait in index.awaits if isinstance(wait.value, Call)]
    others = [call for call in index.calls if not isinstance(call.parent, Await)]
    reads = all(not _READS.isdisjoint(words(chain(call.callee)[-1])) for call in asked)
    return reads and bool(others) and all(_is_log(call) for call in others)


def _rests_only(file: File, coroutine: Function) -> bool:
    """Whether a coroutine rests, which the loop's clock remembers, and then ends the process or opens a browser."""
    waits = coroutine.index.awaits if coroutine.index else []
    ends = _ENDS.search(file.module.source, coroutine.start, coroutine.end) is not None
    return ends and all(_is_rest(file, wait, coroutine) for wait in waits)


def _takes_its_turn(file: File, coroutine: Function) -> bool:
    """Whether a coroutine waits for locks alone, which hold who waits, and then moves things about in memory."""
    index = coroutine.index
    if index is None or any(isinstance(n, Raise) for n in walk(*coroutine.body)):
        return False
    locks = [wait.value for wait in index.awaits]
    asked = all(isinstance(lock, Call) and chain(lock.callee)[-1] == "acquire" for lock in locks)
    moves = {*file.knowledge.table("tasks")["handle"]["stores"], *_MOVES}
    return bool(locks) and asked and all(chain(call.callee)[-1] in moves for call in index.calls)


def _rests_first(file: File, coroutine: Function) -> bool:
    """`await asyncio.sleep(delay)` and then one thing more: the loop's clock holds the task until then."""
    waits = sorted(coroutine.index.awaits, key=lambda w: w.start) if coroutine.index else []
    return len(waits) == 2 and _is_rest(file, waits[0], coroutine)


def _is_rest(file: File, wait: Await, coroutine: Function) -> bool:
    call = wait.value
    return isinstance(call, Call) and file.resolve(call.callee, coroutine) in ("asyncio.sleep", "anyio.sleep")


def _is_log(call: Call) -> bool:
    names = chain(call.callee)
    return names[-1] in _LOGS and (len(names) == 1 or "log" in names[-2].lower())


def _while_it_stands(file: File, handler: Function) -> bool:
    """Whether a function handles a signal for as long as the one around it runs, which gives the old handler back."""
    outer, source = handler.scope, file.module.source
    if outer is None or outer.kind == "module" or not handler.name:
        return False
    takes = re.compile(_TAKES % re.escape(handler.name.encode()))
    return all(p.search(source, outer.start, outer.end) is not None for p in (_KEEPS, takes))
