"""By what an effect asks: the names whose change asks again, and the request that carries one of them."""

import re

from asynccost.flow.around import above, use_of
from asynccost.flow.effects.late import is_waited, waits_from
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.race_turns import in_test
from asynccost.flow.effects.state import SETTER, State, pattern_names, root_name, wrapped_deps
from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, mentioned, reach, values, within
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Closure,
    Collection,
    Constant,
    Function,
    Member,
    Name,
    Node,
    Return,
    Subscript,
    Switch,
)
from asynccost.flow.words import word_of, words

# ------------------------------------------------------------------------ keys


def keys_of(effect: Effect, state: State, file: File) -> tuple[set[str], bool]:
    """The names whose change asks again; where nothing can, what the caller or the address decides."""
    assert isinstance(effect.scope, Function)
    if effect.framework != "React":
        return _reactive_keys(effect, file), not effect.once
    if effect.deps is None:
        return set(), False
    keys: set[str] = set()
    for dep in effect.deps:
        name = root_name(dep)
        inner = wrapped_deps(name, effect.scope)
        keys |= {root_name(d) for d in inner} if inner else {name, *_places_in(dep)}
    keys -= state.steady | set(state.setters) | state.shared | {""}
    if keys:
        return keys, True
    return (set(state.inputs) if not effect.deps else set()), False


def _places_in(dep: Node) -> set[str]:
    """`at` of `names[at]`: another place is another item."""
    found: set[str] = set()
    while isinstance(dep, (Member, Subscript)):
        if isinstance(dep, Subscript) and isinstance(dep.index, Name):
            found.add(dep.index.id)
        dep = dep.value
    return found


def _reactive_keys(effect: Effect, file: File) -> set[str]:
    """Frameworks that track what is read: the watched source, or all that the component's scope binds."""
    assert isinstance(effect.scope, Function)
    if effect.once:
        return set()
    keys = {n for p in effect.setups[0].params[:1] for n in ({p.name} if p.name else pattern_names(p.pattern))}
    for dep in effect.deps or ():
        if isinstance(dep, Closure):
            names = dep.function.index.names if dep.function.index else ()
            keys |= {_watched(n) for n in names if not _is_plain(n, dep.function)}
        else:
            keys.add(root_name(dep))
    if effect.deps is None:
        keys |= {n for n in _tracked(effect, file) if not SETTER.match(n)}
    return keys - {""}


def _watched(name: Name) -> str:
    """What a watched getter reads: of the properties only the one that it names."""
    up = name.parent
    return f"props.{up.attr}" if name.id == "props" and isinstance(up, Member) and up.value is name else name.id


_REACTIVE = frozenset({
    "reactive", "shallowReactive", "readonly", "defineProps", "withDefaults", "defineModel", "inject", "storeToRefs",
    "toRefs", "computed", "ref",
})


def _is_plain(name: Name, getter: Function) -> bool:
    """Whether a watched getter hands out what a call of the set-up once gave: `() => [rowId]` runs for no change."""
    holder = name.parent.parent if isinstance(name.parent, Collection) else name.parent
    home = binder(name.id, getter)
    made = values(name.id, home) if home is not None and home is not getter else []
    call = made[0] if len(made) == 1 else None
    word = word_of(call) if isinstance(call, Call) else "reactive"
    return isinstance(holder, Return) and word not in _REACTIVE and not word.startswith("use")


_TRACKS = frozenset({
    "$effect", "$effect.pre", "watchEffect", "watchPostEffect", "watchSyncEffect", "createEffect",
    "createRenderEffect", "createComputed",
})
_LATER = frozenset({
    "setTimeout", "setInterval", "setImmediate", "requestAnimationFrame", "requestIdleCallback", "queueMicrotask",
    "then", "catch", "finally", "nextTick", "tick", "addEventListener", "on", "subscribe", "untrack",
})


def _tracked(effect: Effect, file: File) -> set[str]:
    """What an effect reads while it runs, by itself or by what it calls; not in a timer, nor behind its first wait."""
    assert isinstance(effect.scope, Function)
    names = set(effect.scope.bindings)
    if effect.name not in _TRACKS:
        return names
    read: set[str] = set()
    seen: set[int] = set()
    pending = list(effect.setups)
    while pending:
        one = pending.pop(0)
        if id(one) in seen or one.index is None:
            continue
        seen.add(id(one))
        until = min((a.end for a in one.index.awaits), default=one.end) if one.is_async else one.end
        read |= {n.id for n in one.index.names if n.start < until}
        calls = [c for c in one.index.calls if c.start < until]
        pending += [f for f in (local_function(c.callee, one, file) for c in calls) if f is not None]
        later = [a.value for c in calls if word_of(c) in _LATER for a in c.arguments]
        pending += [c.function for c in one.index.closures if c.start < until and c not in later]
    return names & read


# -------------------------------------------------------------------- requests


def keyed_request(functions: list[Function], keys: set[str], effect: Effect, file: File) -> tuple[Call, str] | None:
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


_LOCAL = frozenset({
    "storage", "clipboard", "svg", "canvas", "render", "digest", "encrypt", "decrypt", "serialize", "highlight",
    "tokenize", "compress", "colorize",
})
_CONVERTS = re.compile(r"(?:[a-z]T|^t)o(Html|HTML|Text|Svg|SVG|Image|Blob|Base64|Excalidraw|Canvas|Markdown|DataU\w+)$")
_CALLBACK = re.compile(r"on[A-Z]")  # `await onStep?.(step)`: whoever uses the component says what happens


def _waited_call(name: Name, function: Function, functions: list[Function], file: File) -> Call | None:
    """The call with a key among its arguments whose answer is waited for."""
    below: Node = name
    for up in above(name):
        if isinstance(up, Call) and isinstance(below, Argument):
            if is_waited(up) and _may_ask(up):
                return up
            local = local_function(up.callee, function, file)
            asks = local is not None and any(local is f for f in functions) and _waits(local, functions)
            if local is not None and asks and not _chooses_only(local, up.arguments.index(below), file):
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


def _waits(local: Function, functions: list[Function]) -> bool:
    """Whether a helper waits for an answer: by `await`, or by what it hands to `then` itself."""
    return local.is_async or any(f.scope is local and waits_from(f, functions) is not None for f in functions)


def _chooses_only(local: Function, place: int, file: File) -> bool:
    """`switch (tab) { case "people": await loadPeople(); break; case "teams": await loadTeams() }`.

    What is asked for is the same whenever it is asked for, and each answer goes to a state of its own.
    """
    given = local.params[place].name if place < len(local.params) else ""
    names = [n for f in within(local, file) for n in (f.index.names if f.index else ()) if n.id == given]
    if not given or not names or not all(map(_is_asked, names)) or _sets(local):
        return False
    loads = {id(f): f for f, called in mentioned(local, file) if called}.values()
    sets = [{word for one in reach([f], file, called_only=True) for word in _sets(one)} for f in loads]
    return bool(sets) and len(set().union(*sets)) == sum(map(len, sets))


def _is_asked(name: Name) -> bool:
    switches = (up for up in above(name) if isinstance(up, Switch))
    return in_test(name) or any(s.subject.start <= name.start < s.subject.end for s in switches)


def _sets(function: Function) -> set[str]:
    """The setters that a function hands more than the start or the end of a wait."""
    calls = function.index.calls if function.index is not None else []
    told = [c for c in calls if SETTER.match(word_of(c)) and c.arguments]
    return {word_of(c) for c in told if not isinstance(c.arguments[0].value, Constant)}


def _may_ask(call: Call) -> bool:
    """Whether a call leaves it open that it asks somebody; a callback whose answer nobody takes does not."""
    word = word_of(call)
    if word in _NOT_REQUESTS or _CONVERTS.search(word) or (_CALLBACK.match(word) and use_of(call).kind == "dropped"):
        return False
    return _LOCAL.isdisjoint(words(word))
