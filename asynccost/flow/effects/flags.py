"""Flags: names that a cleanup sets and that other code tests before it acts."""

from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.elements import root_of
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.timers import Timer
from asynccost.flow.file import File
from asynccost.flow.reach import within
from asynccost.flow.tree import Bind, Choice, Function, If, Loop, Member, Name, Node


def stopped_by_flag(effect: Effect, ticking: Timer, file: File) -> bool:
    """Whether the cleanup sets something that the timer's code tests."""
    flags = flags_set(effect, file)
    if not flags:
        return False
    functions = [ticking.function, *([ticking.callback] if ticking.callback else [])]
    for function in functions:
        for one in within(function, file):
            if tests_any(one, flags):
                return True
    return False


def flags_set(effect: Effect, file: File) -> set[str]:
    """The names that an effect's cleanups assign, and those of the controllers that they abort."""
    found: set[str] = set()
    for cleanup in component_cleanups(effect, file):
        for one in within(cleanup, file):
            if one.index is None:
                continue
            for assign in one.index.assigns:
                for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                    found |= (
                        {target.id}
                        if isinstance(target, Name)
                        else {file.text(target)}
                        if isinstance(target, Member)
                        else set()
                    )
            for call in one.index.calls:
                if isinstance(call.callee, Member) and call.callee.attr in ("abort", "cancel"):
                    root = root_of(call.callee)
                    found |= {root.id} if root is not None else set()
    return found


def tests_any(function: Function, flags: set[str]) -> bool:
    """Whether a function's own code tests one of these names."""
    if function.index is None:
        return False
    for name in function.index.names:
        if name.id in flags or (
            isinstance(name.parent, Member) and any(f == f"{name.id}.{name.parent.attr}" for f in flags)
        ):
            here: Node | None = name
            while here is not None and not isinstance(here, Function):
                up = here.parent
                if isinstance(up, If) and up.test is here:
                    return True
                if isinstance(up, Choice) and (up.test is here or (up.test is None and up.options[0] is here)):
                    return True
                if isinstance(up, Loop) and up.test is here:
                    return True
                here = up
    return False
