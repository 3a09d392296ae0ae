"""Turns: why an effect does not ask again while its answer is on its way, or once it is there."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above, callback_call
from asynccost.flow.effects.late import waits_from
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import SETTER, State, root_name
from asynccost.flow.file import File
from asynccost.flow.handles import place_of
from asynccost.flow.reach import binder, values
from asynccost.flow.tree import Assign, Call, Choice, Constant, Function, If, Member, Name, Node, Other, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, word_of, words


def turn_of(effect: Effect, functions: list[Function], state: State, file: File) -> str:
    """Why an effect asks once, or not again while it waits; "" where it asks whenever its key changes."""
    if _runs_once(effect):
        return "a ref keeps it from running again"
    if _has_begun(effect, file):
        return "it leaves once it has begun"
    if any(map(_holds_lock, functions)):
        return "one request at a time: each waits for the lock that the other holds"
    busy = any(_is_busy(f, state) for f in functions) or _waits_its_turn(effect, functions)
    if busy or _unless_busy(effect, functions, state):
        return "a flag keeps it from asking again while it waits"
    if name := _asks_until(effect, functions, state):
        return f"it asks only until {name} is there"
    return ""


def _runs_once(effect: Effect) -> bool:
    """Whether the set-up leaves by a ref that it then sets: `if (done.current) return; done.current = true`."""
    index = effect.setups[0].index
    if index is None:
        return False
    refs = {place_of(t) for a in index.assigns for t in (a.targets if isinstance(a, Assign) else [a.target])}
    refs = {p for p in refs if p is not None and p.path == ("current",)}
    asked = {place_of(n.parent) for n in index.names if isinstance(n.parent, Member) and in_test(n)}
    return bool(refs & asked)


_BEGUN = frozenset({"initialized", "initialised"})
_BEGINS = re.compile(rb"(?i)initiali[sz]ed(?:\(true\)|(?:\.value|\.current)?\s*=\s*true\b)")


def _has_begun(effect: Effect, file: File) -> bool:
    """Whether the set-up leaves by a flag that the first run sets: `if (!id || isInitialized()) return`."""
    index = effect.setups[0].index
    if index is None or not _BEGINS.search(file.module.source):
        return False
    flags = [n for n in index.names if not _BEGUN.isdisjoint(words(n.id)) and _leaves(n)]
    return any(not any(isinstance(up, Other) and up.op in ("!", "&&") for up in above(n)) for n in flags)


_LOCKS = frozenset({"mutex", "lock"})


def _holds_lock(function: Function) -> bool:
    """Whether a function waits for a lock, `mutex.acquire()`, or is run by one: `useLockFn(load)`."""
    handed = callback_call(function)
    if handed is not None and word_of(handed[0]) in ("useLockFn", "runExclusive"):
        return True
    for call in function.index.calls if function.index is not None else ():
        *of, word = chain(call.callee)
        named = {said for part in of for said in words(part)}
        if word in ("acquire", "lock", "runExclusive") and not _LOCKS.isdisjoint(named):
            return True
    return False


_HELD = ("current", "value")


def _is_busy(function: Function, state: State) -> bool:
    """Whether a function leaves by a flag that it then sets: `if (running) return; running = true; await f()`.

    A ref of React or Vue is such a flag, and state of the component: `if (loading) return; setLoading(true)`.
    """
    index = function.index
    if index is None:
        return False
    assigns = [a for a in index.assigns if isinstance(a, Assign) and not a.declares and _is_true(a.value)]
    names = {t.id for a in assigns for t in a.targets if isinstance(t, Name)}
    names = {name for name in names if binder(name, function) is not function}
    names |= {state.setters.get(word, "") for word in _begun(function)}
    places = [p for a in assigns for p in map(place_of, a.targets) if p is not None]
    refs = {p.root for p in places if p.path in (("current",), ("value",))}  # of React, and of Vue
    held = (n for n in index.names if n.id in refs and isinstance(n.parent, Member) and n.parent.attr in _HELD)
    return any(_leaves(n) for n in (*(n for n in index.names if n.id in names), *held))


def _unless_busy(effect: Effect, functions: list[Function], state: State) -> bool:
    """`if (!loading.value) load()`, where that begins with `loading.value = true`."""
    setup = effect.setups[0]
    branches = [s for s in setup.body if isinstance(s, If)]
    if len(branches) != 1 or len(setup.body) != 1 or branches[0].orelse:
        return False
    denied = {root_name(n.parts[0]) for n in _both(branches[0].test) if isinstance(n, Other) and n.op == "not"}
    denied = {name for name in denied if not _BUSY.isdisjoint(words(name))}
    for function in functions if denied else ():
        start = waits_from(function, functions) or function.end
        begun = {state.setters.get(word_of(c), "") for c in _with_true(function) if c.start < start}
        assigns = [a for a in (function.index.assigns if function.index else ()) if isinstance(a, Assign)]
        set_ = {root_name(t) for a in assigns if a.start < start and _is_true(a.value) for t in a.targets}
        if not denied.isdisjoint(begun | set_):
            return True
    return False


def _both(test: Node) -> list[Node]:
    """The parts of a test all of which are to hold."""
    parts = test.options if isinstance(test, Choice) and test.op == "and" else []
    return [inner for part in parts for inner in _both(part)] if parts else [test]


def _with_true(function: Function) -> list[Call]:
    calls = function.index.calls if function.index is not None else []
    return [c for c in calls if c.arguments and _is_true(c.arguments[0].value)]


def _begun(function: Function) -> set[str]:
    """The functions that are called with true: `setLoading(true)`."""
    return {word_of(c) for c in _with_true(function)}


_BUSY = frozenset({"fetching", "loading", "pending", "running", "busy"})


def _waits_its_turn(effect: Effect, functions: list[Function]) -> bool:
    """`const due = open && !isFetching; if (!due) return; setIsFetching(true)`: state of any store is such a flag.

    So is what is kept while it runs: `if (store.getState().task) return; setTask(load(id))`.
    """
    setup = effect.setups[0]
    flags = {_named_by(word) for f in functions for word in _begun(f) if SETTER.match(word)}
    flags = {flag for flag in flags if not _BUSY.isdisjoint(words(flag))} | set(_kept_running(setup))
    tested = [n for n in setup.index.names if _leaves(n)] if flags and setup.index is not None else []
    made = [value for n in tested for value in (n, *values(n.id, setup)) if value is not None]
    denied = [part for value in made for part in walk(value) if isinstance(part, Other) and part.op == "not"]
    asked = {n.id for part in denied for n in walk(part) if isinstance(n, Name)} | {n.id for n in tested}
    asked |= {value.attr for value in made if isinstance(value, Member)}
    return not flags.isdisjoint(asked)


_UNDER_WAY = frozenset({"task", "promise", "request", "job", "inflight", "flight", "run", "sync"})


def _kept_running(setup: Function) -> Iterator[str]:
    """What a set-up keeps of a request that it begins: `task` of `setTask(load(id))`."""
    for call in setup.index.calls if setup.index is not None else ():
        name = _named_by(word_of(call)) if SETTER.match(word_of(call)) and len(call.arguments) == 1 else ""
        value = call.arguments[0].value if name and not _UNDER_WAY.isdisjoint(words(name)) else None
        begun = values(value.id, setup) if isinstance(value, Name) else [value]
        if any(isinstance(one, Call) for one in begun):
            yield name


def _named_by(setter: str) -> str:
    """`task` of `setTask`, `isOver` of `updateIsOver`."""
    rest = setter[len(words(setter)[0]) :] if words(setter) else ""
    return rest[:1].lower() + rest[1:]


def _asks_until(effect: Effect, functions: list[Function], state: State) -> str:
    """The name by which a set-up leaves, and that the answer sets: `if (!row && id) load()`, where that sets `row`."""
    body = effect.setups[0].body
    branches = [s for s in body if isinstance(s, If) and not s.orelse]
    rest = [s for s in body if not isinstance(s, (If, Assign)) or (isinstance(s, If) and s.orelse)]
    alone = not rest and all(_returns(s) for s in branches[:-1])  # what asks stands in the last one
    gates = [s for s in branches if (alone and s is branches[-1]) or _returns(s)]
    asked = {n.id for gate in gates for n in walk(gate.test) if isinstance(n, Name)}
    asked = {name for name in asked if _ERRORS.isdisjoint(words(name))}
    done = {n.id for gate in gates for n in walk(gate.test) if isinstance(n, Name) and _denied(n) != _returns(gate)}
    for function in functions if asked else ():
        start = waits_from(function, functions)
        if start is None or function.index is None:
            continue
        assigns = [a for a in function.index.assigns if isinstance(a, Assign) and a.start > start]
        targets = [t for a in assigns if not _empty(a.value) for t in a.targets]
        written = {t.id for t in targets if isinstance(t, Name) and binder(t.id, function) is effect.scope}
        calls = [c for c in function.index.calls if c.start > start and c.arguments]
        written |= {state.setters.get(word_of(c), "") for c in calls if not _empty(c.arguments[0].value)}
        written |= done & {_named_by(word_of(c)) for c in calls if _is_true(c.arguments[0].value)}  # a store's flag
        if met := asked & written:
            return min(met)
    return ""


def _denied(name: Name) -> bool:
    """Whether a test asks for the contrary of a name: `!done`."""
    return any(isinstance(up, Other) and up.op == "not" for up in above(name))


def _empty(value: Node | None) -> bool:
    """`setFile(null)`: what is set back may be set again while an answer is on its way."""
    return value is None or (isinstance(value, Constant) and value.value is None)


_ERRORS = frozenset({"error", "err", "failed", "failure"})


def _returns(branch: If) -> bool:
    return bool(branch.body) and isinstance(branch.body[-1], Return)


def _is_true(value: Node | None) -> bool:
    return isinstance(value, Constant) and value.value is True


def _leaves(name: Node) -> bool:
    """Whether a name stands in a test that leads out."""
    below = name
    for up in above(name):
        if isinstance(up, If):
            return below is up.test and any(isinstance(s, Return) for s in up.body)
        below = up
    return False


def in_test(name: Node) -> bool:
    """Whether an expression stands in what an `if`, a `&&` or a `?` asks."""
    below = name
    for up in above(name):
        if isinstance(up, If):
            return below is up.test
        if isinstance(up, Choice) and (below is up.test or (up.test is None and below is up.options[0])):
            return True
        below = up
    return False
