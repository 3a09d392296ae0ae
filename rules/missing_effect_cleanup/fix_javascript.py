"""Gives back in an effect's cleanup what the effect starts."""

import re
from collections.abc import Iterator
from dataclasses import replace

from asynccost.flow.around import above
from asynccost.flow.effects import vue
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.each_run import of_each_run
from asynccost.flow.effects.goes_along import begins_again
from asynccost.flow.effects.lasting import kept_once
from asynccost.flow.effects.leaks import Verdict, verdicts
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.race_settled import moves_itself, once_by_ref
from asynccost.flow.effects.state import SETTER, state_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Class,
    Closure,
    Collection,
    Constant,
    Do,
    Function,
    If,
    Member,
    Name,
    Node,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, word_of, words
from asynccost.javascript.edits.acquired import keep_handle
from asynccost.javascript.edits.destroyed import takes_until_destroyed
from asynccost.javascript.edits.endings import UnfixableError, ending
from asynccost.javascript.edits.handle_texts import assumed_of
from asynccost.javascript.edits.listening import unlisten
from asynccost.javascript.edits.mismatch import match
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.returned import registers
from asynccost.javascript.edits.script import script
from asynccost.model import Confidence, Edit, Finding, Offer, Safety

_OWN_WAY = re.compile(rb"\b(this\.\w+UntilDestroyed)\(")  # a method of the class, or of its base
_BRIDGES = frozenset({"ipc", "electron", "bridge"})


def fix(finding: Finding, file: File) -> Offer | None:
    """Keep the handle and release it where the effect ends; listeners get a name for their handler."""
    found = [v for v in verdicts(file) if v.sure is not None and _is_of(v, finding)]
    if not found:
        return None
    surer = [v for v in found if v.sure is not Confidence.LOW]
    tries = [found, surer]
    if surer and any(_beside(v, found, file) or _takes_field(v) for v in found if v not in surer):
        tries = [surer, found]  # one of the steps of a callback is not worth a variable, what fires once no field
    for wanted in tries:
        try:
            offer = _offer(wanted, file, finding.hint.get("vue", 0))
        except UnfixableError:
            continue
        left = next((v for v in found if v not in wanted and not v.got.pair.once), None)
        if left is None:
            return offer
        reason = f"{offer.reason}; what of {left.got.pair.what} that starts in line {_line(left, file)}?"
        return Offer(Safety.DISPLAY_ONLY, reason, offer.build)
    return None


def _line(verdict: Verdict, file: File) -> int:
    return file.module.source.count(b"\n", 0, verdict.got.call.start) + 1


def _repeats(verdict: Verdict) -> bool:
    return verdict.got.pair.name == "setInterval"


def _is_of(verdict: Verdict, finding: Finding) -> bool:
    places: tuple[Node, ...] = (verdict.effect.anchor, verdict.got.call)
    return any((p.start, p.end) == (finding.span.start, finding.span.end) for p in places)


def _clicked(got: Acquisition, file: File) -> bool:
    """Whether an object URL is for a link that the same code clicks, as downloads are begun."""
    return got.pair.name.endswith("createObjectURL") and ".click()" in file.text(got.function)


_TIMERS = ("setTimeout", "requestAnimationFrame")


def _arms_another(got: Acquisition, file: File) -> bool:
    """`requestAnimationFrame(() => setTimeout(draw, 20))`: half of the time it is the other that is armed."""
    inner = "".join(file.text(a) for a in got.call.arguments)
    return got.pair.name in _TIMERS and any(f"{name}(" in inner for name in _TIMERS)


def _offer(found: list[Verdict], file: File, version: int) -> Offer:
    """version: of Vue; 0 where that is not known."""
    if not found:
        raise UnfixableError
    effect = found[0].effect
    if version == vue.OLDER:
        effect = replace(effect, ends=tuple(end for end in effect.ends if end not in vue.NEWER_ENDS))
    if isinstance(effect.scope, Class) and any(begins_again(effect.scope, e, _method(v), file)
                                               for e in effect.ends for v in found):
        raise UnfixableError
    patch = Patch(script(file), effect.anchor.start)
    mended = [v for v in found if match(v, file, patch) or takes_until_destroyed(v, file, patch)]
    rest = [v for v in found if v not in mended]
    nested, keep = False, None
    if rest and registers(effect, file, patch):
        rest = []
    if rest:
        if any(isinstance(v.at, Return) for v in rest):
            raise UnfixableError
        keep = Releasing(effect, file, patch, ending(effect, file, patch))
        for verdict in sorted(rest, key=lambda v: v.got.call.start):
            if verdict.got.pair.handle == "same":
                unlisten(verdict.got, keep)
            else:
                keep_handle(verdict.got, keep)
        keep.end.finish([*dict.fromkeys(keep.releases)])
        nested = keep.nested
    edits: tuple[Edit, ...] = patch.edits()
    what = " and ".join(dict.fromkeys(f"the {v.got.pair.what}" for v in found))
    assumed = next((a for v in rest if (a := assumed_of(v.got, file))), "")
    if any(v.got.pair.once and v.sure is Confidence.LOW for v in rest):
        assumed = assumed or "what it was to do once does not happen any more when the component goes before"
    if rest and isinstance(effect.scope, Collection) and not effect.cleanups:
        assumed = assumed or vue.SAYS[version]
    if moved := moves_itself(effect, effect.setups, file):
        reason = f"{moved} changes what the effect depends on, so that its next run ends this one: is it to go on?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    question = assumed if assumed.endswith("?") else next(_of_some(rest, effect, file), "")
    question = question or next(_of_the_edit(rest, found, effect, file, keep), "")
    if question:  # nobody but its authors knows
        safety = Safety.DISPLAY_ONLY
    elif nested and not assumed:
        safety, assumed = Safety.UNSAFE, "only the newest that a callback starts is held"
    else:
        safety = Safety.UNSAFE if assumed else Safety.SAFE
    told = f"; {question or assumed}" if question or assumed else " and changes nothing else"
    return Offer(safety, f"the cleanup gives back {what}{told}", lambda: edits)


def _of_some(rest: list[Verdict], effect: Effect, file: File) -> Iterator[str]:
    """What only its authors know of what an effect starts, as questions, the gravest first."""
    if not rest:
        return
    if own := _OWN_WAY.search(file.module.source):
        yield f"is {own[1].decode()}(), which the class has for such, to do so?"
    yield from (f"it ends {it} for all that hear of it: is that to go?" for v in rest if (it := _closed(v, file)))
    if once_by_ref(effect):
        yield "a ref lets the effect begin once: is it over when it is undone?"
    if any(kept_once(v.got) for v in rest):
        yield "the module remembers that it has one for all, and starts no other: is it to go with one component?"
    for word in filter(None, (_found_again(v.got, effect, file) for v in rest)):
        yield f"the next run finds {word} there and makes no other: may it?"
    if _not_again(effect):
        yield f"{effect.name}() does not run again where the element is put back"
    for word in filter(None, (_of_all(v.got, effect, file) for v in rest)):
        yield f"{word}, which the module has for all, listens for others as well?"


def _of_the_edit(
    rest: list[Verdict], found: list[Verdict], effect: Effect, file: File, keep: Releasing | None
) -> Iterator[str]:
    """What the edit may do that nobody asked for, as questions; found: with what is given back in another way."""
    if keep is None:
        return
    flag, apart = keep.flag, keep.nested or keep.outside() or not isinstance(effect.anchor, Call)
    if apart and all(_ends_itself(v.got, file) for v in rest):
        yield "it ends itself when its work is done: is that not enough?"
    if flag.startswith("this.") and all(_repeats(v) for v in rest):
        yield "is a flag for what comes later worth it?"
    for word in filter(None, (_undoes(v.got, effect, file) for v in rest)):
        yield f"who calls {word}() then, in its place?"
    for word in filter(None, (of_each_run(v.got, effect, file) for v in rest)):
        yield f"the next run would end what {word}() was to do for this one: may it?"
    for word in filter(None, (_bridge(v.got) for v in rest)):
        yield f"has {word}, which hands on to another process, a way to do so?"
    for line in filter(None, (_beside(v, found, file) for v in rest)):
        yield f"what of the one that the same callback starts in line {line}?"
    if any(_clicked(v.got, file) for v in rest):
        yield "a link is clicked with it at once: is it over right there?"
    if not flag and any(_arms_another(v.got, file) for v in rest):
        yield "what it starts arms another timer: is that to be given back as well?"
    if keep.nested:
        for word in filter(None, (_called_often(v) for v in rest)):
            yield f"only the newest is held: may {word}() come back before it fires?"


_ONCE = frozenset({  # what calls back once, or not again before it has come to its end
    *_TIMERS, "setInterval", "then", "catch", "finally", "on", "once", "addEventListener", "nextTick",
    "queueMicrotask",
})


def _called_often(verdict: Verdict) -> str:
    """What is handed a callback that starts a timeout, and may call it at any time: `stream(show, fail)`; ""."""
    here: Function | None = verdict.got.function
    if verdict.got.pair.name != "setTimeout":
        return ""
    while here is not None and here not in verdict.effect.setups:
        taken = here.closure.parent if here.closure is not None else None
        call = taken.parent if isinstance(taken, Argument) else None
        if isinstance(call, Call) and word_of(call) not in _ONCE:
            return word_of(call)
        here = here.scope
    return ""


def _beside(verdict: Verdict, found: list[Verdict], file: File) -> int:
    """The line of another timeout that a callback starts beside one that is given back; 0 where there is none.

    One that the effect itself starts is a finding, or given back already.
    """
    got, mine = verdict.got, verdict.got.function
    if got.pair.name not in _TIMERS or mine in verdict.effect.setups:
        return 0
    kept = {v.got.call.start for v in found}
    for call in mine.index.calls if mine.index else ():
        if isinstance(call.parent, Do) and word_of(call) == got.pair.name and call.start not in kept:
            return file.span(call).line
    return 0


def _closed(verdict: Verdict, file: File) -> str:
    """The source that a cleanup ends for everybody: `this.orgs$.unsubscribe()` for `this.orgs$.subscribe(f)`; ""."""
    callee = verdict.got.call.callee
    if not isinstance(callee, Member) or callee.attr != "subscribe":
        return ""
    source = file.text(callee.value)
    ends = [c for f in verdict.effect.cleanups for c in (f.index.calls if f.index else ())]
    return source if any(file.text(call.callee) == f"{source}.unsubscribe" for call in ends) else ""


def _takes_field(verdict: Verdict) -> bool:
    """Whether a timeout that fires once would take an attribute of a class or of a component's options."""
    return verdict.got.pair.once and not isinstance(verdict.effect.scope, Function)


def _not_again(effect: Effect) -> bool:
    """Whether an element's set-up runs once, where its end comes each time that it is taken out of the page."""
    return "disconnectedCallback" in effect.ends and effect.name in ("firstUpdated", "constructor", "firstRender")


def _of_all(got: Acquisition, effect: Effect, file: File) -> str:
    """A listener of an object that is a variable of the module, and so that of the other objects too; "" elsewhere."""
    handlers = [a.value for a in got.call.arguments if isinstance(a.value, Name)]
    if got.pair.handle != "same" or not isinstance(effect.scope, Class):
        return ""
    return next((h.id for h in handlers if binder(h.id, got.function) is file.module.top), "")


def _found_again(got: Acquisition, effect: Effect, file: File) -> str:
    """What keeps a handle and is asked for it first: `if (!box.current) box.current = new Worker(url)`."""
    kept = next((up for up in above(got.call) if isinstance(up, Assign)), None)
    if kept is None or not isinstance(effect.scope, Function):
        return ""
    asked = [file.text(n) for up in above(got.call) if isinstance(up, If) for n in walk(up.test)]
    texts = [file.text(target) for target in kept.targets if isinstance(target, Member)]
    if_none = re.search(r"(?:\?\?|\|\|)=", file.text(kept)) is not None
    return next((text for text in texts if if_none or text in asked), "")


def _bridge(got: Acquisition) -> str:
    """`props.ipc.on(...)`: what a preload script hands to a page has the methods that its author thought of."""
    names = chain(got.call.callee)[:-1]
    return names[-1] if names and not _BRIDGES.isdisjoint(words(names[-1])) else ""


def _ends_itself(got: Acquisition, file: File) -> bool:
    """Whether the callback of an interval clears it, as one does that waits for something."""
    handed = got.call.arguments[0].value if got.call.arguments else None
    if got.pair.name != "setInterval" or not isinstance(handed, Closure):
        return False
    calls = (c for f in within(handed.function, file) for c in (f.index.calls if f.index else ()))
    return any(word_of(call) == "clearInterval" for call in calls)


def _undoes(got: Acquisition, effect: Effect, file: File) -> str:
    """What a timeout sets back that the effect has set: `setHover(row); setTimeout(() => setHover(null), 1000)`.

    Where the next run may set nothing, or the state is not the component's own, it stays as it was then; "" elsewhere.
    """
    handed = got.call.arguments[0].value if got.call.arguments else None
    if got.pair.name != "setTimeout" or not isinstance(handed, Closure) or not isinstance(effect.scope, Function):
        return ""
    setters = state_of(effect.scope, file).setters
    back = [c for f in within(handed.function, file) for c in (f.index.calls if f.index else ())]
    set_here = {word_of(c) for f in effect.setups for c in (f.index.calls if f.index else ())}
    always = any(got.call.start >= s.start and got.call.end <= s.end for f in effect.setups for s in f.body
                 if isinstance(s, (Do, Assign)))
    for call in back:
        word, given = word_of(call), [a.value for a in call.arguments]
        known = SETTER.match(word) and word in set_here and len(given) == 1 and isinstance(given[0], Constant)
        if known and (not always or word not in setters):
            return word
    return ""


def _method(verdict: Verdict) -> Function:
    """The method that something is acquired in, or in a function written there."""
    here = verdict.got.function
    while here.owner is None and here.scope is not None:
        here = here.scope
    return here
