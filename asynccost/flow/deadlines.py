"""Deadlines: timers that end something. Are they cleared on every way out that leaves it in use?"""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import use_of
from asynccost.flow.file import File
from asynccost.flow.handles import is_write, kept_in, mentions
from asynccost.flow.paths import Way, ways_out
from asynccost.flow.reach import binder, within
from asynccost.flow.release import is_release
from asynccost.flow.timers import Timer
from asynccost.flow.tree import Assign, Call, Function, Member, Name, Node


@dataclass(slots=True, frozen=True)
class Deadline:
    """A timer that ends `target` when it fires.

    loose: the ways out that leave both it and the target alive. idle: those that leave only the timer.
    """

    target: str
    cleared: bool
    loose: tuple[Way, ...]
    idle: tuple[Way, ...] = ()


def deadline(one: Timer, file: File) -> Deadline | None:
    """The deadline that a timer is; None where its callback ends nothing of its surroundings."""
    target = _target(one, file)
    if target is None:
        return None
    what, places = kept_in(one.call)
    releases: list[Node] = []
    if what == "kept" and not places[0].path:
        found = [m.expr for m in mentions(places[0], one.function, file)]
        releases += [e for e in found if is_release(one.got.pair, e, places[0]) and not is_write(e)]
    elif what != "dropped":
        return Deadline(target.id, True, ())
    handed = list(_handed_out(target, one.function, file))
    ways = [w for w in ways_out(one.call, releases, handed) if w.kind in ("return", "end")]
    loose, idle = (tuple(w for w in ways if w.marked is marked) for marked in (True, False))
    return Deadline(target.id, bool(releases), loose, idle if releases else ())


def _target(one: Timer, file: File) -> Name | None:
    """The variable that the callback ends: `() => controller.abort()`."""
    words = file.knowledge.table("timers")["deadline"]["names"]
    handler = one.handler
    if isinstance(handler, Member) and handler.attr in words and isinstance(handler.value, Name):
        return handler.value
    if one.callback is None or one.callback.index is None or len(one.callback.body) > 4:
        return None
    for call in one.callback.index.calls:
        callee = call.callee
        if isinstance(callee, Member) and callee.attr in words and isinstance(callee.value, Name):
            scope = binder(callee.value.id, one.callback)
            if scope is not None and scope is not one.callback and callee.value.id != "this":
                return callee.value
    return None


def _handed_out(target: Name, at: Function, file: File) -> Iterator[Call]:
    """The calls that get the target, or something made with it, and are not waited for."""
    scope = binder(target.id, at)
    names = {target.id}
    for function in within(scope, file) if scope is not None and function_is_local(scope) else [at]:
        if function.index is None:
            continue
        for assign in function.index.assigns:  # `const options = {signal: controller.signal}`
            if not isinstance(assign, Assign) or assign.value is None or isinstance(assign.value, Call):
                continue
            if _mentions_any(assign.value, function, names):
                names |= {t.id for t in assign.targets if isinstance(t, Name)}
    for call in at.index.calls if at.index else ():
        use = use_of(call)
        if use.awaited or use.kind not in ("returned", "dropped"):
            continue
        if isinstance(call.callee, Member) and isinstance(call.callee.value, Name) and call.callee.value.id in names:
            continue
        if any(_mentions_any(a, at, names) for a in call.arguments):
            yield call


def function_is_local(function: Function) -> bool:
    return function.kind != "module"


def _mentions_any(node: Node, function: Function, names: set[str]) -> bool:
    """Whether one of these names stands in a node, outside closures."""
    return function.index is not None and any(
        n.id in names and node.start <= n.start and n.end <= node.end for n in function.index.names
    )
