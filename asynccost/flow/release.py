"""Is what was acquired here released there? Pairs stand in rules/knowledge/pairs.toml.

A handle is followed from the call that makes it to the places that keep it, and every other mention of
these places is read: as a release, as handing the handle on (then others may release it), or neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from typing import Literal as OneOf

from asynccost.flow.around import use_of
from asynccost.flow.file import File, Site
from asynccost.flow.handles import Mention, Place, aliases, is_write, kept_in, mentions
from asynccost.flow.listeners import called_word, receiver_of, removes
from asynccost.flow.reach import binder, reach
from asynccost.flow.tree import Call, Closure, Expr, Function, Member, Name, Node, Other


@dataclass(slots=True, frozen=True)
class Pair:
    """A row of the table: how something is acquired and given back."""

    name: str
    release: tuple[str, ...]
    handle: OneOf["argument", "method", "same", "disposer"]
    what: str
    cost: str
    sure: str
    once: bool = False
    starts: str = ""


@dataclass(slots=True, eq=False)
class Acquisition:
    """A call that acquires something."""

    call: Call
    function: Function
    pair: Pair


@dataclass(slots=True, frozen=True)
class Fate:
    """What becomes of an acquisition.

    "released": in one of the wanted functions. "elsewhere": released, but in none of them. "itself": only in
    its own callback. "handed on": others hold it. "kept": stored and never released. "dropped": nobody has it.
    "mismatch": a release that cannot match. at: the place that decides. why: a clause that says so.
    """

    kind: OneOf["released", "elsewhere", "itself", "handed on", "kept", "dropped", "mismatch"]
    at: Node | None = None
    why: str = ""
    place: Place | None = None


def pairs(file: File) -> dict[str, dict[str, Pair]]:
    """The table, read once: "calls", "classes" and "methods" by name."""
    return file.memo(_pairs)


def _pairs(file: File) -> dict[str, dict[str, Pair]]:
    table = file.knowledge.table("pairs")
    return {
        kind: {n: _pair(n, row) for n, row in table.get(kind, {}).items()} for kind in ("calls", "classes", "methods")
    }


def _pair(name: str, row: dict[str, Any]) -> Pair:
    return Pair(
        name,
        tuple(row["release"]),
        row["handle"],
        row["what"],
        row.get("cost", "it stays"),
        row.get("sure", "medium"),
        bool(row.get("once")),
        row.get("starts", ""),
    )


def acquisition(site: Site, file: File) -> Acquisition | None:
    """The pair that a call begins, if it begins one."""
    table = pairs(file)
    call, name = site.call, site.name
    found: Pair | None = None
    if call.new:
        found = table["classes"].get(name or "")
    elif name is not None and name in table["calls"]:
        found = table["calls"][name]
    elif isinstance(call.callee, Member):
        found = table["methods"].get(call.callee.attr)
    elif name in table["methods"] and isinstance(call.callee, Name):
        found = table["methods"][name] if name == "addEventListener" else None
    if found is not None and found.handle in ("same", "disposer") and not call.arguments:
        return None
    return Acquisition(call, site.function, found) if found is not None else None


# ------------------------------------------------------------------------ fate


def fate(got: Acquisition, wanted: Iterable[Function], file: File) -> Fate:
    """What becomes of an acquisition; `wanted` are the functions in which a release counts."""
    good = _Reached(wanted, file)
    if got.pair.handle == "same":
        return _same(got, good, file)
    what, places = kept_in(got.call)
    if what == "chained":
        what, places = _chained(got)
        got = Acquisition(got.call, got.function, replace(got.pair, handle="disposer"))
    if what == "dropped":
        return _by_receiver(got, good, file) or Fate("dropped", got.call, "its handle is dropped")
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

    def __contains__(self, key: int) -> bool:
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
        or _by_receiver(got, good, file)
        or Fate("kept", got.call, "its handle is kept and never used to stop it", places[0])
    )


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
    if isinstance(up, Member) and up.value is expr:
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
        if called_word(callee) == "bind" and isinstance(callee, Member):
            callee = callee.value
        return called_word(callee) in pair.release or (
            place.many and use.node.callee is not expr and called_word(callee) in _GENERIC
        )
    return use.kind == "iterated" and place.many


def _handed_on(mention: Mention, place: Place) -> Fate | None:
    use = use_of(mention.expr)
    if use.kind == "argument" and isinstance(use.node, Call) and called_word(use.node.callee) not in _ASKS:
        return Fate(
            "handed on", mention.expr, f"{place.text} is handed to {called_word(use.node.callee) or 'a call'}()", place
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
        if called_word(site.call.callee) not in got.pair.release:
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
    return elsewhere or _by_receiver(got, good, file) or mismatch or Fate("dropped", call, "nothing removes it")


# ------------------------------------------------------------- by the receiver

_ENDS = frozenset(
    [
        "close",
        "disconnect",
        "destroy",
        "dispose",
        "unsubscribe",
        "stop",
        "end",
        "terminate",
        "abort",
        "deactivate",
        "leave",
        "kill",
        "detach",
        "cleanup",
        "teardown",
        "unmount",
        "cancel",
        "clear",
        "remove",
        "removeAllListeners",
        "off",
        "unbind",
        "release",
        "shutdown",
        "reset",
        "finish",
        "complete",
        "unobserve",
    ]
)


def _by_receiver(got: Acquisition, good: _Reached, file: File) -> Fate | None:
    """Whether the thing that was listened to is itself ended: `socket.on(...)` with `socket.close()`."""
    callee = got.call.callee
    if got.call.new or not isinstance(callee, Member):
        return None
    root = callee.value
    while isinstance(root, (Member, Call)):
        root = root.callee if isinstance(root, Call) else root.value
    if not isinstance(root, Name) or root.id in ("this", "self", "window", "document", "navigator"):
        root_place = _this_place(callee.value)
        if root_place is None:
            return None
        found = mentions(root_place, got.function, file)
    else:
        found = mentions(Place(root.id, ()), got.function, file)
    for mention in found:
        expr = mention.expr
        if isinstance(expr.parent, Member) and expr.parent.attr == "current":  # what a ref holds
            expr = expr.parent
        member = expr.parent
        if isinstance(member, Member) and member.attr in _ENDS and id(mention.function) in good:
            return Fate("released", expr, f"{file.text(expr)} is ended in the cleanup")
        if id(mention.function) in good and use_of(expr).kind == "argument":
            return Fate("handed on", expr, f"the cleanup hands {file.text(expr)} on")
    return None


def _this_place(expr: Expr) -> Place | None:
    while isinstance(expr, (Member, Call)):
        inner = expr.callee if isinstance(expr, Call) else expr.value
        if isinstance(inner, Name) and isinstance(expr, Member):
            return Place(inner.id, (expr.attr,))
        expr = inner
    return None


def bound_by(call: Call, function: Function) -> Function | None:
    """The scope that binds the root of a method call's receiver."""
    root: Node | None = receiver_of(call)
    while isinstance(root, (Member, Call)):
        root = root.callee if isinstance(root, Call) else root.value
    return binder(root.id, function) if isinstance(root, Name) else None
