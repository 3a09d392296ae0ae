"""What code that outlives a render goes on reading: state of the render that made it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from asynccost.flow.around import above, use_of
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import LATEST, State, is_set_anywhere, root_name, state_of, wrapped_deps
from asynccost.flow.file import File
from asynccost.flow.reach import binder, inner_functions, local_function, values
from asynccost.flow.tree import Assign, Bind, Call, Closure, Collection, Expr, Function, If, Member, Name, Node
from asynccost.flow.words import chain

Kind = OneOf["cleanup", "interval", "handler"]


@dataclass(slots=True, eq=False)
class Stale:
    """A read of state, in code that runs after the render it was made by."""

    name: Name
    function: Function
    kind: Kind
    matters: bool
    lost: bool  # whether it is written back: what was set since is lost


def stale_reads(effect: Effect, file: File) -> list[Stale]:
    """The reads of state that an effect's dependencies leave out, one a name and kind, cleanups first."""
    if effect.framework != "React" or effect.deps is None or not isinstance(effect.scope, Function):
        return []
    component = effect.scope
    state = state_of(component, file)
    if not state.values or any(_is_anew(dep, component) for dep in effect.deps):
        return []
    listed = _listed(effect, component)
    found: dict[str, Stale] = {}
    for function, kind in _outliving(effect, listed, file):
        for one in _with_helpers(function, component, listed, file):
            for name in one.index.names if one.index else ():
                if not name.id.strip("_"):  # `const [_, redraw] = useReducer(...)`: its value is meant for nobody
                    continue
                if name.id not in state.values or name.id in listed or binder(name.id, one) is not component:
                    continue
                if kind == "interval" and _ends_itself(name, one, state):
                    continue
                if _is_in_place(name, one, state) or (kind == "cleanup" and _only_empties(name)):
                    continue
                read = Stale(name, one, kind, _matters(name), _is_written_back(name, state))
                if name.id not in found or _weight(read) > _weight(found[name.id]):
                    found[name.id] = read
    return [s for s in found.values() if is_set_anywhere(s.name.id, component, file)]


def _listed(effect: Effect, component: Function) -> set[str]:
    """The names that re-run the effect, those behind a listed useCallback or useMemo as well."""
    names: set[str] = set()
    for dep in effect.deps or ():
        name = root_name(dep)
        names.add(name)
        names |= {root_name(d) for d in wrapped_deps(name, component)}
        names |= {n.id for n in _names_in(dep, component)}
    return names


def _is_anew(dep: Expr, component: Function) -> bool:
    """Whether what an effect lists is another one for each render, so that each render runs it: a plain function."""
    if not isinstance(dep, Name) or component.index is None or binder(dep.id, component) is not component:
        return False
    made = values(dep.id, component)
    declared = any(isinstance(d.what, Function) and d.what.name == dep.id for d in component.index.defines)
    return declared or (bool(made) and all(isinstance(value, Closure) for value in made))


def _names_in(node: Node, function: Function) -> list[Name]:
    return [n for n in function.index.names if node.start <= n.start and n.end <= node.end] if function.index else []


def _outliving(effect: Effect, listed: set[str], file: File) -> Iterator[tuple[Function, Kind]]:
    """The functions of an effect that run later: its cleanups, intervals, listeners."""
    for cleanup in effect.cleanups:
        yield cleanup, "cleanup"
    for function in own_functions(effect, file):
        if function.index is None:
            continue
        for call in function.index.calls:
            kind = _registers(call, file)
            if kind is not None:
                for argument in call.arguments[:2]:
                    if isinstance(argument.value, Name) and _is_fresh(argument.value, function, listed):
                        continue
                    handler = local_function(argument, function, file)
                    if handler is not None:
                        yield handler, kind
        for assign in function.index.assigns:  # socket.onmessage = ...
            for target in [assign.target] if isinstance(assign, Bind) else assign.targets:
                if isinstance(assign.value, Name) and _is_fresh(assign.value, function, listed):
                    continue
                if (
                    isinstance(target, Member)
                    and target.attr.startswith("on")
                    and isinstance(assign.value, (Closure, Name))
                ):
                    handler = local_function(assign.value, function, file)
                    if handler is not None:
                        yield handler, "handler"


def _is_fresh(name: Name, function: Function, listed: set[str]) -> bool:
    """Whether a function sees the last render's values: the effect lists it, or useEffectEvent or its like made it."""
    if name.id in listed:
        return True
    scope = binder(name.id, function)
    made = values(name.id, scope) if scope is not None else []
    return any(isinstance(v, Call) and chain(v.callee)[-1] in LATEST for v in made)


_LISTENS = frozenset({"addEventListener", "addListener", "on", "subscribe"})


def _registers(call: Call, file: File) -> Kind | None:
    name = file.site(call).name or ""
    if name.rpartition(":")[2] == "setInterval":
        return "interval"
    if name == "addEventListener" or (isinstance(call.callee, Member) and call.callee.attr in _LISTENS):
        return "handler"
    return None


def _with_helpers(function: Function, component: Function, listed: set[str], file: File) -> list[Function]:
    """A function, those in it, and the plain functions of the same render that it calls."""
    found: list[Function] = []
    pending = [function]
    while pending:
        one = pending.pop(0)
        if any(one is f for f in found):
            continue
        found.append(one)
        pending += inner_functions(one, file)
        for call in one.index.calls if one.index else ():
            if (
                isinstance(call.callee, Name)
                and not _is_fresh(call.callee, one, listed)
                and binder(call.callee.id, one) is component
            ):
                helper = local_function(call.callee, one, file)
                if helper is not None and helper.scope is component:
                    pending.append(helper)
    return found


def _ends_itself(name: Name, function: Function, state: State) -> bool:
    """`if (asking) { ...; setAsking(false); clearInterval(timer) }`: the interval is cleared where the flag falls."""
    if use_of(name).kind != "tested" or function.index is None:
        return False
    words = [chain(call.callee)[-1] for call in function.index.calls]
    return "clearInterval" in words and any(state.setters.get(word) == name.id for word in words)


_FILLS = frozenset({"push", "unshift", "splice", "add", "set"})


def _is_in_place(name: Name, function: Function, state: State) -> bool:
    """`pictures.push(one); setPictures(pictures)`: the code fills the list that it reads, and sets no other."""
    calls = function.index.calls if function.index is not None else []
    filled = [c for c in calls if isinstance(c.callee, Member) and c.callee.attr in _FILLS]
    mine = any(isinstance(c.callee, Member) and root_name(c.callee.value) == name.id for c in filled)
    told = [c.arguments[0].value for c in calls if c.arguments and state.setters.get(chain(c.callee)[-1]) == name.id]
    return mine and all(isinstance(value, Name) and value.id == name.id for value in told)


def _only_empties(name: Name) -> bool:
    """`queue.clear()`: of a set that is left full nothing is lost."""
    up = name.parent
    call = up.parent if isinstance(up, Member) else None
    empties = isinstance(up, Member) and up.value is name and up.attr == "clear"
    return empties and isinstance(call, Call) and call.callee is up and not call.arguments


def _weight(read: Stale) -> tuple[bool, bool]:
    return read.matters, read.kind != "cleanup" and read.lost


def _is_written_back(name: Name, state: State) -> bool:
    """`setRows([...rows, row])`; the fields of an object that is spread are mostly all set anew beside it."""
    for up in above(name):
        if isinstance(up, Call):
            return state.setters.get(chain(up.callee)[-1]) == name.id
        if isinstance(up, (If, Closure)) or (isinstance(up, Collection) and up.kind == "dict"):
            return False
    return False


_LOGS = frozenset({"log", "debug", "info", "warn", "error"})


def _matters(name: Name) -> bool:
    """Whether a read decides or does something: not what is only logged."""
    for up in above(name):
        if isinstance(up, Call):
            callee = up.callee
            return not (isinstance(callee, Member) and callee.attr in _LOGS)
        if isinstance(up, (If, Assign, Collection)):
            return True
    return use_of(name).kind in ("tested", "argument", "receiver", "called", "returned")
