"""Effects that change what they depend on: their own next run ends them, before what they began is done."""

from collections.abc import Iterable, Iterator

from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect
from asynccost.flow.race_changes import from_place
from asynccost.flow.state import root_name, state_of, wrapped_deps
from asynccost.flow.targets import word_of
from asynccost.flow.tree import Assign, Call, Closure, Constant, Expr, Function, If, Member, Name
from asynccost.flow.walk import walk

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
