"""What waits: which code of an effect runs with it, and which runs after an answer."""

from asynccost.flow.around import use_of
from asynccost.flow.file import File
from asynccost.flow.reach import inner_functions, mentioned
from asynccost.flow.tree import Argument, Assign, Call, Closure, Collection, Function, Member, Name, Node
from asynccost.flow.words import word_of


def waits_from(function: Function, functions: list[Function]) -> int | None:
    """The byte from which a function's code runs after a wait; None where it never waits."""
    if function.index is not None and function.is_async and function.index.awaits:
        return min(a.end for a in function.index.awaits)
    closure = function.closure
    call = closure.parent.parent if closure is not None and isinstance(closure.parent, Argument) else None
    if isinstance(call, Call) and word_of(call) in ("then", "finally") and call.arguments[0].value is closure:
        return function.start
    outer = function.scope
    if outer is not None and any(outer is f for f in functions) and not function.is_async:
        start = waits_from(outer, functions)
        if start is not None and closure is not None and closure.start >= start and _runs_here(closure):
            return function.start
    return None


def _runs_here(closure: Closure) -> bool:
    """Whether a callback runs where it stands: `.forEach(f)`, `.map(f)`, `batch(f)`."""
    argument = closure.parent
    return (
        isinstance(argument, Argument)
        and isinstance(argument.parent, Call)
        and word_of(argument.parent)
        in ("forEach", "map", "batch", "startTransition", "runInAction", "unstable_batchedUpdates", "flushSync")
    )


_RUNS = frozenset(
    {
        "then",
        "catch",
        "finally",
        "forEach",
        "map",
        "flatMap",
        "filter",
        "setTimeout",
        "setInterval",
        "all",
        "startTransition",
        "untrack",
        "Promise",
        "debounce",
        "batch",
        "requestAnimationFrame",
        "requestIdleCallback",
        "nextTick",
        "reduce",
        "some",
        "find",
        "run",
    }
)


def is_run(function: Function, setups: list[Function]) -> bool:
    """Whether a function runs because the effect does, not because of some later event."""
    here: Function | None = function
    while here is not None and not any(here is one for one in setups):
        argument = here.closure.parent if here.closure is not None else None
        call = argument.parent if isinstance(argument, Argument) else None
        if not isinstance(call, Call):
            return True
        word = word_of(call)
        if word not in _RUNS and not word.startswith(("use", "watch", "create", "$")):
            return False
        here = here.scope
    return True


_LISTENS = frozenset({"addEventListener", "on", "addListener", "subscribe", "listen"})


def running(setups: list[Function], functions: list[Function], file: File) -> list[Function]:
    """The functions that run because an effect does; not those that it hands to listeners, nor what only they call."""
    known = {id(f) for f in functions}
    found: list[Function] = []
    pending = list(setups)
    while pending:
        one = pending.pop(0)
        if id(one) not in known or any(one is f for f in found) or not is_run(one, setups):
            continue
        found.append(one)
        pending += [f for f in inner_functions(one, file) if not _listens(f)]
        pending += [f for f, called in mentioned(one, file) if called]
    return found


def _listens(function: Function) -> bool:
    """Whether a function waits for an event: an object's method, or a local that is handed to `addEventListener`."""
    holder = function.closure.parent if function.closure is not None else None
    if isinstance(holder, Collection):
        return True
    if not isinstance(holder, Assign) or function.scope is None or function.scope.index is None:
        return False
    names = {t.id for t in holder.targets if isinstance(t, Name)}
    used = [n.parent for n in function.scope.index.names if n.id in names and isinstance(n.parent, Argument)]
    return any(isinstance(a.parent, Call) and word_of(a.parent) in _LISTENS for a in used)


def is_waited(call: Node) -> bool:
    """Whether a call's value is awaited, or `.then` follows it, through `.json()` and the like."""
    here: Node = call
    while True:
        if use_of(here).awaited:
            return True
        up = here.parent
        if isinstance(up, Member) and isinstance(up.parent, Call) and up.parent.callee is up:
            if up.attr == "then":
                return True
            here = up.parent
            continue
        return False
