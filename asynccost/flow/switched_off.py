"""Calls whose arguments switch off what their callee waits for: `update(item, false)` and `if (save) await store()`."""

from asynccost.flow.around import above
from asynccost.flow.dead import is_dead, times_set
from asynccost.flow.failing import lets_out
from asynccost.flow.file import File
from asynccost.flow.tree import Await, Call, Constant, Function, Raise, Try
from asynccost.flow.walk import walk


def fails_so(file: File, call: Call, function: Function) -> bool:
    """Whether a function, called with these arguments, awaits something that may fail where nothing catches it."""
    if function.index is None:
        return True
    known, source = _held(file, call, function), file.module.source
    waits = (wait for wait in function.index.awaits if lets_out(file, wait, function, 0))
    if not known:
        return any(True for _ in waits)
    kept = (is_dead(wait, function, source, known) or _is_kept(wait, function, source, known) for wait in waits)
    return not all(kept)


def _is_kept(wait: Await, function: Function, source: bytes, known: dict[str, bool]) -> bool:
    """Whether a handler around a wait throws again only where such arguments do not lead: `if (strict) throw error`."""
    tries = (up for up in above(wait) if isinstance(up, Try) and any(s.start <= wait.start < s.end for s in up.body))
    for one in tries:
        again = [n for handler in one.handlers for n in walk(*handler.body) if isinstance(n, Raise)]
        if one.handlers and all(is_dead(n, function, source, known) for n in again):
            return True
    return False


def _held(file: File, call: Call, function: Function) -> dict[str, bool]:
    """Whether parameters of a function hold, where a call's arguments or their own defaults are literals.

    One that is not given, and has no default, does not.
    """
    if any(argument.star for argument in call.arguments):
        return {}
    given = [argument.value for argument in call.arguments]
    held: dict[str, bool] = {}
    for place, param in enumerate(function.params):
        value = given[place] if place < len(given) else param.default
        absent = value is None and not param.star
        if not param.name or not (absent or isinstance(value, Constant)):
            continue
        if not times_set(param.name, file.module.source, function.body_start, function.end):
            held[param.name] = isinstance(value, Constant) and bool(value.value)
    return held
