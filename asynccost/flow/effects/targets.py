"""Listeners and subscriptions: does the target outlive the effect, so that they have to be taken away?"""

from collections.abc import Sequence

from asynccost.flow.around import class_around
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.elements import OF_ELEMENT, held_by_ref, is_element, is_page, is_ref, is_ref_read, root_of
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.listeners import bound_by, option_of
from asynccost.flow.effects.state import pattern_names, root_name
from asynccost.flow.effects.streams import why_it_ends
from asynccost.flow.file import File
from asynccost.flow.handles import constant_text
from asynccost.flow.reach import values
from asynccost.flow.tree import (
    Assign,
    Bind,
    Call,
    Choice,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Return,
    Subscript,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import word_of

_MAKES = frozenset({"createElement", "createElementNS"})


def needs_no_release(effect: Effect, got: Acquisition, file: File) -> str:
    """Why what an effect has got needs no release; "" where it does."""
    call, handle = got.call, got.pair.handle
    if handle in ("same", "disposer"):
        if option_of(call, "signal") is not None:
            return "an AbortSignal removes it"
        if isinstance(once := option_of(call, "once"), Constant) and once.value is True:
            return "it is taken away after its first event"
        if call.arguments and constant_text(call.arguments[0].value) in _ONCE_A_PAGE:
            return "that happens once in the life of a page"
        reason = _target_reason(effect, got, file)
        anew = _is_marked(got, file) or _is_emptied(got, file)
        return "" if reason == OF_ELEMENT and _runs_again(effect) and not anew else reason
    if got.pair.starts and not _is_started(got, file):
        return f"nothing is {got.pair.starts}d"
    return ""


def _is_marked(got: Acquisition, file: File) -> bool:
    """`if (item.isPrepared) return; item.addEventListener(...); item.isPrepared = true`: an element gets it once."""
    index = got.function.index
    assigns = index.assigns if index is not None else []
    set_ = [a for a in assigns if isinstance(a, Assign) and isinstance(a.value, Constant) and a.value.value is True]
    marks = {file.text(t) for a in set_ for t in a.targets if isinstance(t, Member)}
    gates = [s for s in got.function.body if isinstance(s, If) and s.end <= got.call.start]
    gates = [s for s in gates if s.body and isinstance(s.body[-1], Return)]
    asked = {file.text(n) for s in gates for n in walk(s.test) if isinstance(n, Member)}
    return not marks.isdisjoint(asked)


_EMPTIES = ("{}.innerHTML = ''", '{}.innerHTML = ""', "{}.replaceChildren()", "{}.textContent = ''")


def _is_emptied(got: Acquisition, file: File) -> bool:
    """`box.innerHTML = ''; draw(box); box.querySelector("svg").addEventListener(...)`: each run finds another."""
    target = got.call.callee.value if isinstance(got.call.callee, Member) else None
    found = values(target.id, got.function) if isinstance(target, Name) else [target]
    holders = {file.text(v.callee.value) for v in found if isinstance(v, Call) and isinstance(v.callee, Member)}
    said = file.text(got.function)[: got.call.start - got.function.start]
    return any(form.format(holder) in said for holder in holders for form in _EMPTIES)


def on_element(effect: Effect, got: Acquisition, file: File) -> bool:
    """Whether a listener's target is an element that goes away with the component."""
    return _target_reason(effect, got, file) == OF_ELEMENT


_ONCE_A_PAGE = frozenset({"appinstalled", "DOMContentLoaded"})


def _is_started(got: Acquisition, file: File) -> bool:
    return got.pair.starts in file.text(got.function) or got.pair.starts.encode() in file.module.source


def _target_reason(effect: Effect, got: Acquisition, file: File) -> str:
    """Why a listener or subscription on this target needs no release; "" where it does."""
    call, name = got.call, got.pair.name
    target = call.callee.value if isinstance(call.callee, Member) else None
    if not _listens(call, got):
        return "no function of this code is handed to it"
    if isinstance(call.parent, Member) and call.parent.attr in ("subscribe", "pipe"):
        return "it makes a stream, which is listened to by what follows"
    if name == "on" and len(call.arguments) == 1:
        return "it is no emitter that is known"
    if name == "subscribe":
        return why_it_ends(effect, got, target, file)
    if target is None or is_page(target, got.function, file):
        return ""
    if isinstance(target, Call) and is_element(target):
        return OF_ELEMENT
    if isinstance(target, Call) and name != "addEventListener" and name != "addListener":
        return "the target is made by the same expression"
    root = root_of(target)
    if root is None:
        return "the target is made by the same expression"
    if root.id in ("this", "self"):
        return _own_member(effect, target, got, file)
    scope = bound_by(call, got.function)
    if scope is None:
        return ""
    if class_around(got.function) is None and isinstance(target, Member) and _is_self(values(root.id, scope)):
        return "the target belongs to the component"
    if any(value is not None and "import.meta" in file.text(value) for value in values(root.id, scope)):
        return "only a server for development speaks there"
    if isinstance(target, Member) and _fills(effect, target, file):
        return f"{file.text(target)} is made by the effect itself"
    return _bound_target(effect, got, root.id, scope, file)


def _fills(effect: Effect, target: Member, file: File) -> bool:
    """Whether an effect makes what it listens to: `player.current = new Player()`; its listeners go with it."""
    text = file.text(target)
    return any(
        isinstance(assign, Assign)
        and isinstance(assign.value, Call)
        and assign.value.new
        and any(file.text(t) == text for t in assign.targets)
        for function in own_functions(effect, file)
        for assign in (function.index.assigns if function.index else ())
    )


def _listens(call: Call, got: Acquisition) -> bool:
    handler = call.arguments[-1].value if len(call.arguments) == 1 else call.arguments[1].value
    if got.pair.name in ("on", "addListener") and len(call.arguments) > 1:
        first = call.arguments[0].value
        if isinstance(first, Constant) and not isinstance(first.value, str):
            return False
    if isinstance(handler, (Closure, Name, Member)):
        return True
    if isinstance(handler, Call):
        return True
    if got.pair.handle == "disposer":
        return any(isinstance(a.value, Closure) for a in call.arguments) or (
            isinstance(handler, Collection)
            and any(isinstance(k, Constant) and k.value in ("next", "error", "complete") for k in handler.keys)
        )
    return False


def _own_member(effect: Effect, target: Expr, got: Acquisition, file: File) -> str:
    """Listeners on `this` and on what an object made itself go away with it."""
    cls = class_around(got.function)
    if isinstance(target, Name):
        return "it listens to itself"
    if any(isinstance(n, Member) and n.attr == "nativeElement" for n in walk(target)):
        return OF_ELEMENT
    first: Expr = target
    while isinstance(first, (Member, Call)) and not _is_this(first):
        first = first.callee if isinstance(first, Call) else first.value
    attr = first.attr if isinstance(first, Member) else ""
    if cls is None:
        return "the target belongs to the component"
    if got.pair.name == "addEventListener" and held_by_ref(cls, attr, file):
        return OF_ELEMENT
    known = [v for v in file.names.attribute(cls, attr) if v is not None and not isinstance(v, Constant)]
    if known and all(isinstance(v, (Call, Closure)) for v in known) and not is_page(target, got.function, file):
        return f"{attr} is made by the same object"
    if effect.plain or effect.framework in ("custom element", "Stencil", "Ember"):
        return "the target belongs to the object"
    if not known and not any(p.name == attr for m in (cls.methods.get("constructor"),) if m for p in m.params):
        return "the target belongs to the object"
    return ""


def _runs_again(effect: Effect) -> bool:
    """Whether an effect may run again: an element's listeners go away with it, but more are added to the same one."""
    return effect.deps != [] and not effect.once


def _is_self(bound: Sequence[Expr | None]) -> bool:
    """`const self = this`."""
    return any(isinstance(value, Name) and value.id == "this" for value in bound)


def _is_this(expr: Expr) -> bool:
    return isinstance(expr, Member) and isinstance(expr.value, Name) and expr.value.id in ("this", "self")


def _bound_target(effect: Effect, got: Acquisition, name: str, scope: Function, file: File) -> str:
    bound = values(name, scope)
    known = [_assigned(v) for v in bound if v is not None and not isinstance(v, Constant)]
    own = {id(f) for f in own_functions(effect, file)}
    if any(p.name == name for p in scope.params) and id(scope) in own:
        return "the target is handed in"
    if id(scope) in own and _is_part_of_a_parameter(known, scope):
        return "the target is handed in"
    if id(scope) in own and any(isinstance(v, Call) and word_of(v) in _MAKES for v in known):
        return f"{name} is made by the effect itself"
    if is_ref(known) or any(is_element(v) for v in known):
        return OF_ELEMENT
    if any(is_page(v, scope, file) for v in known):
        return ""
    if scope is effect.scope and not known and name not in file.module.imports and not _is_given(name, scope, got):
        return OF_ELEMENT  # `let el`, filled in by the markup
    if id(scope) in own and known and all(isinstance(v, (Call, Choice)) for v in known):
        made = [v for v in known if isinstance(v, Call)]
        if any(v.new for v in made) or got.pair.name == "on":
            return f"{name} is made by the effect itself"
    if id(scope) in own and any(is_ref_read(v, scope) for v in known):
        return OF_ELEMENT
    if got.pair.name == "addEventListener" and id(scope) in own:
        return f"{name} is found by the effect itself"
    if any(isinstance(v, Subscript) and isinstance(v.value, Call) and word_of(v.value) in _ENDED for v in known):
        return f"the hook that makes {name} ends it with the component"
    if scope is effect.scope and any(isinstance(v, Call) and v.new for v in known):
        return f"{name} is made by the component itself"
    if scope is effect.scope and any(isinstance(v, Call) and word_of(v) in _STATEFUL for v in known):
        return f"{name} is state of the component"
    return ""


def _is_part_of_a_parameter(known: Sequence[Expr], scope: Function) -> bool:
    """`const { marker } = context;` in a callback that is handed the context."""
    given = {p.name for p in scope.params if p.name}
    return bool(known) and all(isinstance(v, (Name, Member)) and root_name(v) in given for v in known)


def _is_given(name: str, scope: Function, got: Acquisition) -> bool:
    """Whether the caller hands a target in: a parameter, or a part of one where it is no element but an emitter."""
    parts = [n for p in scope.params if not p.name for n in pattern_names(p.pattern)]
    return any(p.name == name for p in scope.params) or (name in parts and got.pair.name != "addEventListener")


_STATEFUL = frozenset({"useState", "$state", "createSignal", "shallowRef", "ref", "useMemo"})
_ENDED = frozenset({"useEmblaCarousel"})  # hooks that end what they make, with all that listens to it


def _assigned(value: Expr) -> Expr:
    """`CodeMirror(node)` of `editor = (this.editor = CodeMirror(node))`."""
    while isinstance(value, Bind):
        value = value.value
    return value


