"""An ignore flag: an answer that comes when its effect is over is not written any more."""

from collections.abc import Iterator

from asynccost.flow.around import above
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.late import waits_from
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.race_settled import moves_itself, once_by_ref
from asynccost.flow.effects.races import Late, late_writes
from asynccost.flow.effects.state import SETTER
from asynccost.flow.file import File
from asynccost.flow.scopes import stands_in
from asynccost.flow.tree import Argument, Assign, Await, Call, Constant, Do, Function, Handler, Name, Return, Stmt, Try
from asynccost.flow.walk import walk
from asynccost.flow.words import word_of
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.guards import Guards
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.old_runs import (
    calls_of,
    follows_wait,
    goes_on,
    is_end,
    leaves_between,
    left_open,
    only_ends,
    vue_state,
)
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Set a flag in the cleanup and test it before every write that follows a wait."""
    span = finding.span
    effect = next((e for e in effects(file) if (e.anchor.start, e.anchor.end) == (span.start, span.end)), None)
    if effect is None or not isinstance(effect.scope, Function):
        return None
    writes = [w for w in (*late_writes(effect, file), *_others(effect, file)) if follows_wait(w)]
    if not writes or not all(stands_in(w.function, effect.setups[0]) for w in writes):
        return None
    patch = Patch(script(file), effect.anchor.start)
    try:
        end = ending(effect, file, patch, at_start=True)
        flag = fresh("ignore", effect.setups[0], file)
        end.declare(f"let {flag} = false{patch.semi}")
        Guards(flag, effect.setups[0], patch).put(list({id(w.node): w for w in writes}.values()))
        end.finish([f"{flag} = true{patch.semi}"])
        edits = patch.edits()
    except UnfixableError:
        return None
    if word := left_open(effect, file, writes):
        reason = f"an answer that comes when the effect is over is dropped; is it still to do `{word}`?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    reason = "an answer that comes when the effect is over is dropped; everything else is as before"
    setup = effect.setups[0]
    if getattr(end, "parameter", False) and not effect.anchor.start <= setup.start < effect.anchor.end:
        asked = f"is {setup.name}() to take what a watcher hands over, or is the watcher to have a function of its own?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason.partition(';')[0]}; {asked}", lambda: edits)
    if word := moves_itself(effect, own_functions(effect, file), file):
        asked = f"{word} ends it while it waits: is it to go on?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason.partition(';')[0]}; {asked}", lambda: edits)
    if once_by_ref(effect):
        asked = "a ref lets it run once: is its answer to be dropped when the effect is undone?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason.partition(';')[0]}; {asked}", lambda: edits)
    if effect.returned and leaves_between(setup, writes):
        asked = "the effect returns by another way as well: is that to end it too?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason.partition(';')[0]}; {asked}", lambda: edits)
    if word := goes_on(effect, file, writes):
        asked = f"is {word}() of an old run to go on?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason.partition(';')[0]}; {asked}", lambda: edits)
    return Offer(Safety.SAFE, reason, lambda: edits)


def _others(effect: Effect, file: File) -> Iterator[Late]:
    """What else an old answer writes: its error, and the end of a wait whose start the effect shows."""
    functions = own_functions(effect, file)
    starts = set(_starts(effect.setups[0], functions))
    for function in functions:
        start = waits_from(function, functions)
        failed = _after_failure(function)
        if function.index is None or (start is None and not failed):
            continue
        for call in function.index.calls:
            word = call.callee.id if isinstance(call.callee, Name) else ""
            if not SETTER.match(word) or word in ("setTimeout", "setInterval", "setImmediate"):
                continue
            late = start is not None and call.end > start
            ends = is_end(call) and only_ends(word, functions)
            caught = late and any(isinstance(up, Handler) for up in above(call))
            told = word in starts or ends or _opens(call) or _is_answer(word, functions)
            if failed or caught or (late and told):
                yield Late(call, function, word, False)
        for assign in function.index.assigns:
            if start is None or assign.end <= start or not isinstance(assign, Assign):
                continue
            if not starts.isdisjoint(map(vue_state, assign.targets)):
                yield Late(assign, function, vue_state(assign.targets[0]), False)


def _opens(call: Call) -> bool:
    """`setShown(true)`: what an answer opens, an old one is not to open."""
    given = [a.value for a in call.arguments]
    return len(given) == 1 and isinstance(given[0], Constant) and given[0].value is True


def _is_answer(word: str, functions: list[Function]) -> bool:
    """Whether a state is set to true or false by what has come back: `setHasMore(false)` here, `(true)` there."""
    late = []
    for function in functions:
        start = waits_from(function, functions)
        late += [c for c in calls_of(word, [function]) if start is not None and c.end > start]
    values = [c.arguments[0].value if len(c.arguments) == 1 else None for c in late]
    return {v.value for v in values if isinstance(v, Constant)} == {True, False} and len(late) == len(values)


def _starts(setup: Function, functions: list[Function]) -> Iterator[str]:
    """What an effect sets whenever it runs, so that the next run may be relied on to end it: `loading.value = true`.

    By its own statements, or by those with which the function begins that it calls.
    """
    for statement in setup.body:
        if any(isinstance(n, Return) for n in walk(statement)):
            return  # the next run may leave before it has set anything
        yield from _set_by(statement)
        for first in _begins(_called(statement, functions)):
            if any(isinstance(n, (Return, Await)) for n in walk(first)):
                break
            yield from _set_by(first)


def _begins(function: Function | None) -> list[Stmt]:
    """The statements with which a function begins, those of a `try` that it begins with."""
    body = function.body if function is not None else []
    return body[0].body if body and isinstance(body[0], Try) else body


def _set_by(statement: Stmt) -> Iterator[str]:
    if isinstance(statement, Do) and isinstance(statement.value, Call):
        yield word_of(statement.value)
    elif isinstance(statement, Assign):
        yield from filter(None, map(vue_state, statement.targets))


def _called(statement: Stmt, functions: list[Function]) -> Function | None:
    """The function of the effect that a statement does nothing but call: `load()`, `void load()`, `load().catch(f)`."""
    calls = [n for n in walk(statement) if isinstance(n, Call) and isinstance(n.callee, Name)]
    if not isinstance(statement, Do) or len(calls) != 1 or calls[0].arguments:
        return None
    found = [f for f in functions if f.name == word_of(calls[0]) and f.body]
    return found[0] if len(found) == 1 else None


def _after_failure(function: Function) -> bool:
    """Whether a function is what `.catch` is given."""
    closure = function.closure
    call = closure.parent.parent if closure is not None and isinstance(closure.parent, Argument) else None
    return isinstance(call, Call) and word_of(call) == "catch"
