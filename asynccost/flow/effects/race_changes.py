"""What an effect may ask by, and how it changes: whether state is set, and what is a part of the address."""

import re
from collections.abc import Iterator

from asynccost.flow.effects.effect_code import own_functions
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.effects.state import State, hook_name, pattern_names, root_name
from asynccost.flow.file import File
from asynccost.flow.reach import binder, values, within
from asynccost.flow.tree import Call, Collection, Function, Member, Name
from asynccost.flow.words import words

_PLACES = frozenset({
    "useParams", "useRouter", "useRoute", "useSearchParams", "useLocation", "usePathname", "useLocalSearchParams",
    "useMatch", "useQueryParams", "useNavigation",
})
_PLACE_NAMES = frozenset({"params", "searchParams", "router", "route", "location", "pathname"})
_CHOSEN = frozenset({
    "selected", "selection", "current", "active", "search", "query", "term", "filter", "filters", "page", "tab",
    "range", "debounced", "keyword", "keywords", "sort", "offset", "cursor", "topic",
})

_IDENTITIES = frozenset({"id", "ids", "uuid", "guid", "slug", "user"})


def is_chosen(key: str, component: Function) -> bool:
    """Whether a key says that it is chosen: `selectedId`, `activeTab`.

    A caller's `currentUserId` tells whose view it is.
    """
    said = set(words(key))
    if key.partition(".")[0] in _given(component) and said & _IDENTITIES:
        said.discard("current")
    return not _CHOSEN.isdisjoint(said)


def says_chosen(text: str) -> bool:
    """Whether the words of an expression say that it is chosen: `selectedItem.id`."""
    return not _CHOSEN.isdisjoint(words(text))


def from_address(key: str, effect: Effect) -> bool:
    """Whether a key is a part of the page's address: `params.slug`, what `useParams()` or `router.query` holds."""
    if not isinstance(effect.scope, Function):
        return False
    key = key.partition(".")[0].removesuffix("?")
    if key in _PLACE_NAMES:
        return True
    for value in values(key, effect.scope):
        if hook_name(value) in _PLACES or root_name(value) in _PLACE_NAMES:
            return True
        if hook_name(value) == "" and (name := root_name(value)) and name != key and _is_place(name, effect.scope):
            return True
    return False


_ROUTE = re.compile(r"(?:^|/)app/(?:.+/)?\[")
_PART = re.compile(r"\[(?:\.\.\.)?(\w+)\]")


def is_own_route(key: str, effect: Effect, file: File) -> bool:
    """Whether a key is the part of the address that a page of Next's `app/` stands for: `app/rows/[id]/page.tsx`.

    For another value of it, another page is mounted.
    """
    folder = file.path.rpartition("/")[0]
    if not _ROUTE.search(folder) or not from_address(key, effect) or not isinstance(effect.scope, Function):
        return False
    named = {key.rpartition(".")[2].removesuffix("?")}
    named |= {value.attr for value in values(key.partition(".")[0], effect.scope) if isinstance(value, Member)}
    return not named.isdisjoint(_PART.findall(folder))


def from_place(name: str, scope: Function) -> bool:
    """Whether a name of a component is the address, or comes of it."""
    return name in _PLACE_NAMES or any(
        hook_name(v) in _PLACES or root_name(v) in _PLACE_NAMES or _is_place(root_name(v), scope)
        for v in values(name, scope)
    )


def _is_place(name: str, scope: Function) -> bool:
    return any(hook_name(v) in _PLACES for v in values(name, scope))


def is_set(value: str, component: Function, state: State, file: File) -> bool:
    """Whether a state is set by more than what runs once when the component is shown."""
    return any(not _mirrors(name, component) for name in _setters_said(value, component, state, file))


def is_loaded_once(value: str, component: Function, state: State, file: File) -> bool:
    """Whether a state is set only by what runs once when the component is shown."""
    return value in state.setters.values() and not any(_setters_said(value, component, state, file))


def _setters_said(value: str, component: Function, state: State, file: File) -> Iterator[Name]:
    """Where the setter of a state is named, but for the effects that run once."""
    setters = {s for s, v in state.setters.items() if v == value}
    shown = [e for e in effects(file) if e.scope is component and (e.once or e.deps == [])]
    first = {id(f) for e in shown for f in own_functions(e, file)}
    for function in within(component, file):
        for name in function.index.names if function.index and id(function) not in first else ():
            outside = name.id in setters and not isinstance(name.parent, Collection)
            if outside and binder(name.id, function) is component:
                yield name


def _mirrors(setter: Name, component: Function) -> bool:
    """`setShown(props.model)`: a state that follows what the caller hands in changes as often as that."""
    call = setter.parent
    if not isinstance(call, Call) or call.callee is not setter or len(call.arguments) != 1:
        return False
    root = root_name(call.arguments[0].value)
    return root in _given(component) and not is_chosen(root, component)


def _given(component: Function) -> set[str]:
    """The names of a component's properties."""
    return {n for p in component.params for n in ({p.name} if p.name else pattern_names(p.pattern))}
