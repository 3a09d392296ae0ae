"""What an effect names that is no key to ask by: services, constants, and what stays as it is while a request runs.

Effects that change what they depend on: their own next run ends them, before what they began is done.
"""

import re
from collections.abc import Iterable, Iterator

from asynccost.flow.around import callback_call
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.race_changes import from_place, is_own_route
from asynccost.flow.effects.state import root_name, state_of, wrapped_deps
from asynccost.flow.file import File
from asynccost.flow.reach import local_function, values
from asynccost.flow.tree import Assign, Call, Choice, Closure, Constant, Expr, Function, If, Member, Name
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, word_of, words

_SERVICES = frozenset({
    "client", "api", "store", "navigate", "router", "t", "dispatch", "queryClient", "socket", "editor", "session",
    "signal", "fetcher", "headers", "toast", "intl", "i18n", "app", "service", "services", "supabase", "db",
    "http", "axios", "config", "options", "token", "user", "env", "logger", "theme", "ctx", "context",
})


def is_function(name: str, effect: Effect, functions: list[Function], file: File) -> bool:
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


def is_fixed(name: str, component: Function) -> bool:
    """Whether a name of a component is the same for each render: `const PAGE_SIZE = 20`."""
    made = values(name, component)
    return bool(made) and all(isinstance(value, Constant) for value in made) and len(made) == 1


_SETTINGS = re.compile(  # credentials, who is logged in, where the server is, what the caller begins with, what runs
    r"(?i)^(app|run|build)_?(mode|env|environment)$|^(props\.)?locale$|^platform$|^(props\.)?current_?user(\.?(id|name|slug))?$|^session_?(details|data|info|user)\b|^(props\.)?(default|initial)(?-i:[A-Z_])\w*$|"
    r"((api|write|public|publishable|client|license|site)_?key|token|secret|password|credential|"
    r"(base|server)_?(path|url|uri)|endpoint|host)s?$"
)


def source_of(key: str, effect: Effect) -> str:
    """What a watcher's parameter stands for: `props.project` of `watch(() => props.project, (name) => ...)`."""
    first = effect.setups[0].params[:1] if effect.framework == "Vue" else []
    getter = effect.deps[0] if effect.deps else None
    returned = getter.function.index.returns if isinstance(getter, Closure) and getter.function.index else []
    value = returned[0].value if len(returned) == 1 else None
    if not first or first[0].name != key or not isinstance(value, Member) or not isinstance(value.value, Name):
        return key
    return f"{value.value.id}.{value.attr}"


_LOADS = frozenset({"loading", "submitting", "fetching", "pending"})


def is_settled(key: str, effect: Effect, shared: bool, file: File) -> bool:
    """Whether a key can change, but in practice does not while its request runs. shared: the answer is others' as well.

    A page is mounted anew for another address, and what it shares with others stays: `app/[id]/layout.tsx`.
    """
    if is_own_route(key, effect, file):
        return not shared
    settings = _SETTINGS.search(source_of(key, effect)) is not None
    once = _is_made_anew(effect) or _once_started(effect) or _is_submitted(effect)
    return settings or once or _is_signed_in(key, effect)


_OVER = frozenset({"placed", "submitted", "confirmed", "paid"})


def _is_submitted(effect: Effect) -> bool:
    """`if (orderId && orderPlaced) pay(orderId)`: what a person has submitted once, and cannot take back."""
    tests = [s.test for setup in effect.setups for s in setup.body if isinstance(s, If)]
    parts = [p for test in tests for p in (test.options if isinstance(test, Choice) and test.op == "and" else [test])]
    inner = [p for part in parts for p in (part.options if isinstance(part, Choice) and part.op == "and" else [part])]
    return any(isinstance(part, Name) and not _OVER.isdisjoint(words(part.id)[-1:]) for part in inner)


_WHO = re.compile(r"(?i)^(props\.)?(user|account|me|uid)(\.?_?(id|name|login))?$")
_ASKED_FOR = re.compile(r"^use\w*(Selector|Store|Auth|User|Session|Account|Me)$")


def _is_signed_in(key: str, effect: Effect) -> bool:
    """Whether a key is who is signed in: `const { userId } = useSelector(...)`. Another one's page is another page."""
    component = effect.scope
    if not _WHO.match(key) or not isinstance(component, Function):
        return False
    made = values(key.partition(".")[0], component)
    return bool(made) and all(_ASKED_FOR.match(_hook(value)) for value in made)


def _hook(value: Expr | None) -> str:
    """The function whose answer a name is, or is a part of."""
    while isinstance(value, Member):
        value = value.value
    return value.callee.id if isinstance(value, Call) and isinstance(value.callee, Name) else ""


def _is_made_anew(effect: Effect) -> bool:
    """Whether a component is made each time that it is shown: `const EditModal = NiceModal.create(({ id }) => ...)`."""
    handed = callback_call(effect.scope) if isinstance(effect.scope, Function) else None
    callee = handed[0].callee if handed is not None else None
    return isinstance(callee, Member) and callee.attr == "create" and chain(callee)[0].endswith("Modal")


def _once_started(effect: Effect) -> bool:
    """`if (loading && !answer) fetchAnswer()`: somebody's click sets off each request, and waits for its end."""
    body = effect.setups[0].body if effect.setups else []
    if len(body) != 1 or not isinstance(body[0], If) or body[0].orelse:
        return False
    test = body[0].test
    plain = [p for p in (test.options if isinstance(test, Choice) else [test]) if isinstance(p, Name)]
    return any(not _LOADS.isdisjoint(words(p.id)) for p in plain)


_GOES = frozenset({
    "navigate", "push", "replace", "redirect", "setParams", "setSearchParams", "setQuery", "setQueryParams",
})
_ROUTERS = frozenset({"router", "history", "navigation", "navigate", "redirect", "navigator", "setSearchParams"})


def moves_itself(effect: Effect, functions: Iterable[Function], file: File) -> str:
    """What an effect calls or sets in some of its functions that changes what it depends on: `setPage`, `replace`;
    "" for nothing."""
    if not isinstance(effect.scope, Function) or not effect.deps:
        return ""
    listed = set(_listed(effect.deps, effect.scope))
    setters = state_of(effect.scope, file).setters
    placed = any(from_place(name, effect.scope) for name in listed)
    for function in functions:
        for call in function.index.calls if function.index else ():
            word = word_of(call)
            if setters.get(word) in listed or _named_for(word, call) in listed or (placed and _goes(call)):
                return word
        for assign in function.index.assigns if function.index else ():
            if isinstance(assign, Assign) and not listed.isdisjoint(_values(assign)):
                return file.text(assign.targets[0])
    return ""


def _listed(deps: list[Expr], scope: Function) -> Iterator[str]:
    """The names that an effect lists, or reads in what it watches, and those that a listed function depends on."""
    for dep in deps:
        if isinstance(dep, Closure):
            yield from (n.id for n in dep.function.index.names) if dep.function.index else ()
            continue
        name = root_name(dep)
        yield name
        yield from (root_name(inner) for inner in wrapped_deps(name, scope) or ())


def _named_for(word: str, call: Call) -> str:
    """`filters` of `setFilters(...)`, wherever the two come from."""
    plain = isinstance(call.callee, Name) and word.startswith("set") and word[3:4].isupper()
    return f"{word[3].lower()}{word[4:]}" if plain else ""


def _goes(call: Call) -> bool:
    """`router.replace(...)`, `navigate(...)`: the address is another then."""
    return word_of(call) in _GOES and (root_name(call.callee) in _ROUTERS or word_of(call) in _ROUTERS)


def _values(assign: Assign) -> Iterator[str]:
    """`page` of `page.value = 1`."""
    for target in assign.targets:
        if isinstance(target, Member) and target.attr == "value" and isinstance(target.value, Name):
            yield target.value.id


def once_by_ref(effect: Effect) -> bool:
    """`if (done.current) return; done.current = true`: an effect that begins once, and not again once it is undone."""
    marks = {
        root_name(target)
        for setup in effect.setups
        for assign in (setup.index.assigns if setup.index else ())
        if isinstance(assign, Assign) and isinstance(assign.value, Constant) and assign.value.value is True
        for target in assign.targets
        if isinstance(target, Member) and target.attr == "current"
    }
    tests = (s.test for setup in effect.setups for s in setup.body if isinstance(s, If))
    asked = {root_name(n) for test in tests for n in walk(test) if isinstance(n, Member) and n.attr == "current"}
    return not marks.isdisjoint(asked)
