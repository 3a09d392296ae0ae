"""What neighbouring waits may rely on each other for, though none uses what another gives."""

from collections.abc import Iterator, Sequence

from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, within
from asynccost.flow.tree import Assign, Await, Call, Constant, Do, Function, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_OVER = frozenset({
    "finished", "done", "completed", "complete", "ready", "ended", "closed", "stopped", "cancelled", "canceled",
    "expired", "drained", "settled", "failed", "finalized", "processed",
})


_OPENS = frozenset({"stream"})
_BEGINS = frozenset({"init", "initialize", "initialise", "setup", "boot", "bootstrap", "startup", "install", "migrate"})


def question(run: Sequence[Node], function: Function, file: File) -> str:
    """A question about waits of a function that would start together; "" where nothing is asked."""
    if all(isinstance(step, Do) for step in run) and not _BEGINS.isdisjoint(words(function.name)):
        return f"nobody takes what they give: is there an order in which {function.name}() has to go?"
    if _holds_a_lock(function, run[0].start):
        return "when one fails, the lock is given back while the other goes on: may it?"
    opened = (chain(call.callee)[-1] for step in run if isinstance(step, Assign) for call in _calls(step))
    if name := next((name for name in opened if _OPENS & set(words(name)[-1:])), ""):
        return f"who closes what {name}() opens, when another fails?"
    named = [chain(call.callee)[-1] for step in run for call in _calls(step)]
    if name := next((name for name in named if words(name)[:1] == ("to",) and words(name)[1:] != ("thread",)), ""):
        return f"does {name}() wait for anything here, or only turn one thing into another?"
    for step in run[:-1]:
        if name := _tells_of_end(step):
            return f"must {name} be known before the others are read, so that nothing comes between?"
    for number, step in enumerate(run[:-1]):
        later = [chain(call.callee)[-1] for one in run[number + 1 :] for call in _calls(one)]
        name = next((chain(c.callee)[-1] for c in _calls(step) if isinstance(step, Do) and _changes(c)), "")
        if name and (reader := next((n for n in later if not _READS.isdisjoint(words(n)[:1])), "")):
            return f"is {reader}() to read what {name}() has changed?"
    for step in run[:-1]:
        if address := next((said for call in _calls(step) for said in _told_to_act(call)), ""):
            return f"does {address} change what the others ask for?"
    if asked := _asks_twice([call for step in run for call in _calls(step)], function, file):
        return asked
    used = [name for step in run for call in _calls(step) if (name := _in_thread(call, function))]
    if twice := next((name for name in used if used.count(name) > 1), ""):
        return f"may two threads use {twice} at once?"
    written = [name for step in run for call in _calls(step) if (name := written_to(call))]
    if twice := next((name for name in written if written.count(name) > 1), ""):
        return f"do they change one record of {twice}, so that the later one has to come last?"
    return ""


_ADDRESSES = frozenset({"url", "uri", "href", "src"})
_LOCKED = frozenset({"getUser", "getSession", "refreshSession", "getClaims"})  # auth-js: one after the other, by a lock


def _asks_twice(calls: Sequence[Call], function: Function, file: File) -> str:
    """A question where one wait asks for what another asks for as well, or is made to wait for it; "" elsewhere."""
    runs = [local_function(call.callee, function, file) for call in calls]
    for one, its in zip(calls, runs, strict=True):
        for other, theirs in zip(calls, runs, strict=True):
            if its is not None and theirs is not None and its is not theirs and _calls_it(its, theirs, file):
                first, second = chain(one.callee)[-1], chain(other.callee)[-1]
                return f"{first}() asks {second}() as well: would one answer do for both?"
    given = {tuple(file.text(a) for a in call.arguments) for call in calls}
    said = [n.id for a in calls[0].arguments for n in walk(a) if isinstance(n, Name)] if len(given) == 1 else []
    if address := next((name for name in said if not _ADDRESSES.isdisjoint(words(name))), ""):
        return f"do they load the same, from {address}: would one answer do for both?"
    names = [chain(call.callee) for call in calls]
    if sum(one[-2:-1] == ["auth"] and one[-1] in _LOCKED for one in names) > 1:
        return "does the client answer one after the other, as auth-js does by its lock?"
    return ""


def _calls_it(function: Function, other: Function, file: File) -> bool:
    calls = (c for f in within(function, file) for c in (f.index.calls if f.index else ()))
    return any(local_function(call.callee, function, file) is other for call in calls)


def _holds_a_lock(function: Function, at: int) -> bool:
    """`const release = await mutex.acquire()` before a place."""
    waits = function.index.awaits if function.index else ()
    taken = [w.value for w in waits if w.end <= at and isinstance(w.value, Call)]
    return any(chain(call.callee)[-1] in ("acquire", "lock") for call in taken)


_CHANGES = frozenset({
    "update", "set", "save", "patch", "put", "upsert", "increment", "decrement", "merge", "assign", "move", "reorder",
    "replace", "rename", "write", "mark", "edit", "modify", "toggle",
})


_READS = frozenset({"fetch", "get", "load", "refresh", "reload", "list", "read", "find", "query", "refetch"})
_DOES = frozenset({
    "post", "delete", "execute", "run", "start", "submit", "trigger", "create", "add", "remove", "send", "sync",
})


def _changes(call: Call) -> bool:
    """Whether a call changes something elsewhere, by its name or the method of its request."""
    if not (_DOES | _CHANGES).isdisjoint(words(chain(call.callee)[-1])[:1]):
        return True
    given = [n for a in call.arguments for n in walk(a.value) if isinstance(n, Constant)]
    return chain(call.callee)[-1] == "fetch" and any(n.value in ("POST", "PUT", "PATCH", "DELETE") for n in given)


_ACTS = {*_CHANGES, *_DOES, "refresh", "reload", "reset", "login", "logout", "clear", "flush", "prepare", "init"}


def _told_to_act(call: Call) -> Iterator[str]:
    """The addresses that a call is given whose last part is something to do: `fetch(base + "/refresh_all")`."""
    given = (n.value for a in call.arguments for n in walk(a.value) if isinstance(n, Constant))
    for value in given:
        if isinstance(value, str) and "/" in value and not _ACTS.isdisjoint(words(value.rpartition("/")[2])[:1]):
            yield value


def written_to(call: Call) -> str:
    """What a call that changes something is told to change: `update(ticket.id, state)`; "" where it is no name."""
    first = call.arguments[0] if call.arguments else None
    if first is None or first.keyword or first.star or _CHANGES.isdisjoint(words(chain(call.callee)[-1])[:1]):
        return ""
    if not isinstance(first.value, (Name, Member)):
        return ""
    return ".".join(chain(first.value))


def _in_thread(call: Call, function: Function) -> str:
    """The object of which a call lets a thread run a method: `asyncio.to_thread(self.store.search, query)`."""
    given = [a.value for a in call.arguments]
    word = chain(call.callee)[-1]
    work = given[0] if word in ("to_thread", "run_sync", "run_in_threadpool") and given else None
    work = given[1] if word == "run_in_executor" and len(given) > 1 else work
    names = chain(work) if isinstance(work, Member) else []
    scope = binder(names[0], function) if names else None
    return ".".join(names[:-1]) if scope is not None and scope.kind != "module" and "" not in names else ""


def _calls(step: Node) -> Iterator[Call]:
    return (n.value for n in walk(step) if isinstance(n, Await) and isinstance(n.value, Call))


def _tells_of_end(step: Node) -> str:
    """What a step asks or keeps, where that is whether something is over: what it wrote is there only then."""
    kept = [t.id for t in step.targets if isinstance(t, Name)] if isinstance(step, Assign) else []
    asked = [chain(call.callee)[-1] for call in _calls(step)]
    return next((name for name in (*asked, *kept) if not _OVER.isdisjoint(words(name)[-1:])), "")
