"""Answers that come late: what an effect asks for, by which key, and what it writes when the answer is there."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import above, use_of
from asynccost.flow.file import File
from asynccost.flow.leaks import flags_set, own_functions, tests_any
from asynccost.flow.lifecycle import Effect, component_cleanups, effects
from asynccost.flow.reach import binder, local_function, within
from asynccost.flow.state import SETTER, State, pattern_names, root_name, state_of, wrapped_deps
from asynccost.flow.tree import (
    Argument, Assign, Await, Bind, Call, Choice, Closure, Constant, Expr, Function, If, Member, Name, Node, Other,
)


@dataclass(slots=True, eq=False)
class Late:
    """A write of state that follows a wait. shared: the state belongs to more than this component."""

    node: Node
    function: Function
    target: str
    shared: bool


@dataclass(slots=True, eq=False)
class Race:
    """A request keyed on something that changes, and the state that its answer is written to."""

    key: str
    request: Call
    write: Late
    listed: bool  # whether the key re-runs the effect
    guard: str  # why a late answer cannot win; "" where it can


def race_of(effect: Effect, file: File) -> Race | None:
    """The race that an effect may lose; None where it asks for nothing by a key, or writes nothing late."""
    if not isinstance(effect.scope, Function) or not isinstance(effect.anchor, Call):
        return None
    state = state_of(effect.scope, file)
    functions = own_functions(effect, file)
    writes = list(_late_writes(functions, effect, state, file))
    if not writes:
        return None
    keys, listed = _keys(effect, state, file)
    keys = {k for k in keys if not _is_function(k, effect, functions, file)}
    request = _keyed_request([f for f in functions if _is_run(f)], keys, effect, file)
    if request is None:
        return None
    call, key = request
    writes = [w for w in writes if state.setters.get(w.target) not in keys]
    if not listed:
        writes = [w for w in writes if w.shared]
    if not writes:
        return None
    return Race(key, call, writes[0], listed, _guard(effect, functions, file))


_SERVICES = frozenset(
    "client api store navigate router t dispatch queryClient socket editor session signal fetcher headers toast intl i18n app"
    " service services supabase db http axios config options token user env logger theme ctx context".split()
)


def _is_function(name: str, effect: Effect, functions: list[Function], file: File) -> bool:
    """Whether a name is a function or a service: such a thing is no key to ask by."""
    if name in _SERVICES or name in file.module.imports:
        return True
    assert isinstance(effect.scope, Function)
    if local_function(Name(0, 0, name), effect.scope, file) is not None:
        return True
    if effect.framework == "Solid":
        return False  # a signal is read by calling it
    return any(
        isinstance(c.callee, Name) and c.callee.id == name for f in functions for c in (f.index.calls if f.index else ())
    )


_RUNS = frozenset({
    "then", "catch", "finally", "forEach", "map", "flatMap", "filter", "setTimeout", "setInterval", "all", "startTransition", "untrack",
    "Promise", "debounce", "batch", "requestAnimationFrame", "requestIdleCallback", "nextTick", "reduce", "some", "find", "run",
})


def _is_run(function: Function) -> bool:
    """Whether a function runs because the effect does, not because of some later event."""
    closure = function.closure
    while closure is not None and isinstance(closure.parent, Argument) and isinstance(closure.parent.parent, Call):
        word = _word(closure.parent.parent)
        if word not in _RUNS and not word.startswith(("use", "watch", "create", "$")):
            return False
        scope = function.scope
        if scope is None:
            return True
        function, closure = scope, scope.closure
    return True


# ------------------------------------------------------------------------ keys


def _keys(effect: Effect, state: State, file: File) -> tuple[set[str], bool]:
    """The names whose change asks again; where nothing can, what the caller or the address decides."""
    assert isinstance(effect.scope, Function)
    if effect.framework != "React":
        return _reactive_keys(effect, state), not effect.once
    if effect.deps is None:
        return set(), False
    keys: set[str] = set()
    for dep in effect.deps:
        name = root_name(dep)
        inner = wrapped_deps(name, effect.scope)
        keys |= {root_name(d) for d in inner} if inner else {name}
    keys -= state.steady | set(state.setters) | state.shared | {""}
    if keys:
        return keys, True
    return (set(state.inputs) if not effect.deps else set()), False


def _reactive_keys(effect: Effect, state: State) -> set[str]:
    """Frameworks that track what is read: the watched source, or all that the component's scope binds."""
    assert isinstance(effect.scope, Function)
    if effect.once:
        return set()
    keys = {n for p in effect.setups[0].params[:1] for n in ({p.name} if p.name else pattern_names(p.pattern))}
    for dep in effect.deps or ():
        if isinstance(dep, Closure):
            keys |= {n.id for n in dep.function.index.names} if dep.function.index else set()
        else:
            keys.add(root_name(dep))
    if effect.deps is None:
        keys |= {n for n in effect.scope.bindings if not SETTER.match(n)}
    return keys - {""}


# -------------------------------------------------------------------- requests


def _keyed_request(functions: list[Function], keys: set[str], effect: Effect, file: File) -> tuple[Call, str] | None:
    for function in functions:
        for name in function.index.names if function.index else ():
            if name.id not in keys or _shadowed(name, function, effect):
                continue
            call = _waited_call(name, function, functions, file)
            if call is not None:
                return call, name.id
    return None


def _shadowed(name: Name, function: Function, effect: Effect) -> bool:
    home = binder(name.id, function)
    return home is not None and home is not effect.scope and home is not effect.setups[0]


_NOT_REQUESTS = frozenset({"nextTick", "sleep", "delay", "wait", "setTimeout", "tick", "all", "allSettled", "race", "resolve", "flushSync"})


def _waited_call(name: Name, function: Function, functions: list[Function], file: File) -> Call | None:
    """The call with a key among its arguments whose answer is waited for."""
    below: Node = name
    for up in above(name):
        if isinstance(up, Call) and isinstance(below, Argument):
            if _is_waited(up) and _word(up) not in _NOT_REQUESTS:
                return up
            local = local_function(up.callee, function, file)
            if local is not None and local.is_async and any(local is f for f in functions):
                return up
        if isinstance(up, Call) and below is up.callee and _is_waited(up) and isinstance(below, Member) and up.arguments == []:
            return None
        below = up
    return None


def _word(call: Call) -> str:
    callee = call.callee
    return callee.id if isinstance(callee, Name) else callee.attr if isinstance(callee, Member) else ""


def _is_waited(call: Call) -> bool:
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


# ---------------------------------------------------------------------- writes


def _late_writes(functions: list[Function], effect: Effect, state: State, file: File) -> Iterator[Late]:
    for function in functions:
        if function.index is None:
            continue
        start = _waits_from(function, functions)
        if start is not None:
            for node, target in _writes(function, effect, file):
                if node.end > start and not _own_key(node):
                    yield _late(node, function, target, effect, state)
        for call in function.index.calls:  # .then(setX)
            if _word(call) == "then" and call.arguments and isinstance(call.arguments[0].value, Name):
                target = call.arguments[0].value.id
                if SETTER.match(target):
                    yield _late(call.arguments[0].value, function, target, effect, state)


def _late(node: Node, function: Function, target: str, effect: Effect, state: State) -> Late:
    return Late(node, function, target, target in state.shared)


def _waits_from(function: Function, functions: list[Function]) -> int | None:
    """The byte from which a function's code runs after a wait; None where it never waits."""
    if function.index is not None and function.is_async and function.index.awaits:
        return min(a.end for a in function.index.awaits)
    closure = function.closure
    if closure is not None and isinstance(closure.parent, Argument) and isinstance(closure.parent.parent, Call):
        if _word(closure.parent.parent) in ("then", "finally") and closure.parent.parent.arguments[0].value is closure:
            return function.start
    outer = function.scope
    if outer is not None and any(outer is f for f in functions) and not function.is_async:
        start = _waits_from(outer, functions)
        if start is not None and closure is not None and closure.start >= start and _runs_here(closure):
            return function.start
    return None


def _runs_here(closure: Closure) -> bool:
    """Whether a callback runs where it stands: `.forEach(f)`, `.map(f)`, `batch(f)`."""
    argument = closure.parent
    return isinstance(argument, Argument) and isinstance(argument.parent, Call) and _word(argument.parent) in (
        "forEach", "map", "batch", "startTransition", "runInAction", "unstable_batchedUpdates", "flushSync"
    )


def _writes(function: Function, effect: Effect, file: File) -> Iterator[tuple[Node, str]]:
    """The calls of setters, and where state is assigned (Vue, Svelte), of something that is no constant."""
    assert function.index is not None and isinstance(effect.scope, Function)
    for call in function.index.calls:
        if isinstance(call.callee, Name) and SETTER.match(call.callee.id) and call.callee.id != "setTimeout":
            if call.callee.id not in ("setInterval", "setImmediate") and call.arguments and _carries(call.arguments[0].value, function):
                yield call, call.callee.id
    if effect.framework in ("Vue", "Svelte"):
        for assign in function.index.assigns:
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                root = root_name(target)
                plain = isinstance(target, Name) and effect.framework == "Svelte"
                if assign.value is None or not (plain or isinstance(target, Member)) or not _carries(assign.value, function):
                    continue
                if not getattr(assign, "declares", "") and binder(root, function) is effect.scope:
                    yield assign, root


def _carries(value: Expr, function: Function) -> bool:
    """Whether a value can hold an answer: it names something that this function (or the wait) made."""
    if isinstance(value, Constant):
        return False
    if isinstance(value, Await):
        return True
    scope: Function | None = function
    names: set[str] = set()
    while scope is not None and (scope.is_async or scope.closure is not None):
        names |= scope.bindings
        scope = scope.scope if not scope.is_async else None
    inner = [n for f in [function, *_closures_in(value)] for n in (f.index.names if f.index else ())]
    if any(value.start <= n.start and n.end <= value.end and n.id in names for n in inner):
        return True
    return function.index is not None and any(value.start <= a.start and a.end <= value.end for a in function.index.awaits)


def _closures_in(value: Expr) -> list[Function]:
    return [value.function] if isinstance(value, Closure) else []


def _own_key(node: Node) -> bool:
    """Whether a write goes under a key of its own: `setAll(all => ({...all, [id]: answer}))`."""
    if not isinstance(node, Call) or not node.arguments:
        return False
    update = node.arguments[0].value
    if not isinstance(update, Closure) or update.function.index is None:
        return False
    for returned in update.function.index.returns:
        keys = getattr(returned.value, "keys", [])
        if any(k is not None and not isinstance(k, Constant) for k in keys):
            return True
    return False


# ---------------------------------------------------------------------- guards


_FLAGS = frozenset(
    "ignore ignored cancelled canceled cancel mounted isMounted unmounted active isActive stale isStale aborted disposed destroyed"
    " alive isCancelled isCanceled didCancel didUnmount isUnmounted current isCurrent isSubscribed subscribed".split()
)


def _guard(effect: Effect, functions: list[Function], file: File) -> str:
    flags = flags_set(effect, file)
    if any(tests_any(f, flags) for f in functions):
        return "a flag that the cleanup sets is tested before the state is written"
    for cleanup in component_cleanups(effect, file):
        for one in within(cleanup, file):
            for call in one.index.calls if one.index else ():
                if _word(call) in ("abort", "cancel", "unsubscribe", "dispose"):
                    return "the cleanup cancels the request"
    for function in functions:
        start = _waits_from(function, functions)
        if start is not None and _asks_after(function, start):
            return "the answer is checked before it is written"
    for function in functions:
        for call in function.index.calls if function.index else ():
            if _word(call) == "abort":
                return "an older request is aborted first"
    return ""


def _asks_after(function: Function, start: int) -> bool:
    """Whether a test after the wait reads a flag, a ref, or compares two names."""
    assert function.index is not None
    for name in function.index.names:
        if name.end < start:
            continue
        if _compared(name, function):
            return True
        flag = name.id in _FLAGS or (isinstance(name.parent, Member) and name.parent.attr in _FLAGS)
        if flag and _in_test(name):
            return True
    return False


def _compared(name: Name, function: Function) -> bool:
    """Whether a name of the component is compared with another: `if (id !== latest) return`."""
    home = binder(name.id, function)
    if home is None or home is function or home.kind == "module" and name.id[:1].isupper():
        return False
    here: Node = name
    while isinstance(here.parent, Member):
        here = here.parent
    up = here.parent
    if not (isinstance(up, Other) and up.op in ("===", "!==", "==", "!=")) or not _in_test(name):
        return False
    return all(isinstance(p, (Name, Member)) and not (isinstance(p, Member) and p.attr in ("length", "status")) for p in up.parts)


def _in_test(name: Node) -> bool:
    below = name
    for up in above(name):
        if isinstance(up, If):
            return below is up.test
        if isinstance(up, Choice) and (below is up.test or (up.test is None and below is up.options[0])):
            return True
        below = up
    return False


def asked_elsewhere(race: Race, effect: Effect, file: File) -> bool:
    """Whether another effect of the component asks for the same by the same function, keyed on a change."""
    word = _word(race.request)
    for other in effects(file):
        if other is effect or other.scope is not effect.scope:
            continue
        for function in own_functions(other, file):
            if any(_word(c) == word for c in (function.index.calls if function.index else ())):
                return True
    return False


def answer_of(write: Late) -> Assign | Node:
    """The place that a message points at."""
    return write.node
