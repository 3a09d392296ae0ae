"""Tasks that see to their errors: whether it matters that their reference is lost, as far as their code tells.

It does where they go on, wait for long, store something or run what they are handed. What passes through a few calls
one after the other, or says itself that nobody is to hear of a failure, is over soon, and little is lost with it.
"""

from asynccost.flow.around import above, loops_around
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import runs
from asynccost.flow.tree import Await, Call, Function, Handler, Loop, Member, Name, Node, Try, With
from asynccost.flow.waits.failing import suppresses
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_FEW = 5  # calls that a short coroutine waits for
_DEPTH = 2
_EXACTLY = frozenset({"get", "put", "read", "join", "acquire", "receive", "recv", "call"})
_LASTS = frozenset({
    "wait", "sleep", "serve", "run", "listen", "start", "poll", "polling", "forever", "loop", "consume", "watch",
    "monitor", "follow", "stream", "download", "upload", "train", "process", "work", "worker", "dispatch", "handle",
    "execute", "generate", "chat", "retry", "connect", "main", "scheduler", "schedule", "playlist", "play", "record",
    "sync", "crawl", "scrape", "publish", "request", "post",
})  # fmt: skip
_STORES = frozenset({"store", "save", "insert", "persist", "commit", "write", "upsert", "archive", "bill", "charge"})
_LOCKS = frozenset({"lock", "mutex", "semaphore", "sem", "limiter", "condition"})


def ends_soon(file: File, site: Site) -> bool:
    """Whether a task's coroutine waits for a few calls that neither last nor store, or has nobody hear of its end."""
    made = runs(file, site)
    if made is None or made.index is None or not made.index.awaits:
        return False
    return _is_unheeded(made) or _short(file, made, 0)


def _is_unheeded(made: Function) -> bool:
    """Whether all that a coroutine waits for stands in `except: pass` or `suppress()`, and none of it goes on."""
    if any(_goes_on(node) for node in walk(*made.body)):
        return False
    waits = made.index.awaits if made.index else []
    return all(_is_passed_over(wait) and _LASTS.isdisjoint(_said(wait)) for wait in waits)


def _is_passed_over(wait: Await) -> bool:
    """Whether nobody is to hear of what fails in a wait: of the rest of a task, neither."""
    below: Node = wait
    for up in above(wait):
        if isinstance(up, With) and any(suppresses(item.value) for item in up.items):
            return True
        if isinstance(up, Try) and up.handlers and any(below is one for one in up.body):
            return not any(_says(handler) for handler in up.handlers)
        below = up
    call = wait.value
    whole = isinstance(call, Call) and chain(call.callee)[-1] == "gather"
    return whole and any(argument.keyword == "return_exceptions" for argument in getattr(call, "arguments", ()))


def _said(wait: Await) -> tuple[str, ...]:
    return words(chain(wait.value.callee)[-1]) if isinstance(wait.value, Call) else ()


def _says(handler: Handler) -> bool:
    return any(isinstance(node, Call) for node in walk(*handler.body))


def _goes_on(node: Node) -> bool:
    """Whether a loop goes round for as long as something lasts."""
    return isinstance(node, Loop) and (node.kind == "while" or node.is_async)


def _short(file: File, made: Function, depth: int) -> bool:
    waits = made.index.awaits if made.index else []
    if len(waits) > _FEW or any(isinstance(node, Loop) or _opens(node) for node in walk(*made.body)):
        return False
    return all(_passes(file, made, wait, depth) for wait in waits)


def _opens(node: Node) -> bool:
    """Whether an `async with` opens something; a lock is only taken."""
    if not isinstance(node, With) or not node.is_async:
        return False
    return any(_LOCKS.isdisjoint(words(chain(item.value)[-1])) for item in node.items)


def _passes(file: File, made: Function, wait: Await, depth: int) -> bool:
    """Whether a wait is for a call whose name, and whose body where that is seen, say that it is soon over."""
    call = wait.value
    if not isinstance(call, Call) or loops_around(wait):
        return False
    given = {param.name for param in made.params if param.name not in ("self", "cls")}
    names = chain(call.callee)
    said = words(names[-1]) if names else ()
    if not said or said[-1] in _EXACTLY & {names[-1]} or not (_LASTS | _STORES).isdisjoint(said):
        return False
    if isinstance(call.callee, Name) and names[0] in given:
        return False
    if any(argument.keyword == "timeout" for argument in call.arguments):
        return False  # it may last as long as that
    if isinstance(call.callee, Member) and made.name and names[-1] == made.name:
        return False
    inner = local_function(call.callee, made, file)
    return inner is None or (depth < _DEPTH and inner is not made and _short(file, inner, depth + 1))
