"""The code of an effect: the functions that run for it, those that undo it, and those of its component."""

from asynccost.flow.around import class_around
from asynccost.flow.effects.lifecycle import Effect, effects, last_word
from asynccost.flow.file import File
from asynccost.flow.reach import inner_functions, local_function, mentioned, within
from asynccost.flow.tree import Call, Class, Function


def own_functions(effect: Effect, file: File) -> list[Function]:
    """The functions that run for an effect: not those of other effects, not its cleanups."""
    avoid = {id(f) for e in effects(file) for f in (e.setups if e is not effect else ())}
    avoid |= {id(f) for f in component_cleanups(effect, file)}
    avoid |= {id(f) for _, f, _ in registered_cleanups(file) if f is not None}
    found: list[Function] = []
    pending = list(effect.setups)
    while pending:
        one = pending.pop(0)
        if id(one) in avoid:
            continue
        avoid.add(id(one))
        found.append(one)
        pending += inner_functions(one, file)
        pending += [f for f, called in mentioned(one, file) if called and _belongs(f, effect)]
    return found


def _belongs(function: Function, effect: Effect) -> bool:
    if not isinstance(effect.scope, Function):
        return True
    scope: Function | None = function
    while scope is not None:
        if scope is effect.scope:
            return True
        scope = scope.scope
    return False


def component_functions(effect: Effect, file: File) -> list[Function]:
    """Every function of the component that an effect belongs to."""
    if isinstance(effect.scope, Function):
        return within(effect.scope, file)
    if isinstance(effect.scope, Class):
        return [f for f in file.functions if class_around(f) is effect.scope]
    return file.functions


def registered_cleanups(file: File) -> list[tuple[Function, Function | None, Call]]:
    """Every `onUnmounted(f)` of a file: the function that makes the call, f where it is of this file, the call."""
    return file.memo(_registered)


def _registered(file: File) -> list[tuple[Function, Function | None, Call]]:
    table = file.knowledge.table("lifecycles")["cleanup_calls"]
    return [
        (site.function, local_function(site.call.arguments[0], site.function, file), site.call)
        for site in file.calls
        if site.name and last_word(site.name) in table and site.call.arguments
    ]


def component_cleanups(effect: Effect, file: File) -> list[Function]:
    """What runs when the effect's component ends: its own cleanups, and those of the effects beside it."""
    found = list(effect.cleanups)
    if isinstance(effect.scope, Function):
        for other in effects(file):
            if other.scope is effect.scope and other is not effect:
                found += other.cleanups
        for by, function, _ in registered_cleanups(file):
            if function is not None and _inside(by, effect.scope):
                found.append(function)
    return found


def _inside(function: Function | None, scope: Function) -> bool:
    while function is not None:
        if function is scope:
            return True
        function = function.scope
    return False
