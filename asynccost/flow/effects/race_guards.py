"""Guards: why a late answer of an effect cannot overwrite a newer one."""

from asynccost.flow.around import above
from asynccost.flow.effects.effect_code import component_cleanups
from asynccost.flow.effects.flags import flags_set, tests_any
from asynccost.flow.effects.late import waits_from
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.race_turns import in_test, turn_of
from asynccost.flow.effects.state import SETTER, State, state_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, values, within
from asynccost.flow.tree import Constant, Function, If, Member, Name, Node, Other, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import word_of, words

_FLAGS = frozenset({
    "ignore", "ignored", "cancelled", "canceled", "cancel", "mounted", "isMounted", "unmounted", "active", "isActive",
    "stale", "isStale", "aborted", "disposed", "destroyed", "alive", "isCancelled", "isCanceled", "didCancel",
    "didUnmount", "isUnmounted", "current", "isCurrent", "isSubscribed", "subscribed",
})
_ASKS_WHETHER = frozenset({"is", "was", "still", "has", "should"})
_WANTED = frozenset({
    "current", "stale", "latest", "outdated", "obsolete", "superseded", "aborted", "cancelled", "canceled", "mounted",
    "unmounted", "disposed", "newest",
})
_COMPARES = ("===", "!==", "==", "!=", "<", ">", "<=", ">=")


def guard_of(effect: Effect, functions: list[Function], file: File) -> str:
    """Why a late answer of an effect cannot win; "" where it can."""
    state = state_of(effect.scope, file) if isinstance(effect.scope, Function) else State()
    if turn := turn_of(effect, functions, state, file):
        return turn
    flags = flags_set(effect, file)
    if any(tests_any(f, flags) for f in functions):
        return "a flag that the cleanup sets is tested before the state is written"
    for cleanup in component_cleanups(effect, file):
        for one in within(cleanup, file):
            for call in one.index.calls if one.index else ():
                if word_of(call) in ("abort", "cancel", "unsubscribe", "dispose"):
                    return "the cleanup cancels the request"
    for function in functions:
        start = waits_from(function, functions)
        if start is not None and (_asks_after(function, start) or _calls_after(function, start, file)):
            return "the answer is checked before it is written"
    for function in functions:
        for call in function.index.calls if function.index else ():
            if word_of(call) == "abort":
                return "an older request is aborted first"
    return ""


def _asks_after(function: Function, start: int) -> bool:
    """Whether a test after the wait reads a flag, a ref, or compares two names."""
    assert function.index is not None
    for name in function.index.names:
        if name.end < start:
            continue
        if _compared(name, function) and not _beside(name, function, start):
            return True
        flag = name.id in _FLAGS or (isinstance(name.parent, Member) and name.parent.attr in _FLAGS)
        if flag and in_test(name):
            return True
    return False


def _beside(name: Name, function: Function, start: int) -> bool:
    """Whether a test leaves the answer's state alone: `if (count !== last) setLast(count); setRows(answer)`."""
    branch = next((up for up in above(name) if isinstance(up, If)), None)
    if branch is None or any(isinstance(n, Return) for s in (*branch.body, *branch.orelse) for n in walk(s)):
        return False
    calls = function.index.calls if function.index is not None else []
    late = [c for c in calls if c.start > start and SETTER.match(word_of(c)) and c.arguments]
    beside = [c for c in late if not branch.start <= c.start < branch.end]
    return any(not isinstance(c.arguments[0].value, Constant) for c in beside)


def _compared(name: Name, function: Function) -> bool:
    """Whether a name of the component is compared with another: `if (id !== latest) return`."""
    home = binder(name.id, function)
    if home is None or home is function or (home.kind == "module" and name.id[:1].isupper()):
        return False
    here: Node = name
    while isinstance(here.parent, Member):
        here = here.parent
    up = here.parent
    if not (isinstance(up, Other) and up.op in _COMPARES) or not in_test(name):
        return False
    return all(
        isinstance(p, (Name, Member)) and not (isinstance(p, Member) and p.attr in ("length", "status"))
        for p in up.parts
    )


def _calls_after(function: Function, start: int, file: File) -> bool:
    """Whether a test after the wait asks a function if the answer is still wanted: `if (!isCurrent(id)) return`."""
    for call in function.index.calls if function.index else ():
        if call.start < start or not in_test(call):
            continue
        said = words(word_of(call))
        if said[:1] and said[0] in _ASKS_WHETHER and not _WANTED.isdisjoint(said):
            return True
        helper = local_function(call.callee, function, file)
        if helper is not None and _compares_now(helper):
            return True
    return False


def _compares_now(helper: Function) -> bool:
    """Whether what a function compares lives longer than it: `(id) => id === latest`, `() => store.token === token`."""
    for name in helper.index.names if helper.index else ():
        here: Node = name
        while isinstance(here.parent, Member):
            here = here.parent
        if not isinstance(here.parent, Other) or here.parent.op not in _COMPARES or binder(name.id, helper) is helper:
            continue
        others = [part for part in here.parent.parts if part is not here]
        if all(isinstance(part, (Name, Member)) for part in others) and _lasts(name, here, helper):
            return True
    return False


def _lasts(name: Name, whole: Node, helper: Function) -> bool:
    """Whether a name of a comparison may be another one by the time that an answer is there."""
    home = binder(name.id, helper)
    if home is None or (isinstance(whole, Member) and whole.attr in ("length", "status")):
        return False
    return not name.id[:1].isupper() and (isinstance(whole, Member) or len(values(name.id, home)) > 1)
