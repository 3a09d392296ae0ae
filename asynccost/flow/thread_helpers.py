"""A file's own way to run a plain function in a thread: what it awaits for others already."""

from collections import Counter
from dataclasses import dataclass

from asynccost.flow.around import class_around
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Await, Call, Closure, Function, Member, Name
from asynccost.flow.words import chain, words

_SAYS = frozenset({"thread", "threads", "threadpool", "executor"})
_CALLED = frozenset({"call_sync_from_async", "run_blocking", "run_sync_in_worker_thread"})
_TEXTS = (b"thread", b"executor", *(name.encode() for name in _CALLED))  # one of them is in each such name
_STANDARD = ("asyncio.to_thread",)
_NOT_PLAIN = frozenset({"gather", "wait", "wait_for", "shield", "submit", "result"})
_WITH_KEYWORDS = frozenset({"starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool"})


@dataclass(slots=True, frozen=True)
class ThreadHelper:
    """How it is called (`run_in_threadpool`, `self._in_thread`), and whether it is seen to hand keywords on."""

    called: str
    keywords: bool


def thread_helper(file: File, function: Function) -> ThreadHelper | None:
    """The helper that a function could call, the one that the file awaits most often; None where it has none."""
    found: Counter[str] = Counter()
    keywords: set[str] = set()
    for site in file.calls:
        call = site.call
        first = call.arguments[0].value if call.arguments else None
        if not isinstance(call.parent, Await) or not isinstance(first, (Name, Member, Closure)):
            continue
        if site.name in _STANDARD or not _says_thread(call) or not _can_call(call, site.function, function, file):
            continue
        called = file.text(call.callee)
        found[called] += 1
        if site.name in _WITH_KEYWORDS or any(a.keyword for a in call.arguments):
            keywords.add(called)
    if not found:
        return None
    called = found.most_common(1)[0][0]
    return ThreadHelper(called, called in keywords)


def handed_over(file: File, function: Function, callee: str) -> bool:
    """Whether a function hands the very same callee to a thread elsewhere: the call beside it is meant to be direct."""
    for call in function.index.calls if function.index else ():
        names = (chain(call.callee)[-1], *(word for word in words(chain(call.callee)[-1])))
        given = [file.text(a.value) for a in call.arguments if isinstance(a.value, (Name, Member))]
        if callee in given and ("to_thread" in names or not _SAYS.isdisjoint(names)):
            return True
    return False


def ways(file: File) -> list[str]:
    """The functions, of other modules or its own, by which a file gets plain functions into a thread, resolved."""
    found, source = set(), file.module.source
    for site in file.calls_if(lambda f: any(source.find(word, f.start, f.end) >= 0 for word in _TEXTS)):
        first = site.call.arguments[0].value if site.call.arguments else None
        awaited = isinstance(site.call.parent, Await) and isinstance(first, (Name, Member, Closure))
        own = site.name is not None and site.name.partition(".")[0] not in ("asyncio", "anyio", "trio", "self")
        if awaited and own and site.name is not None and "()" not in site.name and _says_thread(site.call):
            found.add(site.name)
    return sorted(found)


def _says_thread(call: Call) -> bool:
    names = [n for n in chain(call.callee) if n]
    if not names or names[-1] in _NOT_PLAIN or names[-1] == "run_in_executor":
        return False
    said = words(names[-1])
    if names[-1] in _CALLED:
        return True
    return not _SAYS.isdisjoint(said) or (len(names) > 1 and names[-2:] == ["to_thread", "run_sync"])


def _can_call(call: Call, there: Function, here: Function, file: File) -> bool:
    """Whether a function can name the helper as another does: it is the module's, or of the same object."""
    root = chain(call.callee)[0]
    if root == "self":
        scope = binder("self", here)
        return scope is not None and scope.owner is class_around(there) and class_around(here) is class_around(there)
    names = (file.module.top.bindings, file.module.imports)
    return bool(root) and any(root in known for known in names) and binder(root, here) in (None, file.module.top)
