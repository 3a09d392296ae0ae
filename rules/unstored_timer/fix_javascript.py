"""Keeps the handle of a timer and clears it: on the ways out that a deadline misses, or where its object ends."""

from asynccost.flow.around import callback_call, class_around, function_of, method_around, use_of
from asynccost.flow.effects.deadlines import Deadline, deadline
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.effects.goes_along import begins_again, begun_without
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.timers import Timer, timer
from asynccost.flow.file import File
from asynccost.flow.handles import kept_in
from asynccost.flow.paths import Way
from asynccost.flow.reach import binder
from asynccost.flow.scopes import scopes, stands_in
from asynccost.flow.tree import Call, Class, Closure, Do, Function, Return
from asynccost.flow.words import chain
from asynccost.javascript.edits.acquired import keep_handle
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Clear a deadline on the ways out that leave it; keep a timer of a class, and clear it in its end method."""
    site = next((s for s in file.calls if (s.call.start, s.call.end) == (finding.span.start, finding.span.end)), None)
    one = timer(site, file) if site is not None else None
    if one is None:
        return None
    try:
        due = deadline(one, file)
        if due is not None:
            return _on_every_way(one, due, file)
        owner = class_around(one.function)
        return _in_class(one, owner, file) if owner is not None else None
    except UnfixableError:
        return None


# ------------------------------------------------------------------- deadlines

_PROMISES = ("fetch", "axios:default", "axios:get", "axios:post", "axios:request")


def _on_every_way(one: Timer, due: Deadline, file: File) -> Offer:
    patch = Patch(script(file), one.call.start)
    ways = sorted(due.loose or due.idle, key=lambda w: w.at.start)
    name = _handle(one, file, patch)
    clear = f"{one.got.pair.release[0]}({name})"
    for way in ways:
        _clear(way, clear, one, file, patch)
    edits = patch.edits()
    if not due.loose:
        return Offer(Safety.SAFE, "the timer is cleared where nothing is left that it could end", lambda: edits)
    reason = f"what {due.target} was handed to goes on without this deadline, as long as it needs"
    if other := _cleared_by(clear, one, file):
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; does {other}() clear it later?", lambda: edits)
    returns = one.function.index.returns if one.function.index else []
    if sum(r.start > one.call.start for r in returns) - sum(isinstance(way.at, Return) for way in ways) >= _OTHERS:
        reason = f"{reason}; would a finally, for all the ways out, be better?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if any(_hands_out_a_body(way, file) for way in ways):
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; is the deadline meant for the body as well?", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)


_OTHERS = 2  # ways out that leave the timer as it is, beside those that clear it


def _hands_out_a_body(way: Way, file: File) -> bool:
    """`return fetch(url, { signal })`: whoever reads the answer reads it after the deadline is cleared."""
    value = way.at.value if isinstance(way.at, Return) else None
    return isinstance(value, Call) and file.site(value).name == "fetch"


def _cleared_by(clear: str, one: Timer, file: File) -> str:
    """A function within that clears the timer when somebody calls it; "" where there is none."""
    for inner in file.functions:
        calls = inner.index.calls if stands_in(inner.scope, one.function) and inner.index is not None else []
        if inner.name and any(file.text(c) == clear for c in calls):
            return inner.name
    return ""


def _handle(one: Timer, file: File, patch: Patch) -> str:
    what, places = kept_in(one.call)
    if what == "kept" and not places[0].path and not places[0].many:
        return places[0].root
    if what != "dropped" or not isinstance(one.call.parent, Do):
        raise UnfixableError
    name = fresh("timeoutId" if one.name == "setTimeout" else "timerId", one.function, file)
    patch.insert(one.call.start, f"const {name} = ")
    return name


def _clear(way: Way, clear: str, one: Timer, file: File, patch: Patch) -> None:
    tree = patch.script
    block = tree.statement(one.call).parent
    if block is None:
        raise UnfixableError
    if isinstance(way.at, Function):
        patch.last(block, f"{clear}{patch.semi}")
        return
    if not isinstance(way.at, Return) or not block.start_byte <= way.at.start < block.end_byte:
        raise UnfixableError
    value = way.at.value
    if isinstance(value, Call) and file.site(value).name in _PROMISES:
        patch.insert(value.end, f".finally(() => {clear})")
        return
    statement = tree.statement(way.at)
    around = statement.parent
    if around is not None and around.type in ("if_statement", "else_clause"):
        indent = tree.indent(statement.start_byte)
        patch.insert(statement.start_byte, f"{{\n{indent}{tree.unit}{clear}{patch.semi}\n{indent}{tree.unit}")
        patch.insert(statement.end_byte, f"\n{indent}}}")
    else:
        patch.before(statement, f"{clear}{patch.semi}")


# --------------------------------------------------------------------- objects


def _in_class(one: Timer, owner: Class, file: File) -> Offer:
    """An attribute keeps the handle, and the method that ends the object clears it."""
    method = method_around(one.function)
    ends = [owner.methods[name] for name in ends_of(owner, file)]
    ends = [e for e in ends if e.start < method.start or e.start >= method.end]
    if not ends or method.owner is not owner or begins_again(owner, ends[0].name, method, file):
        raise UnfixableError
    patch = Patch(script(file), one.call.start)
    last = ends[:1]
    effect = Effect("class", method.name, method, [method], owner, last, once=True, plain=True, ends=(last[0].name,))
    keep = Releasing(effect, file, patch, ending(effect, file, patch))
    keep_handle(one.got, keep)
    keep.end.finish(keep.releases)
    edits = patch.edits()
    if not ends[0].body:
        reason = f"{ends[0].name}() clears the timer; it does nothing so far: does anybody call it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if keep.flag and one.repeats:
        reason = f"{ends[0].name}() clears the timer; is a flag, for where it comes too early, worth it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if method.params and (keep.flag or keep.nested or _of_each_call(one, method)):
        reason = f"{ends[0].name}() clears the newest timer that {method.name}() has armed: is there one for each call?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if one.repeats and not keep.nested and use_of(one.call).kind != "dropped":
        reason = f"{ends[0].name}() clears the timer that the object keeps"
        return Offer(Safety.SAFE, reason, lambda: edits)
    if _wakes(one.call):
        reason = f"{ends[0].name}() clears the newest timer; what of the promise that it is to settle?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if one.repeats and (again := begun_without(owner, ends[0].name, method, file)):
        reason = f"{ends[0].name}() clears the timer; {again}() does not arm it again: is it over for good?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    reason = f"{ends[0].name}() clears the timer; one object is taken to have one of it at a time"
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _of_each_call(one: Timer, method: Function) -> bool:
    """Whether a timeout does something with what its method was handed: each call arms one for itself."""
    handed = one.call.arguments[0].value if one.call.arguments else None
    if one.repeats or not isinstance(handed, Closure):
        return False
    names = handed.function.index.names if handed.function.index else []
    return any(binder(n.id, handed.function) is method for n in names)


def _wakes(timer: Call) -> bool:
    """Whether a timer stands in what settles a promise: `new Promise((resolve) => { ... setTimeout(check, 50) })`."""
    handed = (callback_call(function) for function in scopes(function_of(timer)))
    return any(to is not None and to[0].new and chain(to[0].callee)[-1] == "Promise" for to in handed)
