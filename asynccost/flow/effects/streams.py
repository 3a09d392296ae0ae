"""Subscriptions to streams: those that end by themselves, and those that go on without their component."""

from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.elements import OF_ELEMENT, root_of
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.listeners import bound_by
from asynccost.flow.file import File
from asynccost.flow.reach import values
from asynccost.flow.tree import Argument, Call, Class, Expr, Function, Member
from asynccost.flow.walk import walk
from asynccost.flow.words import word_of

_STREAMS = ("interval", "timer", "fromEvent", "fromEventPattern", "webSocket")
_ENDING_OPERATORS = frozenset({
    "takeUntil", "takeUntilDestroyed", "take", "first", "untilDestroyed", "last", "takeWhile", "single",
    "untilComponentDestroyed",
})


def why_it_ends(effect: Effect, got: Acquisition, target: Expr | None, file: File) -> str:
    """Why a subscription ends by itself, or ""; Angular's are silent unless the source is known to go on."""
    if target is None:
        return "it is no subscription that is known"
    here: Expr | None = target
    while isinstance(here, (Member, Call)):
        if isinstance(here, Call) and word_of(here) == "pipe" and any(map(_ends_pipe, here.arguments)):
            return "its pipe ends it"
        here = here.callee if isinstance(here, Call) else here.value
    if isinstance(effect.scope, Class) or effect.framework == "Angular":
        if _of_own_element(target):
            return OF_ELEMENT
        return "" if _goes_on(target, got.function, file) else "nothing shows that its source goes on"
    return (
        ""
        if root_of(target) is not None and not _made_here(effect, got, target, file)
        else "its source is made by the effect itself"
    )


def _of_own_element(source: Expr) -> bool:
    """`fromEvent(this.input.nativeElement, "change").pipe(...)`: it hears an element of the component."""
    while isinstance(source, Call) and isinstance(source.callee, Member) and source.callee.attr == "pipe":
        source = source.callee.value
    if not isinstance(source, Call) or word_of(source) != "fromEvent" or not source.arguments:
        return False
    return any(isinstance(n, Member) and n.attr == "nativeElement" for n in walk(source.arguments[0].value))


def _ends_pipe(argument: Argument) -> bool:
    return isinstance(argument.value, Call) and word_of(argument.value) in _ENDING_OPERATORS


def _made_here(effect: Effect, got: Acquisition, target: Expr, file: File) -> bool:
    root = root_of(target)
    if root is None or isinstance(target, Call):
        return root_of(target) is None or (
            isinstance(target, Call) and word_of(target) in ("from", "of", "defer", "ajax")
        )
    scope = bound_by(got.call, got.function)
    return (
        scope is not None
        and any(scope is f for f in own_functions(effect, file))
        and any(isinstance(v, Call) and v.new for v in values(root.id, scope))
    )


def _goes_on(target: Expr, function: Function, file: File) -> bool:
    """Whether an observable outlives who subscribes: timers, events, router, store, `x$` of an injected service."""
    while isinstance(target, Call) and word_of(target) == "pipe" and isinstance(target.callee, Member):
        target = target.callee.value
    name = file.resolve(target, function) or ""
    if isinstance(target, Call) and name.startswith("rxjs:"):
        return name.removeprefix("rxjs:").removesuffix("()") in _STREAMS
    text = file.text(target)
    if text.endswith("router.events") or "store.select" in text or "store$" in text:
        return True
    parts = text.split("(")[0].split(".")
    return len(parts) == 3 and parts[0] == "this" and parts[2].endswith("$") and "route" not in parts[1].lower()
