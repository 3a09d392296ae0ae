"""A component's state: which names hold it, which functions set it, and which other names of it can change."""

import re
from dataclasses import dataclass, field

from asynccost.flow.file import File
from asynccost.flow.reach import binder, values, within
from asynccost.flow.tree import (
    Assign,
    Call,
    Closure,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Param,
    Subscript,
)
from asynccost.flow.words import word_of

SETTER = re.compile(r"^(set[A-Z_]|dispatch$)")
STATE = frozenset(
    {
        "useState",
        "useReducer",
        "useStateWithCallback",
        "createSignal",
        "useImmer",
        "useAtom",
        # of ahooks, Radix, Chakra and rc-util: a component's own as much
        "useSafeState",
        "useGetState",
        "useRafState",
        "useResetState",
        "useSetState",
        "useControllableState",
        "useMergedState",
    }
)
LATEST = frozenset({"useEvent", "useEffectEvent", "useMemoizedFn", "useEventCallback", "useLatest"})
"""Hooks whose function never changes and sees the values of the last render."""
_STEADY = LATEST | {"useRef", "useId", "createRef", "useCallback"}


@dataclass(slots=True)
class State:
    """What a component's own scope binds. setters: name -> the state that it sets ("" where that is not here).

    shared: the setters that come from a context, a store or the caller. inputs: names that the caller or the address
    decides (properties, route parameters). steady: refs and functions that never change.
    """

    values: set[str] = field(default_factory=set)
    setters: dict[str, str] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    inputs: set[str] = field(default_factory=set)
    hooked: set[str] = field(default_factory=set)
    steady: set[str] = field(default_factory=set)


def _states(file: File) -> dict[int, State]:
    """The state of every function of a file that may be a component or hook, by its id."""
    return {id(f): _read(f) for f in file.functions}


def state_of(component: Function, file: File) -> State:
    """What the scope of a component or hook binds."""
    return file.memo(_states)[id(component)]


_INPUTS = frozenset(
    {
        "useParams",
        "useRouter",
        "useRoute",
        "useSearchParams",
        "useLocation",
        "usePathname",
        "useLocalSearchParams",
        "defineProps",
    }
)


def _read(component: Function) -> State:
    state = State()
    for param in component.params:
        if component.kind != "module":
            state.inputs |= _param_names(param)
            state.shared |= {n for n in _param_names(param) if SETTER.match(n)}
    for assign in component.index.assigns if component.index else ():
        if isinstance(assign, Assign) and assign.value is not None:
            for target in assign.targets:
                _declared(target, assign.value, state)
    return state


def _param_names(param: Param) -> set[str]:
    return {param.name} if param.name else pattern_names(param.pattern)


def pattern_names(pattern: Node | None) -> set[str]:
    """The names that a pattern binds."""
    if isinstance(pattern, Name):
        return {pattern.id}
    if isinstance(pattern, Collection):
        return {n for item in pattern.items for n in pattern_names(item)}
    parts = getattr(pattern, "options", None) or getattr(pattern, "parts", None) or []
    return {n for part in parts[:1] for n in pattern_names(part)}


def _declared(target: Expr, value: Expr, state: State) -> None:
    hook = hook_name(value)
    names = pattern_names(target)
    if isinstance(value, Closure):
        state.steady |= set()
    elif hook in STATE and isinstance(target, Collection) and target.kind == "list":
        parts = [next(iter(pattern_names(i)), "") for i in target.items]
        if parts and parts[0]:
            state.values.add(parts[0])
        if len(parts) > 1 and parts[1]:
            state.setters[parts[1]] = parts[0]
    elif hook in _STEADY:
        state.steady |= names
    elif hook in _INPUTS:
        state.inputs |= names
    elif hook.startswith("use") and hook[3:4].isupper():
        for name in names:
            (state.shared if SETTER.match(name) else state.hooked).add(name)
    elif isinstance(value, (Member, Name)) and not isinstance(target, Collection):
        root = root_name(value)
        if root in state.inputs:
            state.inputs |= names
    elif isinstance(target, Collection) and root_name(value) in state.inputs:
        state.inputs |= names
        state.shared |= {n for n in names if SETTER.match(n)}
    elif isinstance(value, Constant):
        return


def hook_name(value: Node | None) -> str:
    """The name of the hook that a value comes from, whatever is picked of it."""
    while isinstance(value, (Member, Subscript)):
        value = value.value
    return word_of(value) if isinstance(value, Call) else ""


def root_name(expr: Node | None) -> str:
    """The name that an expression begins with."""
    while isinstance(expr, (Member, Subscript, Call)):
        expr = expr.callee if isinstance(expr, Call) else expr.value
    return expr.id if isinstance(expr, Name) else ""


def is_set_anywhere(value: str, component: Function, file: File) -> bool:
    """Whether a state's setter is mentioned besides its declaration."""
    setters = [s for s, v in state_of(component, file).setters.items() if v == value]
    for function in within(component, file):
        for name in function.index.names if function.index else ():
            if (
                name.id in setters
                and not isinstance(name.parent, Collection)
                and binder(name.id, function) is component
            ):
                return True
    return False


def wrapped_deps(name: str, component: Function) -> list[Expr]:
    """The dependencies of the `useCallback` or `useMemo` that a name is bound to."""
    for value in values(name, component):
        if isinstance(value, Call) and hook_name(value) in ("useCallback", "useMemo") and len(value.arguments) > 1:
            deps = value.arguments[1].value
            return list(deps.items) if isinstance(deps, Collection) else []
    return []
