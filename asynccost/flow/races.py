"""Answers that come late: what an effect asks for, by which key, and what it writes when the answer is there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import above
from asynccost.flow.effect_code import own_functions
from asynccost.flow.file import File
from asynccost.flow.late import is_waited, running, waits_from
from asynccost.flow.lifecycle import Effect, effects
from asynccost.flow.race_guards import guard_of
from asynccost.flow.reach import binder, local_function
from asynccost.flow.state import SETTER, State, pattern_names, root_name, state_of, wrapped_deps
from asynccost.flow.targets import word_of
from asynccost.flow.tree import (
    Argument,
    Await,
    Bind,
    Call,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    Handler,
    If,
    Member,
    Name,
    Node,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import words


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
    settled: bool  # whether the key is a setting that seldom changes
    guard: str  # why a late answer cannot win; "" where it can
    error: bool  # whether only a late error is written, in a handler


def race_of(effect: Effect, file: File) -> Race | str | None:
    """The race that an effect may lose, or why it has none; None where it writes nothing after a wait."""
    if not isinstance(effect.scope, Function) or not isinstance(effect.anchor, Call):
        return None
    state = state_of(effect.scope, file)
    functions = own_functions(effect, file)
    writes = list(_late_writes(functions, effect, state))
    if not writes:
        return None
    keys, listed = _keys(effect, state)
    keys = {k for k in keys if not _is_function(k, effect, functions, file)}
    request = _keyed_request(running(effect.setups, functions, file), keys, effect, file)
    if request is None:
        return "nothing that it asks by can change while it waits"
    call, key = request
    writes = [w for w in writes if state.setters.get(w.target) not in keys and not _carries_key(w, keys)]
    if not listed:
        writes = [w for w in writes if w.shared]
    if not writes:
        return "what it writes is its own, or says itself what it belongs to"
    settled = bool(_SETTINGS.search(key)) or _while_open(call, effect)
    errors = all(any(isinstance(up, Handler) for up in above(w.node)) for w in writes)
    guard = guard_of(effect, functions, file)
    return Race(key, call, writes[0], listed, settled, guard, errors)


_SETTINGS = re.compile(
    r"(?i)^(props\.)?(organi[sz]ation|org|tenant|account|dialog_?props|current_?user)(\.?(id|name|slug))?$|\.data$|"
    r"(api_?key|token|secret|password|credential|(base)?_?(path|url|uri)|endpoint|host|locale|lang|language|theme)s?$"
)


_SERVICES = frozenset(
    [
        "client",
        "api",
        "store",
        "navigate",
        "router",
        "t",
        "dispatch",
        "queryClient",
        "socket",
        "editor",
        "session",
        "signal",
        "fetcher",
        "headers",
        "toast",
        "intl",
        "i18n",
        "app",
        "service",
        "services",
        "supabase",
        "db",
        "http",
        "axios",
        "config",
        "options",
        "token",
        "user",
        "env",
        "logger",
        "theme",
        "ctx",
        "context",
    ]
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
        isinstance(c.callee, Name) and c.callee.id == name
        for f in functions
        for c in (f.index.calls if f.index else ())
    )


_OPEN = frozenset({"open", "opened", "show", "shown", "visible"})


def _while_open(request: Call, effect: Effect) -> bool:
    """Whether an effect asks only while a dialog is open: what the dialog is about does not change meanwhile."""
    tests = [up.test for up in above(request) if isinstance(up, If)]
    body = effect.setups[0].body if effect.setups else []
    tests += [node.test for node in body if isinstance(node, If)]
    names = [n for test in tests for n in walk(test) if isinstance(n, (Name, Member))]
    return any(not _OPEN.isdisjoint(words(n.id if isinstance(n, Name) else n.attr)) for n in names)


# ------------------------------------------------------------------------ keys


def _keys(effect: Effect, state: State) -> tuple[set[str], bool]:
    """The names whose change asks again; where nothing can, what the caller or the address decides."""
    assert isinstance(effect.scope, Function)
    if effect.framework != "React":
        return _reactive_keys(effect), not effect.once
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


def _reactive_keys(effect: Effect) -> set[str]:
    """Frameworks that track what is read: the watched source, or all that the component's scope binds."""
    assert isinstance(effect.scope, Function)
    if effect.once:
        return set()
    keys = {n for p in effect.setups[0].params[:1] for n in ({p.name} if p.name else pattern_names(p.pattern))}
    for dep in effect.deps or ():
        if isinstance(dep, Closure):
            keys |= {_watched(n) for n in dep.function.index.names} if dep.function.index else set()
        else:
            keys.add(root_name(dep))
    if effect.deps is None:
        keys |= {n for n in effect.scope.bindings if not SETTER.match(n)}
    return keys - {""}


def _watched(name: Name) -> str:
    """What a watched getter reads: of the properties only the one that it names."""
    up = name.parent
    return f"props.{up.attr}" if name.id == "props" and isinstance(up, Member) and up.value is name else name.id


# -------------------------------------------------------------------- requests


def _keyed_request(functions: list[Function], keys: set[str], effect: Effect, file: File) -> tuple[Call, str] | None:
    derived: dict[tuple[int, str], str] = {}
    for function in functions:
        _derive(function, keys, effect, derived, file)
        for name in function.index.names if function.index else ():
            key = _key_of(name, function, keys, effect, derived, file)
            call = _waited_call(name, function, functions, file) if key else None
            if call is not None:
                return call, key
    return None


def _key_of(
    name: Name, function: Function, keys: set[str], effect: Effect, derived: dict[tuple[int, str], str], file: File
) -> str:
    """The key that a name is, or is made of; "" for any other."""
    if (name.id in keys or _watched(name) in keys) and not _shadowed(name, function, effect):
        return _spelled(name, file)
    return derived.get((id(binder(name.id, function)), name.id), "")


def _derive(
    function: Function, keys: set[str], effect: Effect, derived: dict[tuple[int, str], str], file: File
) -> None:
    """Note the locals that are made of a key: ``const url = `/articles/${id}` ``."""
    for assign in function.index.assigns if function.index else ():
        value = assign.value
        if (
            not getattr(assign, "declares", "")
            or value is None
            or isinstance(value, (Await, Closure))
            or is_waited(value)
        ):
            continue
        for name in function.index.names if function.index else ():
            if value.start <= name.start < value.end and (key := _key_of(name, function, keys, effect, derived, file)):
                for target in getattr(assign, "targets", ()):
                    derived.update({(id(function), n): key for n in pattern_names(target)})


def _spelled(name: Name, file: File) -> str:
    """A key as the source spells it: `props.id`."""
    up = name.parent
    return (
        file.text(up)
        if isinstance(up, Member) and up.value is name and up.attr not in ("value", "current")
        else name.id
    )


def _shadowed(name: Name, function: Function, effect: Effect) -> bool:
    home = binder(name.id, function)
    return home is not None and home is not effect.scope and home is not effect.setups[0]


_NOT_REQUESTS = frozenset(
    {"nextTick", "sleep", "delay", "wait", "setTimeout", "tick", "all", "allSettled", "race", "resolve", "flushSync"}
)


_LOCAL = frozenset({"storage", "clipboard", "svg", "canvas", "render", "digest", "encrypt", "decrypt"})


def _waited_call(name: Name, function: Function, functions: list[Function], file: File) -> Call | None:
    """The call with a key among its arguments whose answer is waited for."""
    below: Node = name
    for up in above(name):
        if isinstance(up, Call) and isinstance(below, Argument):
            if is_waited(up) and word_of(up) not in _NOT_REQUESTS and _LOCAL.isdisjoint(words(word_of(up))):
                return up
            local = local_function(up.callee, function, file)
            if local is not None and local.is_async and any(local is f for f in functions):
                return up
        if (
            isinstance(up, Call)
            and below is up.callee
            and is_waited(up)
            and isinstance(below, Member)
            and up.arguments == []
        ):
            return None
        below = up
    return None


# ---------------------------------------------------------------------- writes


def _late_writes(functions: list[Function], effect: Effect, state: State) -> Iterator[Late]:
    for function in functions:
        if function.index is None:
            continue
        start = waits_from(function, functions)
        if start is not None:
            for node, target in _writes(function, effect):
                if node.end > start and not _own_key(node):
                    yield _late(node, function, target, state)
        for call in function.index.calls:  # .then(setX)
            if word_of(call) == "then" and call.arguments and isinstance(call.arguments[0].value, Name):
                target = call.arguments[0].value.id
                if SETTER.match(target):
                    yield _late(call.arguments[0].value, function, target, state)


def late_writes(effect: Effect, file: File) -> list[Late]:
    """Every write of state that follows a wait of an effect, whatever it is keyed on."""
    if not isinstance(effect.scope, Function):
        return []
    return list(_late_writes(own_functions(effect, file), effect, state_of(effect.scope, file)))


def _late(node: Node, function: Function, target: str, state: State) -> Late:
    return Late(node, function, target, target in state.shared)


def _writes(function: Function, effect: Effect) -> Iterator[tuple[Node, str]]:
    """The calls of setters, and where state is assigned (Vue, Svelte), of something that is no constant."""
    assert function.index is not None
    for call in function.index.calls:
        word = call.callee.id if isinstance(call.callee, Name) else ""
        if not SETTER.match(word) or word in ("setTimeout", "setInterval", "setImmediate"):
            continue
        if call.arguments and _carries(call.arguments[0].value, function):
            yield call, word
    if effect.framework in ("Vue", "Svelte"):
        for assign in function.index.assigns:
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                root = root_name(target)
                plain = isinstance(target, Name) and effect.framework == "Svelte"
                if (
                    assign.value is None
                    or not (plain or isinstance(target, Member))
                    or not _carries(assign.value, function)
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
    return [value.function] if isinstance(value, Closure) else []


def _carries_key(write: Late, keys: set[str]) -> bool:
    """Whether the key is written beside the answer: `setLoaded({id, answer})` can be checked when it is shown."""
    value = write.node.arguments[0].value if isinstance(write.node, Call) and write.node.arguments else None
    if not isinstance(value, Collection) or value.kind != "dict":
        return False
    roots = {key.partition(".")[0] for key in keys}
    return any(isinstance(i, (Name, Member)) and root_name(i) in roots for i in value.items)


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
