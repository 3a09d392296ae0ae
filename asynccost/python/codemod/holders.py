"""A file's own function that holds tasks: what a colleague would call where a task is dropped."""

from dataclasses import dataclass

from asynccost.flow.around import class_around, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tasks.task_helpers import spawns
from asynccost.flow.tree import Assign, Call, Class, Function, Member, Name
from asynccost.python.codemod.arguments import handed
from asynccost.python.codemod.holding import HOLD
from asynccost.python.codemod.patch import Patch

_KEEPS = frozenset({"add", "append"})


@dataclass(slots=True, frozen=True)
class Holder:
    """How the function is called, and whether it takes the coroutine and makes the task by itself."""

    called: str
    starts: bool
    hands_back: bool

    @property
    def of_object(self) -> bool:
        """Whether it is a method: what it holds ends with its object."""
        return self.called.startswith("self.")


def holder_of(file: File, call: Call, function: Function) -> Holder | None:
    """The function of the file, or of the object that a method belongs to, which can hold what a call starts."""
    cls = class_around(function)
    methods = list(cls.methods.values()) if cls is not None and _is_self(function, cls) else []
    plain = [f for f in file.functions if f.scope is file.module.top and f.owner is None]
    for one in (*methods, *plain):
        if one.name == HOLD or (made := _holder(one, file, "self." if one.owner is not None else "")) is None:
            continue
        inside = one.start <= call.start < one.end
        alone = len(call.arguments) == 1 and not call.arguments[0].star and call.arguments[0].keyword in (None, "coro")
        if inside or (made.starts and not alone) or (not made.hands_back and use_of(call).kind != "dropped"):
            continue
        return made
    return None


def hold_by(patch: Patch, call: Call, holder: Holder) -> None:
    """Let the function hold what a call starts."""
    up = call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 else None
    if isinstance(target, Name) and target.id == "_" and patch.layout.begins_line(target.start):
        patch.replace(target.start, call.start, "")
    if holder.starts:
        coroutine = call.arguments[0].value
        patch.replace(call.start, coroutine.start, f"{holder.called}(")
        patch.replace(coroutine.end, call.end, ")")
    else:
        handed(patch, call, holder.called)


def _is_self(function: Function, cls: Class) -> bool:
    """Whether `self` is the object of the class where a function runs."""
    scope = binder("self", function)
    return scope is not None and scope.owner is cls and bool(scope.params) and scope.params[0].name == "self"


def _holder(function: Function, file: File, receiver: str) -> Holder | None:
    """What a function is good for: it takes one thing, and keeps it, or the task that it makes of it."""
    params = [p for p in function.params if p.name != "self" or not receiver]
    if function.is_async or function.is_generator or function.decorators or function.index is None or not params:
        return None
    if params[0].star or any(p.default is None for p in params[1:]):
        return None
    taken, held = params[0].name, _kept(function)
    back = any(r.value is not None for r in function.index.returns)
    if _is_watched(function, taken) and taken in held:
        return Holder(receiver + function.name, False, back)
    for site, what in spawns(file):
        first = site.call.arguments[0].value if site.call.arguments else None
        mine = site.function is function and what == "task" and isinstance(first, Name) and first.id == taken
        if mine and any(name in held and _is_watched(function, name) for name in _names(site.call)):
            return Holder(receiver + function.name, True, back)
    return None


def _names(call: Call) -> list[str]:
    """The variable that takes what a call gives."""
    up = call.parent
    return [t.id for t in up.targets if isinstance(t, Name)] if isinstance(up, Assign) else []


def _kept(function: Function) -> set[str]:
    """The variables that a function puts into a set or list of somebody else's."""
    found = set()
    for call in function.index.calls if function.index else ():
        callee, first = call.callee, call.arguments[0].value if len(call.arguments) == 1 else None
        if isinstance(callee, Member) and callee.attr in _KEEPS and isinstance(first, Name):
            where = callee.value
            if isinstance(where, Member) or (isinstance(where, Name) and where.id not in function.bindings):
                found.add(first.id)
    return found


def _is_watched(function: Function, name: str) -> bool:
    """Whether a function has a callback on a task: that is a task, and its end is heard of."""
    callees = [call.callee for call in function.index.calls] if function.index else []
    watched = [c.value for c in callees if isinstance(c, Member) and c.attr == "add_done_callback"]
    return any(isinstance(value, Name) and value.id == name for value in watched)
