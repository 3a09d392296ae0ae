"""Guards: why a late answer of an effect cannot overwrite a newer one."""

import re

from asynccost.flow.around import above
from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.flags import flags_set, tests_any
from asynccost.flow.effects.late import waits_from
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import SETTER, State, state_of
from asynccost.flow.effects.targets import word_of
from asynccost.flow.file import File
from asynccost.flow.handles import place_of
from asynccost.flow.reach import binder, values, within
from asynccost.flow.tree import Assign, Choice, Constant, Function, If, Member, Name, Node, Other, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_FLAGS = frozenset(
    [
        "ignore",
        "ignored",
        "cancelled",
        "canceled",
        "cancel",
        "mounted",
        "isMounted",
        "unmounted",
        "active",
        "isActive",
        "stale",
        "isStale",
        "aborted",
        "disposed",
        "destroyed",
        "alive",
        "isCancelled",
        "isCanceled",
        "didCancel",
        "didUnmount",
        "isUnmounted",
        "current",
        "isCurrent",
        "isSubscribed",
        "subscribed",
    ]
)


def guard_of(effect: Effect, functions: list[Function], file: File) -> str:
    if _runs_once(effect):
        return "a ref keeps it from running again"
    if _has_begun(effect, file):
        return "it leaves once it has begun"
    state = state_of(effect.scope, file) if isinstance(effect.scope, Function) else State()
    if any(_is_busy(f, state) for f in functions) or _waits_its_turn(effect, functions):
        return "a flag keeps it from asking again while it waits"
    if name := _asks_until(effect, functions, state):
        return f"it asks only until {name} is there"
    flags = flags_set(effect, file)
    if any(tests_any(f, flags) for f in functions):
        return "a flag that the cleanup sets is tested before the state is written"
    for cleanup in component_cleanups(effect, file):
        for one in within(cleanup, file):
            for call in one.index.calls if one.index else ():
                if word_of(call) in ("abort", "cancel", "unsubscribe", "dispose"):
                    return "the cleanup cancels the request"
    for function in functions:
        start = waits_from(function, functions)
        if start is not None and _asks_after(function, start):
            return "the answer is checked before it is written"
    for function in functions:
        for call in function.index.calls if function.index else ():
            if word_of(call) == "abort":
                return "an older request is aborted first"
    return ""


def _runs_once(effect: Effect) -> bool:
    """Whether the set-up leaves by a ref that it then sets: `if (done.current) return; done.current = true`."""
    index = effect.setups[0].index
    if index is None:
        return False
    refs = {place_of(t) for a in index.assigns for t in (a.targets if isinstance(a, Assign) else [a.target])}
    refs = {p for p in refs if p is not None and p.path == ("current",)}
    asked = {place_of(n.parent) for n in index.names if isinstance(n.parent, Member) and _in_test(n)}
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


def _is_busy(function: Function, state: State) -> bool:
    """Whether a function leaves by a flag that it then sets: `if (running) return; running = true; await f()`.

    A ref is such a flag, and state of the component: `if (loading) return; setLoading(true)`.
    """
    index = function.index
    if index is None:
        return False
    assigns = [a for a in index.assigns if isinstance(a, Assign) and not a.declares and _is_true(a.value)]
    names = {t.id for a in assigns for t in a.targets if isinstance(t, Name)}
    names = {name for name in names if binder(name, function) is not function}
    names |= {state.setters.get(word, "") for word in _begun(function)}
    refs = {p.root for a in assigns for p in map(place_of, a.targets) if p is not None and p.path == ("current",)}
    held = (n for n in index.names if n.id in refs and isinstance(n.parent, Member) and n.parent.attr == "current")
    return any(_leaves(n) for n in (*(n for n in index.names if n.id in names), *held))


def _begun(function: Function) -> set[str]:
    """The functions that are called with true: `setLoading(true)`."""
    calls = function.index.calls if function.index is not None else []
    return {word_of(c) for c in calls if c.arguments and _is_true(c.arguments[0].value)}


_BUSY = frozenset({"fetching", "loading", "pending", "running", "busy"})


def _waits_its_turn(effect: Effect, functions: list[Function]) -> bool:
    """`const due = open && !isFetching; if (!due) return; setIsFetching(true)`: state of any store is such a flag."""
    setup = effect.setups[0]
    flags = {word[3:4].lower() + word[4:] for f in functions for word in _begun(f) if SETTER.match(word)}
    flags = {flag for flag in flags if not _BUSY.isdisjoint(words(flag))}
    tested = [n for n in setup.index.names if _leaves(n)] if flags and setup.index is not None else []
    made = [value for n in tested for value in (n, *values(n.id, setup)) if value is not None]
    denied = [part for value in made for part in walk(value) if isinstance(part, Other) and part.op == "not"]
    asked = {n.id for part in denied for n in walk(part) if isinstance(n, Name)} | {n.id for n in tested}
    return not flags.isdisjoint(asked)


def _asks_until(effect: Effect, functions: list[Function], state: State) -> str:
    """The name by which a set-up leaves, and that the answer sets: `if (!row && id) load()`, where that sets `row`."""
    body = effect.setups[0].body
    gates = [s for s in body if isinstance(s, If) and not s.orelse and (len(body) == 1 or _returns(s))]
    asked = {n.id for gate in gates for n in walk(gate.test) if isinstance(n, Name)}
    asked = {name for name in asked if _ERRORS.isdisjoint(words(name))}
    for function in functions if asked else ():
        start = waits_from(function, functions)
        if start is None or function.index is None:
            continue
        assigns = [a for a in function.index.assigns if isinstance(a, Assign) and a.start > start]
        targets = [t for a in assigns if not _empty(a.value) for t in a.targets]
        written = {t.id for t in targets if isinstance(t, Name) and binder(t.id, function) is effect.scope}
        calls = [c for c in function.index.calls if c.start > start and c.arguments]
        written |= {state.setters.get(word_of(c), "") for c in calls if not _empty(c.arguments[0].value)}
        if met := asked & written:
            return min(met)
    return ""


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


def _asks_after(function: Function, start: int) -> bool:
    """Whether a test after the wait reads a flag, a ref, or compares two names."""
    assert function.index is not None
    for name in function.index.names:
        if name.end < start:
            continue
        if _compared(name, function) and not _beside(name, function, start):
            return True
        flag = name.id in _FLAGS or (isinstance(name.parent, Member) and name.parent.attr in _FLAGS)
        if flag and _in_test(name):
            return True
    return False


def _beside(name: Name, function: Function, start: int) -> bool:
    """Whether a test leaves the answer's state alone: `if (count !== last) setLast(count); setRows(answer)`."""
    branch = next((up for up in above(name) if isinstance(up, If)), None)
    if branch is None or any(isinstance(n, Return) for s in (*branch.body, *branch.orelse) for n in walk(s)):
        return False
    calls = function.index.calls if function.index is not None else []
    late = [c for c in calls if c.start > start and SETTER.match(word_of(c)) and c.arguments]
    beside = [c for c in late if not branch.start <= c.start < branch.end]
    return any(not isinstance(c.arguments[0].value, Constant) for c in beside)


def _compared(name: Name, function: Function) -> bool:
    """Whether a name of the component is compared with another: `if (id !== latest) return`."""
    home = binder(name.id, function)
    if home is None or home is function or (home.kind == "module" and name.id[:1].isupper()):
        return False
    here: Node = name
    while isinstance(here.parent, Member):
        here = here.parent
    up = here.parent
    if not (isinstance(up, Other) and up.op in ("===", "!==", "==", "!=", "<", ">", "<=", ">=")) or not _in_test(name):
        return False
    return all(
        isinstance(p, (Name, Member)) and not (isinstance(p, Member) and p.attr in ("length", "status"))
        for p in up.parts
    )


def _in_test(name: Node) -> bool:
    below = name
    for up in above(name):
        if isinstance(up, If):
            return below is up.test
        if isinstance(up, Choice) and (below is up.test or (up.test is None and below is up.options[0])):
            return True
        below = up
    return False
