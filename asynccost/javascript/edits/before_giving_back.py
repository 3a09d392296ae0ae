"""Questions before an effect gives back what it starts: who else hears of it, and what the next run would miss."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.each_run import of_each_run
from asynccost.flow.effects.leaks import Verdict
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.made_once import kept_once
from asynccost.flow.effects.race_settled import once_by_ref
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Assign, Call, Class, Function, If, Member, Name
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.javascript.edits.releasing import Releasing
from asynccost.javascript.edits.timers_ended import arms_another, beside, called_often, ends_itself, repeats, undoes

_OWN_WAY = re.compile(rb"\b(this\.\w+UntilDestroyed)\(")  # a method of the class, or of its base
_BRIDGES = frozenset({"ipc", "electron", "bridge"})


def of_what_starts(rest: list[Verdict], effect: Effect, file: File) -> Iterator[str]:
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


def of_the_edit(
    rest: list[Verdict], found: list[Verdict], effect: Effect, file: File, keep: Releasing | None
) -> Iterator[str]:
    """What the edit may do that nobody asked for, as questions; found: with what is given back in another way."""
    if keep is None:
        return
    flag, apart = keep.flag, keep.nested or keep.outside() or not isinstance(effect.anchor, Call)
    if apart and all(ends_itself(v.got, file) for v in rest):
        yield "it ends itself when its work is done: is that not enough?"
    if flag.startswith("this.") and all(repeats(v) for v in rest):
        yield "is a flag for what comes later worth it?"
    for word in filter(None, (undoes(v.got, effect, file) for v in rest)):
        yield f"who calls {word}() then, in its place?"
    for word in filter(None, (of_each_run(v.got, effect, file) for v in rest)):
        yield f"the next run would end what {word}() was to do for this one: may it?"
    for word in filter(None, (_bridge(v.got) for v in rest)):
        yield f"has {word}, which hands on to another process, a way to do so?"
    for line in filter(None, (beside(v, found, file) for v in rest)):
        yield f"what of the one that the same callback starts in line {line}?"
    if any(_clicked(v.got, file) for v in rest):
        yield "a link is clicked with it at once: is it over right there?"
    if not flag and any(arms_another(v.got, file) for v in rest):
        yield "what it starts arms another timer: is that to be given back as well?"
    if keep.nested:
        for word in filter(None, (called_often(v) for v in rest)):
            yield f"only the newest is held: may {word}() come back before it fires?"


def _clicked(got: Acquisition, file: File) -> bool:
    """Whether an object URL is for a link that the same code clicks, as downloads are begun."""
    return got.pair.name.endswith("createObjectURL") and ".click()" in file.text(got.function)


def _closed(verdict: Verdict, file: File) -> str:
    """The source that a cleanup ends for everybody: `this.orgs$.unsubscribe()` for `this.orgs$.subscribe(f)`; ""."""
    callee = verdict.got.call.callee
    if not isinstance(callee, Member) or callee.attr != "subscribe":
        return ""
    source = file.text(callee.value)
    ends = [c for f in verdict.effect.cleanups for c in (f.index.calls if f.index else ())]
    return source if any(file.text(call.callee) == f"{source}.unsubscribe" for call in ends) else ""


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
