"""What a timer belongs to: the component or the object around it, and what that one says about when it ends."""


from asynccost.flow.effects.flags import tests_any
from asynccost.flow.effects.made_once import one_of_its_kind
from asynccost.flow.effects.timers import Timer
from asynccost.flow.file import File
from asynccost.flow.reach import class_functions, reach
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Bind, Class, Function, Member
from asynccost.flow.words import words


def component_around(function: Function) -> Function | None:
    """The component or hook that a function stands in, by its name."""
    for here in scopes(function):
        name = here.name
        if here.owner is None and (name[:1].isupper() or (name.startswith("use") and name[3:4].isupper())):
            return here
    return None


def _named(function: Function) -> Function:
    """The nearest function around that has a name of its own."""
    while not function.name and function.scope is not None:
        function = function.scope
    return function


def title(function: Function) -> str:
    """What a message calls the code that starts a timer."""
    return f"{_named(function).name}()" if _named(function).name != "<module>" else "this code"


_WHOLES = frozenset({"controller", "runtime", "server", "app", "application", "core", "daemon", "hub", "kernel"})


def is_whole(owner: Class, file: File) -> bool:
    """`CacheController`, `Runtime`: of which a process has one, as a rule, that ends with it; `new General()` of a
    module."""
    return not _WHOLES.isdisjoint(words(owner.name)[-1:]) or one_of_its_kind(owner, file)


def _flags(owner: Class, file: File) -> set[str]:
    """The attributes that the object's methods set, its constructor aside: what a timer may ask before it acts."""
    found = set()
    for function in class_functions(owner, file):
        if function.kind == "constructor" or function.name == "__init__":
            continue
        for assign in function.index.assigns if function.index else ():
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                if isinstance(target, Member):
                    found.add(file.text(target))
    return found


def asks_owner(one: Timer, owner: Class, file: File) -> bool:
    """Whether the timer's code tests what its object's methods set, before it acts."""
    flags = _flags(owner, file)
    functions = [one.function, *(reach([one.callback], file) if one.callback is not None else [])]
    return bool(flags) and any(tests_any(f, flags) for f in functions)
