"""What goes away with its component, or lives as long as the page anyway: a release that is missing costs little."""

from asynccost.flow.acquisitions import Acquisition
from asynccost.flow.effect_code import own_functions
from asynccost.flow.file import File
from asynccost.flow.lifecycle import Effect
from asynccost.flow.race_changes import is_set
from asynccost.flow.reach import values
from asynccost.flow.state import State, root_name, state_of, wrapped_deps
from asynccost.flow.targets import on_element, root_of, word_of
from asynccost.flow.tree import Argument, Call, Collection, Function, Member
from asynccost.flow.words import words

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
    if on_element(effect, got, file) and effect.deps is not None and not _moves(effect, file):
        return "its target is an element of the component, and the effect seldom runs again"
    return ""


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
