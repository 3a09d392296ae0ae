"""What a function itself waits for, as a fact; `flow.linked.reaching` follows the refs over the project.

Rows [kind, label, ref, otherwise, target, own]: own is "own" where the function made the receiver itself, so that its
state is nobody else's. Besides the kinds of flow.awaits a row may be

    writes    it changes an attribute of its object
    reads     it reads an attribute that some method changes
    limits    it holds a semaphore or a limiter while it works
    measures  it takes the time
    picks     it waits only for some of what it is handed, by a word that they bear
"""

import re
from collections.abc import Iterable

from asynccost.flow.around import above, function_of
from asynccost.flow.attributes import may_change
from asynccost.flow.file import File
from asynccost.flow.remembering import first_time_only
from asynccost.flow.touches import Touches, touches
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Call,
    Closure,
    Do,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Return,
    Subscript,
    Try,
)
from asynccost.flow.waits.await_kinds import GOOD, package_kind
from asynccost.flow.waits.awaits import classify, waits_of
from asynccost.flow.waits.picks import picks
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, handed_back, words

_SYNC_CALLS = frozenset(
    {"invoke", "predict", "generate", "complete", "search", "request", "generate_content", "create"}
)
_MEASURES = frozenset({"perf_counter", "performance.now", "process.hrtime"})
_SELF = ("self.", "this.")
_TRIES = frozenset({"attempts", "attempt", "retries", "retry", "tries", "delays", "backoff", "backoffs", "waits"})
_DJANGO = re.compile(
    r"(?:^|\.)a(?:save|delete|first|last|exists|count|aggregate|bulk_create|bulk_update|get_or_create|update_or_create)$"
)
_HANDED_ON = (*GOOD, "maybe", "project", "message", "conn", "ordered")
Row = list[str]


def rows_of(file: File, function: Function) -> list[Row]:
    """A function's own part, with the closures that it hands to its calls."""
    if function.index is None or function.kind == "module" or (function.closure is not None and _anonymous(function)):
        return []
    if file.language == "python" and not function.is_async:
        return _sync_rows(file, function)
    if not function.is_async and not function.index.calls:
        return []
    found: dict[tuple[str, ...], None] = {}
    for part in _folded(function):
        for wait in waits_of(part, file):
            if (row := _row(wait, part)) is not None:
                found[_unless_kept(row, wait, part, file)] = None
        if file.language == "javascript":
            for wait in _returned(file, part):
                if (row := _row(wait, part)) is not None:
                    found[_unless_kept(row, wait, part, file)] = None
    if function.owner is not None:
        found.update(((kind, attr, "", "", "", ""), None) for kind, attr in _state(file, function))
    if picked := picks(function):
        found[("picks", picked, "", "", "", "")] = None
    if any(chain(c.callee)[-1] in _MEASURES for c in function.index.calls):
        found[("measures", "a clock", "", "", "", "")] = None
    return [list(row) for row in found]


def _anonymous(function: Function) -> bool:
    return function.closure is not None and _is_handed(function.closure)


def _is_handed(closure: Closure) -> bool:
    """Whether a closure is an argument of a call that may run it; a hook that hands it back does not."""
    return isinstance(closure.parent, Argument) and handed_back(closure) is None


def _folded(function: Function) -> Iterable[Function]:
    """A function and the closures that it hands to calls."""
    parts = [function]
    for part in parts:
        parts += [c.function for c in (part.index.closures if part.index else ()) if _is_handed(c)]
    return parts


def _sync_rows(file: File, function: Function) -> list[Row]:
    """A blocking function, which somebody may run in a thread: the requests that it makes."""
    found: dict[tuple[str, ...], None] = {}
    for call in function.index.calls if function.index else ():
        if isinstance(call.callee, Member):
            kind = package_kind(file.site(call).name or "", file.knowledge)
            names = chain(call.callee)
            if not kind and names[-1] in _SYNC_CALLS and names[0] not in ("random", "re"):
                kind = "net"
            if kind in GOOD or kind == "conn":
                found[(kind, ".".join(n for n in names if n), "", "", "", "")] = None
    return [list(row) for row in found]


def _returned(file: File, function: Function) -> Iterable[Wait]:
    """Promises that a function hands on without await: `return fetch(url).then(parse)`, `Promise.all(...)`."""
    for call in function.index.calls if function.index else ():
        if _handed_on(call):
            yield from (w for w in classify(call, file, function) if w.kind in _HANDED_ON)


def _handed_on(call: Call) -> bool:
    """Whether a call's promise leaves the function or is awaited later; what stands under an await is counted there."""
    below: Node = call
    for up in above(call):
        if isinstance(up, Return):
            return True
        if isinstance(up, (Await, Do, If, Loop, Try)):
            return False
        if isinstance(up, Call) and below is not up.callee and not _collects(up):
            return False
        if isinstance(up, (Assign, Bind)):
            return False
        below = up
    return False


def _collects(call: Call) -> bool:
    return chain(call.callee)[-1] in ("all", "allSettled", "race", "any", "resolve", "push")


def _row(wait: Wait, function: Function) -> tuple[str, ...] | None:
    """A wait as a row; None where it means nothing to a caller."""
    kind = wait.kind
    local = _local(wait, function)
    if kind in ("gather", "value") or (local and kind in ("unknown", "ordered", "memory")):
        return None
    if kind == "conn" and local:
        kind = "file" if _DJANGO.search(wait.label) else "pool"  # Django's queries take turns in one thread
    if kind == "wait" and _limits(wait):
        kind = "limits"
    elif kind == "wait" and any(isinstance(up, Handler) or _tries(up) for up in above(wait.node)):
        return None  # a sleep between two tries ties no call to the next
    return (kind, wait.label[:80], wait.ref, wait.otherwise, wait.target, "own" if local else "")


def _unless_kept(row: tuple[str, ...], wait: Wait, function: Function, file: File) -> tuple[str, ...]:
    """A row; that of memory for what is asked once and then kept, which is there whenever somebody asks again."""
    kept = row[0] in _HANDED_ON and first_time_only(file, function, wait.node)
    return ("memory", row[1], "", "", "", row[5]) if kept else row


def _tries(node: Node) -> bool:
    """Whether a loop does one thing until it is done; one over a list that sleeps in each turn paces itself."""
    if not isinstance(node, Loop) or node.kind != "for" or not isinstance(node.iter, (Name, Member, Subscript)):
        return isinstance(node, Loop)
    return not _TRIES.isdisjoint(words(chain(node.iter)[-1]))


def _limits(wait: Wait) -> bool:
    """Whether a wait bounds how many run at once without ordering them: a semaphore, not a lock."""
    said = {w for name in wait.label.split(".") for w in words(name)}
    if wait.held and not said & {"lock", "mutex"}:
        return True
    return any(w in ("sem", "semaphore", "limit", "limiter") for name in wait.label.split(".") for w in words(name))


def _local(wait: Wait, function: Function) -> bool:
    """Whether a wait's receiver was made in the function itself: nobody else holds it."""
    scope: Function | None = function_of(wait.node)
    while scope is not None:
        if wait.root in scope.bindings:
            return not any(p.name == wait.root or p.pattern is not None for p in scope.params)
        if scope is function:
            break
        scope = scope.scope
    return False


def _state(file: File, function: Function) -> Iterable[tuple[str, str]]:
    """The attributes of its object that a method changes, and those of them that it reads."""
    cls = function.owner
    if cls is None or _builds(function):
        return
    if not function.is_async and not any(f.is_async for f in _methods(file, function)):
        return
    for key in sorted(_changes(_touched(file, function), function)):
        yield "writes", f"{cls.name}.{key.partition('.')[2]}"
    for key in sorted(k for k in _touched(file, function).reads if k.startswith(_SELF)):
        if _is_changed(file, function, key.partition(".")[2]):
            yield "reads", f"{cls.name}.{key.partition('.')[2]}"


def _builds(function: Function) -> bool:
    return function.kind == "constructor" or function.name == "__init__"


def _touched(file: File, function: Function) -> Touches:
    """What a method touches."""
    known = file.memo(_all_touched)
    if id(function) not in known:
        known[id(function)] = touches(list(function.body))
    return known[id(function)]


def _all_touched(_: File) -> dict[int, Touches]:
    return {}


def _methods(file: File, function: Function) -> list[Function]:
    """The methods of a method's class."""
    name = function.owner.qualname if function.owner else ""
    around = function.scope
    while around is not None and around.scope is not None and around.scope.scope is not None:
        around = around.scope
    known = file.memo(_all_methods)
    if (id(around), name) not in known:
        beside = [*file.module.outer, *(around.inner if around else ())]
        known[id(around), name] = [f for f in beside if f.owner is not None and f.owner.qualname == name]
    return known[id(around), name]


def _all_methods(_: File) -> dict[tuple[int, str], list[Function]]:
    return {}


def _is_changed(file: File, function: Function, key: str) -> bool:
    """Whether a method of a method's class changes an attribute after the object was made."""
    known = file.memo(_all_changed)
    place = (function.owner.qualname if function.owner else "", key)
    if place not in known:
        source, attr = file.module.source, key.rpartition(".")[2]
        known[place] = any(
            f"self.{key}" in (changes := _changes(_touched(file, f), f)) or f"this.{key}" in changes
            for f in _methods(file, function)
            if not _builds(f) and not (f.asleep and not may_change(source, f, attr))
        )
    return known[place]


def _all_changed(_: File) -> dict[tuple[str, str], bool]:
    return {}


def _changes(said: Touches, function: Function) -> set[str]:
    keys = {*said.writes, *said.mutations}
    return {k for k in keys if k.startswith(_SELF) and not _lazy(k, function)}


def _lazy(key: str, function: Function) -> bool:
    """Whether every assignment stands under a test of the same attribute: made once, kept."""
    attr = key.partition(".")[2]
    found = False
    for assign in function.index.assigns if function.index else ():
        targets = [assign.target] if isinstance(assign, Bind) else assign.targets
        if any(isinstance(t, Member) and t.attr == attr for t in targets):
            found = True
            tests = [up.test for up in above(assign) if isinstance(up, If)]
            if not any(isinstance(n, Member) and n.attr == attr for t in tests for n in walk(t)):
                return False
    return found
