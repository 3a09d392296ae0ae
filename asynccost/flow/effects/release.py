"""Is what was acquired here released there?

A handle is followed from the call that makes it to the places that keep it, and every other mention of
these places is read: as a release, as handing the handle on (then others may release it), or neither.

A release that a helper hands back: `stop = attach()`, and `onUnmounted(() => stop())`.

Resources that wander (streams, object URLs): any release in their component will do.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from asynccost.flow.around import function_of, use_of
from asynccost.flow.effects.acquisitions import Acquisition, Fate, Pair
from asynccost.flow.effects.effect_code import component_functions
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.listeners import by_receiver, removes
from asynccost.flow.effects.state import SETTER, pattern_names
from asynccost.flow.file import File
from asynccost.flow.handles import Mention, Place, aliases, is_write, kept_in, mentions
from asynccost.flow.reach import binder, local_function, reach
from asynccost.flow.tree import (
    Await,
    Call,
    Closure,
    Collection,
    Function,
    Member,
    Name,
    Node,
    Other,
    Return,
)
from asynccost.flow.words import last_word
from asynccost.model import Confidence


def fate(got: Acquisition, wanted: Iterable[Function], file: File) -> Fate:
    """What becomes of an acquisition; `wanted` are the functions in which a release counts."""
    good = _Reached(wanted, file)
    if got.pair.handle == "same":
        return _same(got, good, file)
    what, places = kept_in(got.call)
    if (told := _promised(got)) is not None:
        return _of_places(*told, good, file)
    if what == "chained":
        what, places = _chained(got)
        got = Acquisition(got.call, got.function, replace(got.pair, handle="disposer"))
    if what == "dropped":
        return by_receiver(got, good, file) or Fate("dropped", got.call, "its handle is dropped")
    if what == "returned":
        return Fate("handed on", got.call, "its handle is returned")
    if what in ("handed on", "other") or any(_is_given(p, got.function) for p in places):
        return Fate("handed on", got.call, "its handle is handed on")
    return _of_places(got, places, good, file)


class _Reached:
    """The functions that some lead to, by their ids; sought when somebody asks, since few fates hang on them."""

    def __init__(self, starts: Iterable[Function], file: File) -> None:
        self._starts, self._file = starts, file

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(id(f) for f in reach(self._starts, self._file))

    def __contains__(self, key: object) -> bool:
        return key in self._ids


def _is_given(place: Place, function: Function) -> bool:
    """Whether a place belongs to something that the function was handed: its owner sees it too."""
    scope = binder(place.root, function) if place.path and place.root not in ("this", "self") else None
    return scope is not None and any(p.name == place.root for p in scope.params) and place.path != ("current",)


def _chained(got: Acquisition) -> tuple[str, list[Place]]:
    """`new X(f).observe(e)` drops the handle; `loop.call_at(t, f).cancel` keeps what stops it."""
    use = use_of(got.call)
    if isinstance(use.node, Member) and use.node.attr in got.pair.release and use_of(use.node).kind != "called":
        return kept_in(use.node)
    return "dropped", []


def _promised(got: Acquisition) -> tuple[Acquisition, list[Place]] | None:
    """`source.subscribe(f).then((stop) => ...)`: what a promise hands over is what stops it."""
    up = got.call.parent
    call = up.parent if isinstance(up, Member) and up.attr == "then" else None
    taker = call.arguments[0].value if isinstance(call, Call) and call.callee is up and call.arguments else None
    if not isinstance(taker, Closure) or len(taker.function.params) != 1:
        return None
    pair = replace(got.pair, handle="disposer")
    return Acquisition(got.call, taker.function, pair), [Place(taker.function.params[0].name, ())]


def _of_places(got: Acquisition, places: list[Place], good: _Reached, file: File) -> Fate:
    best: Fate | None = None
    seen: set[tuple[Place, int]] = set()
    pending = [(p, got.function) for p in places]
    while pending:
        place, at = pending.pop()
        key = place, id(binder(place.root, at))
        if key in seen or len(seen) > 8:
            continue
        seen.add(key)
        for mention in mentions(place, at, file):
            if is_write(mention.expr) or (_inside(got.call, mention.expr) and mention.expr.end <= got.call.start):
                continue
            found = _reads_as(got, mention, place, good)
            if found is not None and (best is None or _RANK[found.kind] > _RANK[best.kind]):
                best = found
            pending += [(p, mention.function) for p in aliases(mention)]
    best = best or _by_own_parameter(got)
    return (
        best
        or by_receiver(got, good, file)
        or next((fate for p in places if (fate := _by_ref(p, got.function, file)) is not None), None)
        or Fate("kept", got.call, "its handle is kept and never used to stop it", places[0])
    )


def _by_ref(place: Place, function: Function, file: File) -> Fate | None:
    """A handle kept in a ref that is handed on as a whole: `stopPolling(pollRef)`."""
    if place.path != ("current",):
        return None
    for mention in mentions(Place(place.root, ()), function, file):
        use = use_of(mention.expr)
        if use.kind == "argument" and not is_write(mention.expr):
            return Fate("handed on", mention.expr, "the ref that keeps its handle is handed on")
    return None


def _by_own_parameter(got: Acquisition) -> Fate | None:
    """An observer that its callback is handed and stops: `(entries, observer) => observer.disconnect()`."""
    for argument in got.call.arguments:
        if isinstance(argument.value, Closure) and argument.value.function.index is not None:
            names = {p.name for p in argument.value.function.params}
            for call in argument.value.function.index.calls:
                callee = call.callee
                value = callee.value if isinstance(callee, Member) and callee.attr in got.pair.release else None
                if isinstance(value, Name) and value.id in names:
                    return Fate("itself", call, "only its own callback stops it")
    return None


_RANK = {"released": 5, "handed on": 4, "elsewhere": 3, "itself": 2, "mismatch": 1, "kept": 0, "dropped": 0}


def _reads_as(got: Acquisition, mention: Mention, place: Place, good: _Reached) -> Fate | None:
    if is_release(got.pair, mention.expr, place):
        if id(mention.function) in good:
            return Fate("released", mention.expr, f"{place.text} is released in the cleanup", place)
        if _inside(got.call, mention.expr):
            return Fate("itself", mention.expr, "only its own callback stops it", place)
        return Fate("elsewhere", mention.expr, "it is released elsewhere", place)
    if place.many and id(mention.function) in good:
        return Fate("released", mention.expr, f"{place.text} is gone through in the cleanup", place)
    return _handed_on(mention, place)


def _inside(outer: Node, inner: Node) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


_ASKS = frozenset(
    {"log", "debug", "info", "warn", "error", "Boolean", "String", "isNaN", "has", "get", "delete", "includes"}
)
_GENERIC = frozenset(
    {"unsubscribe", "remove", "dispose", "off", "stop", "close", "cancel", "destroy", "disconnect", "abort"}
)


def is_release(pair: Pair, expr: Node, place: Place) -> bool:
    """Whether a mention of a handle gives it back."""
    up = expr.parent
    if isinstance(up, Await):  # `(await listener).remove()`
        return is_release(pair, up, place)
    if isinstance(up, Member) and up.value is expr:
        if up.attr == "then" and _releases_later(pair, up):
            return True
        if up.attr in pair.release and pair.handle != "argument":
            return True
        if pair.handle in ("method", "disposer") and up.attr in _GENERIC:
            return True
        return place.many and up.attr in ("forEach", "map", "clear", "pop", "shift", "splice")
    use = use_of(expr)
    if use.kind == "called":
        return pair.handle == "disposer"
    if use.kind == "argument" and isinstance(use.node, Call):
        callee = use.node.callee
        if last_word(callee) == "bind" and isinstance(callee, Member):
            callee = callee.value
        return last_word(callee) in pair.release or (
            place.many and use.node.callee is not expr and last_word(callee) in _GENERIC
        )
    return use.kind == "iterated" and place.many


def _releases_later(pair: Pair, then: Member) -> bool:
    """`listener.then((handle) => handle.remove())`, `listener.then(({ remove }) => remove())`."""
    call = then.parent
    taker = call.arguments[0].value if isinstance(call, Call) and call.callee is then and call.arguments else None
    function = taker.function if isinstance(taker, Closure) else None
    if function is None or function.index is None or len(function.params) != 1:
        return False
    param = function.params[0]
    if not param.name:
        parts = pattern_names(param.pattern)
        taken = {last_word(c.callee) for c in function.index.calls if isinstance(c.callee, Name)}
        return any(name in taken and name in (*pair.release, *_GENERIC) for name in parts)
    handle = Place(param.name, ())
    return any(n.id == param.name and is_release(pair, n, handle) for n in function.index.names)


def _handed_on(mention: Mention, place: Place) -> Fate | None:
    use = use_of(mention.expr)
    if use.kind == "argument" and isinstance(use.node, Call) and last_word(use.node.callee) not in _ASKS:
        return Fate(
            "handed on", mention.expr, f"{place.text} is handed to {last_word(use.node.callee) or 'a call'}()", place
        )
    if use.kind in ("returned", "yielded"):
        return Fate("handed on", mention.expr, f"{place.text} is returned", place)
    if use.kind == "element" or (
        use.kind == "other" and isinstance(use.node, Other) and use.node.op.startswith(("jsx", "spread"))
    ):
        return Fate("handed on", mention.expr, f"{place.text} is given away", place)
    if use.kind == "assigned" and not isinstance(mention.expr.parent, (Member,)):
        return None  # an alias: followed by the caller
    return None


def _same(got: Acquisition, good: _Reached, file: File) -> Fate:
    """Listeners: the same target, type and function have to be named again."""
    call = got.call
    what, places = kept_in(call)
    if (told := _promised(got)) is not None:
        return _of_places(*told, good, file)
    if what == "kept":  # emitters that hand out a disposer
        pair = replace(got.pair, handle="disposer")
        found = _of_places(Acquisition(call, got.function, pair), places, good, file)
        if found.kind != "kept":
            return found
    if what == "returned":
        return Fate("handed on", call, "what the call returns is returned")
    if what in ("handed on", "other"):
        return Fate("handed on", call, "what the call returns is handed on")
    mismatch: Fate | None = None
    elsewhere: Fate | None = None
    for site in file.calls:
        if last_word(site.call.callee) not in got.pair.release:
            continue
        answer = removes(call, site.call, file)
        if answer == "yes" and id(site.function) in good:
            return Fate("released", site.call, "the same listener is removed in the cleanup")
        if answer == "yes" and _inside(call, site.call):
            elsewhere = elsewhere or Fate("itself", site.call, "only the listener itself removes it")
        elif answer == "yes":
            elsewhere = Fate("elsewhere", site.call, "the listener is removed elsewhere")
        elif answer and id(site.function) in good:
            mismatch = Fate("mismatch", site.call, answer)
    return elsewhere or by_receiver(got, good, file) or mismatch or Fate("dropped", call, "nothing removes it")


def handed_back(got: Acquisition, end: Fate, cleanups: list[Function], file: File) -> Fate | None:
    """What becomes of the function that releases something, where the helper that acquires it returns that function."""
    release = function_of(end.at) if end.at is not None else None
    maker = release.scope if release is not None else None
    if release is None or maker is None or maker.kind == "module" or not _returns(maker, release):
        return None
    pair = replace(got.pair, handle="disposer")
    for site in file.calls:
        if local_function(site.call.callee, site.function, file) is maker:
            kept = fate(Acquisition(site.call, site.function, pair), cleanups, file)
            if kept.kind in ("released", "handed on"):
                return kept
    return None


def _returns(maker: Function, release: Function) -> bool:
    """Whether a function hands back one that it holds: `return () => off()`, `return { stop }`."""
    holder = release.closure.parent if release.closure is not None else None
    if isinstance(holder, Return) or (isinstance(holder, Collection) and isinstance(holder.parent, Return)):
        return True
    returned = [r.value for r in maker.index.returns] if maker.index is not None else []
    names = [item for value in returned for item in (value.items if isinstance(value, Collection) else [value])]
    return bool(release.name) and any(isinstance(n, Name) and n.id == release.name for n in names)


WANDERS = frozenset(
    {"navigator.mediaDevices.getUserMedia", "navigator.mediaDevices.getDisplayMedia", "URL.createObjectURL"}
)


def let_go(effect: Effect, got: Acquisition, file: File) -> tuple[Confidence | None, str]:
    """How sure it is that nobody releases such a resource (None: somebody may), and why."""
    if taker := _taken_by(got.call):
        return None, f"{taker}() takes it, which may release it"
    for function in component_functions(effect, file):
        for call in function.index.calls if function.index else ():
            said = (call.callee, *(a.value for a in call.arguments))  # `urls.forEach(URL.revokeObjectURL)`
            if any(isinstance(one, Member) and one.attr in got.pair.release for one in said):
                return None, "a release stands in the same component"
    # such a thing wanders: what it was put into may release it
    return Confidence.LOW, "nothing in the component releases it"


def _taken_by(call: Call) -> str:
    """The function that a resource is handed to, no setter of state: `replaceUrl(URL.createObjectURL(blob))`."""
    use = use_of(call)
    callee = use.node.callee if use.kind == "argument" and isinstance(use.node, Call) else None
    return callee.id if isinstance(callee, Name) and not SETTER.match(callee.id) else ""
