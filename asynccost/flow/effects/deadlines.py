"""Deadlines: timers that end something. Are they cleared on every way out that leaves it in use?"""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.around import use_of
from asynccost.flow.effects.release import is_release
from asynccost.flow.effects.timers import Timer
from asynccost.flow.file import File
from asynccost.flow.handles import is_write, kept_in, mentions
from asynccost.flow.paths import Way, ways_out
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import Assign, Await, Call, Function, Member, Name, Node, Other
from asynccost.flow.words import root


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
        found = mentions(places[0], one.function, file)
        clears = [m for m in found if is_release(one.got.pair, m.expr, places[0]) and not is_write(m.expr)]
        releases += [m.expr for m in clears]
        releases += _through({m.function.name for m in clears if m.function is not one.function}, one)
    elif what != "dropped":
        return Deadline(target.id, True, ())
    handed = list(_handed_out(target, one.function, file))
    ways = [w for w in ways_out(one.call, releases, handed) if w.kind in ("return", "end")]
    loose, idle = (tuple(w for w in ways if w.marked is marked) for marked in (True, False))
    return Deadline(target.id, bool(releases), loose, idle if releases else ())


def _through(helpers: set[str], one: Timer) -> Iterator[Node]:
    """Where the timer's function calls one of these, or hands it on: `const cleanup = () => clearTimeout(timer)`."""
    names = one.function.index.names if one.function.index else ()
    return (name for name in names if name.id in helpers - {""} and name.start > one.call.start)


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
            if isinstance(assign.value, Other) or _is_read(assign.value, names):
                continue  # `body = await response.json()` has come to its end; a text holds nothing
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


def _is_read(value: Node, names: set[str]) -> bool:
    """Whether a value is what a method of one of these answered."""
    called = value.value if isinstance(value, Await) else None
    if not (isinstance(called, Call) and isinstance(called.callee, Member)):
        return False
    base = root(called.callee)
    return isinstance(base, Name) and base.id in names


def function_is_local(function: Function) -> bool:
    return function.kind != "module"


def _mentions_any(node: Node, function: Function, names: set[str]) -> bool:
    """Whether one of these names stands in a node, outside closures."""
    return function.index is not None and any(
        n.id in names and node.start <= n.start and n.end <= node.end for n in function.index.names
    )
