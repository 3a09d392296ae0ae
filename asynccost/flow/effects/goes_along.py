"""What goes away with its component, or lives as long as the page anyway: a release that is missing costs little.

Timeouts that move a state on after a while, whatever it has become meanwhile.

Methods that undo each other: what `open()` shows again, `close()` only hides, and is no end of what was before.
"""

import re

from asynccost.flow.around import above
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.elements import root_of
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.race_changes import is_set
from asynccost.flow.effects.state import SETTER, State, root_name, state_of, wrapped_deps
from asynccost.flow.effects.targets import on_element
from asynccost.flow.effects.timers import Timer
from asynccost.flow.file import File
from asynccost.flow.reach import values, within
from asynccost.flow.tree import Argument, Call, Class, Collection, Constant, Function, If, Member, Name, Node, Other
from asynccost.flow.walk import walk
from asynccost.flow.words import last_word, word_of, words

_CAROUSELS = frozenset({"api", "carousel", "embla", "swiper", "slider", "rendition"})
_WATCHED_BY_ELEMENT = frozenset({"ResizeObserver", "IntersectionObserver"})
_PAGE = frozenset({"document", "window", "globalThis"})
_DEPTH = 4


def goes_along(effect: Effect, got: Acquisition, file: File) -> str:
    """Why what an effect leaves behind goes away by itself, as a rule; "" where nothing says so."""
    if _is_root(effect):
        return "it is the root of the page, which lives as long as it"
    if got.pair.name in _WATCHED_BY_ELEMENT and _once(effect, file) and not _watches_page(effect, file):
        return "what it watches goes away with the component"
    if got.pair.handle != "same" or not isinstance(got.call.callee, Member):
        return ""
    target = root_of(got.call.callee.value)
    if target is None:
        return ""
    if got.pair.name == "on" and not _CAROUSELS.isdisjoint(words(target.id)) and _once(effect, file, target.id):
        return f"{target.id} goes away with the component, as a rule"
    if got.pair.name == "addEventListener" and _names_element(got.call.callee.value) and _once(effect, file):
        return "the element that is handed in may go with the component"
    if _of_motion(effect, target, file):
        return f"{target.id} is made by the component, and goes away with it"
    if on_element(effect, got, file) and effect.deps is not None and not _moves(effect, file):
        return "its target is an element of the component, and the effect seldom runs again"
    return ""


_ELEMENTS = frozenset({"webview", "element", "el", "elem", "node", "video", "audio", "canvas", "iframe", "textarea"})


def _names_element(target: Node) -> bool:
    """Whether a target is called an element, and none of the page: `this.webview`, `props.element`."""
    said = last_word(target)
    return words(said)[-1:] != () and words(said)[-1] in _ELEMENTS


_MOTION = re.compile(r"(?:framer-motion|motion/react|motion-v|@react-spring/\w+):use[A-Z]")


def _of_motion(effect: Effect, target: Name, file: File) -> bool:
    """`const spring = useSpring(left)`: a value of the component's own, of which nobody else hears."""
    made = values(target.id, effect.scope) if isinstance(effect.scope, Function) else ()
    return any(isinstance(v, Call) and _MOTION.match(file.site(v).name or "") for v in made)


def _is_root(effect: Effect) -> bool:
    """`createApp({ mounted() {} })`, `new Vue({ ... })`."""
    argument = effect.scope.parent if isinstance(effect.scope, Collection) else None
    call = argument.parent if isinstance(argument, Argument) else None
    return isinstance(call, Call) and (word_of(call) == "createApp" or (call.new and word_of(call) == "Vue"))


def _once(effect: Effect, file: File, but: str = "") -> bool:
    """Whether an effect runs once in a component's life, whatever becomes of `but`."""
    if effect.once or effect.deps is None or not isinstance(effect.scope, Function):
        return effect.once
    state = state_of(effect.scope, file)
    names = [root_name(dep) for dep in effect.deps]
    return all(n == but or _is_part(n, but, effect.scope) or _is_steady(n, effect.scope, state, 0) for n in names)


def _is_part(name: str, whole: str, component: Function) -> bool:
    """`const autoplay = api?.plugins().autoplay`."""
    return bool(whole) and any(root_name(value) == whole for value in values(name, component))


def _is_steady(name: str, component: Function, state: State, depth: int) -> bool:
    """Whether a name of a component is the same for each render: a setter, a ref, a function that hangs on these."""
    if name in state.setters:
        return True
    inner = wrapped_deps(name, component)
    if name not in state.steady or depth > _DEPTH:
        return False
    return all(_is_steady(root_name(dep), component, state, depth + 1) for dep in inner)


def _watches_page(effect: Effect, file: File) -> bool:
    """`observer.observe(document.body)`."""
    calls = [c for f in own_functions(effect, file) for c in (f.index.calls if f.index else ())]
    watched = [c.arguments[0].value for c in calls if word_of(c) == "observe" and c.arguments]
    return any(root_name(one) in _PAGE for one in watched)


def _moves(effect: Effect, file: File) -> bool:
    """Whether a state that the component sets again and again runs the effect anew."""
    if effect.framework != "React" or not isinstance(effect.scope, Function):
        return True
    state = state_of(effect.scope, file)
    listed = {root_name(dep) for dep in effect.deps or ()}
    return any(is_set(value, effect.scope, state, file) for value in state.values & listed)


def moves_on(ticking: Timer, effect: Effect, file: File) -> bool:
    """`if (step === "sent") setTimeout(() => setStep("idle"), 2000)`, keyed on `step`: it may be sending by then."""
    tests = [n for up in above(ticking.call) if isinstance(up, If) for n in walk(up.test)]
    pairs = [n.parts for n in tests if isinstance(n, Other) and n.op in ("===", "==") and len(n.parts) == 2]
    asked = {p[0].id for p in pairs if isinstance(p[0], Name) and _is_word(p[1])}
    asked &= {root_name(d) for d in effect.deps or ()}
    own = within(ticking.callback, file) if ticking.callback is not None else []
    calls = [c for one in own for c in (one.index.calls if one.index else ()) if len(c.arguments) == 1]
    moved = {word_of(c)[3:].lower() for c in calls if SETTER.match(word_of(c)) and _is_word(c.arguments[0].value)}
    return any(name.lower() in moved for name in asked)


def _is_word(value: Node) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)


_BEGINS = {
    "close": ("open", "show"), "hide": ("show", "open"), "stop": ("start", "run"), "disconnect": ("connect",),
    "disable": ("enable",), "unmount": ("mount",), "pause": ("play", "resume", "start"), "deactivate": ("activate",),
    "collapse": ("expand",), "unload": ("load",), "off": ("on",), "detach": ("attach",), "reset": ("start",),
}


_TOGGLES = frozenset({"disable", "pause", "deactivate", "hide", "collapse"})


def begins_again(cls: Class, end: str, function: Function, file: File) -> bool:
    """Whether an object goes on after a method that seems to end it, without what its constructor made: another method
    begins it anew. function: the method that made it."""
    methods = [cls.methods[name] for name in _BEGINS.get(end, ()) if name in cls.methods]
    if end in _TOGGLES and any(m is not function and not _calls(m, function, file) for m in methods):
        return True
    init = next((cls.methods[n] for n in ("constructor", "__init__") if n in cls.methods), None)
    if init is None or not (init is function or _calls(init, function, file)):
        return False
    return any(m is not function and not _calls(m, function, file) for m in methods)


def begun_without(cls: Class, end: str, function: Function, file: File) -> str:
    """A method that begins anew what an end ends, and comes to a function on no way; "" where there is none."""
    for name in _BEGINS.get(end, ()):
        pending, reached = [cls.methods[name]] if name in cls.methods else [], {name}
        while pending:
            said = file.text(pending.pop())
            further = [n for n in cls.methods if n not in reached and re.search(rf"\.{re.escape(n)}\b", said)]
            pending += [cls.methods[n] for n in further]
            reached |= {*further}
        if name in cls.methods and function.name not in reached:
            return name
    return ""


def _calls(method: Function, function: Function, file: File) -> bool:
    return f".{function.name}(" in file.text(method)
