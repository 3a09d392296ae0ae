"""Answers that come late: what an effect asks for, by which key, and what it writes when the answer is there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asynccost.flow.around import above
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.late import running, waits_from
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.race_changes import is_loaded_once, is_set
from asynccost.flow.effects.race_covers import covered, is_near
from asynccost.flow.effects.race_guards import guard_of
from asynccost.flow.effects.race_keys import keyed_request, keys_of
from asynccost.flow.effects.race_own import carries_key, of_one_kind, own_key
from asynccost.flow.effects.race_settled import is_fixed, is_function, is_settled
from asynccost.flow.effects.state import SETTER, State, root_name, state_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import (
    Await,
    Bind,
    Call,
    Closure,
    Constant,
    Expr,
    Function,
    Handler,
    If,
    Member,
    Name,
    Node,
    Return,
)
from asynccost.flow.words import word_of


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
    settled: bool  # whether the key is not seen to change while the component stays
    guard: str  # why a late answer cannot win; "" where it can
    error: bool  # whether only a late error is written, in a handler
    moving: set[str]  # all names whose change asks again


def race_of(effect: Effect, file: File) -> Race | str | None:
    """The race that an effect may lose, or why it has none; None where it writes nothing after a wait."""
    if not isinstance(effect.scope, Function) or not isinstance(effect.anchor, Call):
        return None
    state = state_of(effect.scope, file)
    functions = own_functions(effect, file)
    writes = list(_late_writes(functions, effect, state))
    if not writes:
        return None
    shared = any(write.shared for write in writes)
    keys, listed = keys_of(effect, state, file)
    keys = {k for k in keys if not is_function(k, effect, functions, file) and not is_fixed(k, effect.scope)}
    runs = running(effect.setups, functions, file)
    moving = {k for k in keys if not is_settled(k, effect, shared, file)}
    moving = {k for k in moving if not is_loaded_once(k, effect.scope, state, file)}
    own = {k for k in moving & state.values if is_set(k, effect.scope, state, file)}  # what changes for certain
    seen = next((found for some in (own, moving) if some and (found := keyed_request(runs, some, effect, file))), None)
    request = seen or keyed_request(runs, keys, effect, file)
    if request is None:
        return "nothing that it asks by can change while it waits"
    call, key = request
    writes = [w for w in writes if state.setters.get(w.target) not in keys and not carries_key(w.node, keys)]
    writes = [w for w in writes if not of_one_kind(w.node, w.function, w.target)]
    if not listed:
        writes = [w for w in writes if w.shared]
    if not writes:
        return "what it writes is its own, or says itself what it belongs to"
    settled = seen is None or is_settled(key, effect, shared, file) or is_near(call, file)
    settled = settled or covered(key, effect, call, functions, state, file)
    errors = all(any(isinstance(up, Handler) for up in above(w.node)) for w in writes)
    guard = guard_of(effect, functions, file)
    return Race(key, call, writes[0], listed, settled, guard, errors, moving)


# ---------------------------------------------------------------------- writes


def _late_writes(functions: list[Function], effect: Effect, state: State) -> Iterator[Late]:
    for function in functions:
        if function.index is None:
            continue
        start = waits_from(function, functions)
        if start is not None:
            for node, target in _writes(function, effect):
                if node.end > start and not own_key(node, function, effect) and _may_follow(node, function):
                    yield _late(node, function, target, state)
        for call in function.index.calls:  # .then(setX)
            if word_of(call) == "then" and call.arguments and isinstance(call.arguments[0].value, Name):
                target = call.arguments[0].value.id
                if SETTER.match(target):
                    yield _late(call.arguments[0].value, function, target, state)


def _may_follow(write: Node, function: Function) -> bool:
    """Whether a write runs behind a wait of its function: not where each wait before it stands in a way out."""
    waits = function.index.awaits if function.is_async and function.index is not None else []
    before = [wait for wait in waits if wait.end <= write.end]
    return not waits or any(not _leaves_before(wait, write) for wait in before)


def _leaves_before(wait: Node, write: Node) -> bool:
    """`if (over) { await stop(); return } setLeft(left)`: what waits there does not come to the write."""
    branches = [up for up in above(wait) if isinstance(up, If) and not up.start <= write.start < up.end]
    ways = [way for up in branches for way in (up.body, up.orelse) if way and way[0].start <= wait.start < way[-1].end]
    return any(isinstance(way[-1], Return) for way in ways)


def late_writes(effect: Effect, file: File) -> list[Late]:
    """Every write of state that follows a wait of an effect, whatever it is keyed on."""
    if not isinstance(effect.scope, Function):
        return []
    functions, state = own_functions(effect, file), state_of(effect.scope, file)
    found = list(_late_writes(functions, effect, state))
    for function in functions:
        start = waits_from(function, functions) if function.index else None
        if start is not None:
            written = [w for w in _writes(function, effect, _says_something) if w[0].end > start]
            own = [w for w in written if not isinstance(w[0], Call) or w[1] in state.setters]  # no `setCookie(name)`
            found += [Late(node, function, target, False) for node, target in own]
    return found


def _says_something(value: Expr, _function: Function) -> bool:
    """Whether a value is more than the start or the end of a wait: `"not found"`, `[]`, but not `false`."""
    return not isinstance(value, Constant) or not isinstance(value.value, bool)


def _late(node: Node, function: Function, target: str, state: State) -> Late:
    return Late(node, function, target, target in state.shared)


def _writes(
    function: Function, effect: Effect, counts: Callable[[Expr, Function], bool] | None = None
) -> Iterator[tuple[Node, str]]:
    """The calls of setters, and where state is assigned (Vue, Svelte), of what `counts`; of what may hold an answer."""
    counts = counts or _carries
    assert function.index is not None
    for call in function.index.calls:
        word = call.callee.id if isinstance(call.callee, Name) else ""
        if not SETTER.match(word) or word in ("setTimeout", "setInterval", "setImmediate"):
            continue
        if call.arguments and counts(call.arguments[0].value, function):
            yield call, word
    if effect.framework in ("Vue", "Svelte"):
        for assign in function.index.assigns:
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                root = root_name(target)
                plain = isinstance(target, Name) and effect.framework == "Svelte"
                if (
                    assign.value is None
                    or not (plain or isinstance(target, Member))
                    or not counts(assign.value, function)
                ):
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
    return function.index is not None and any(
        value.start <= a.start and a.end <= value.end for a in function.index.awaits
    )


def _closures_in(value: Expr) -> list[Function]:
    """The function that a setter is handed, and those in it: `(all) => all.map((one) => ...)`."""
    found = [value.function] if isinstance(value, Closure) else []
    for one in found:
        found += [inner.function for inner in (one.index.closures if one.index else ())]
    return found


# ---------------------------------------------------------------------- guards


def asked_elsewhere(race: Race, effect: Effect, file: File) -> bool:
    """Whether another effect of the component asks for the same by the same function, keyed on a change."""
    word = word_of(race.request)
    for other in effects(file):
        if other is effect or other.scope is not effect.scope:
            continue
        for function in own_functions(other, file):
            if any(word_of(c) == word for c in (function.index.calls if function.index else ())):
                return True
    return False
