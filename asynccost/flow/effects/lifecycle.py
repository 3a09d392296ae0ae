"""Effects: code that a framework runs to set something up, with the code that it runs to undo it.

`useEffect(setup, deps)`, `onMounted(setup)` with `onUnmounted(cleanup)`, `componentDidMount` with
`componentWillUnmount`, a class with `start` and `stop`: all are an Effect. The words stand in
rules/knowledge/lifecycles.toml.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asynccost.flow.effects.ends import ends_one
from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder, local_function, object_functions, reach, values
from asynccost.flow.tree import Call, Choice, Class, Closure, Collection, Constant, Expr, Function, Member, Name, Other

_CUSTOM = re.compile(r"^use[A-Z]?\w*Effect\w*$")
_NO_CLEANUP = re.compile(r"Async|Event$")


@dataclass(slots=True, eq=False)
class Effect:
    """One effect. anchor: the call, or the method that sets up.

    returned: whether the set-up's return value is its cleanup. wasted: a cleanup is returned from an async
    set-up, so it never runs. opaque: a cleanup that is no function of this file is returned. deps: the
    values that re-run it; None where there is no list (it runs on every change, unless `once`).
    scope: the component, hook, class or options object that it belongs to.
    """

    framework: str
    name: str
    anchor: Call | Function
    setups: list[Function]
    scope: "Function | Class | Collection"
    cleanups: list[Function] = field(default_factory=list)
    returned: bool = False
    wasted: bool = False
    opaque: bool = False
    deps: list[Expr] | None = None
    once: bool = False
    plain: bool = False
    ends: tuple[str, ...] = ()


def effects(file: File) -> list[Effect]:
    """The effects of a file, in source order."""
    return file.memo(_effects)


def _effects(file: File) -> list[Effect]:
    table = file.knowledge.table("lifecycles")
    found = [*_hooks(file, table), *_classes(file, table), *_options(file, table)]
    return sorted(found, key=lambda e: (e.anchor.start, e.anchor.end))


# ----------------------------------------------------------------------- hooks


def _hooks(file: File, table: dict[str, Any]) -> Iterator[Effect]:
    hooks = table["hooks"]
    known = {_word(name) for name in hooks}
    for site in file.calls:
        word = _word(site.name) if site.name else ""
        row = _hook_row(site, hooks) if word in known or "Effect" in word else None
        if row is None:
            continue
        place = row.get("setup", 0)
        if len(site.call.arguments) <= place:
            continue
        setup = local_function(site.call.arguments[place], site.function, file)
        if setup is not None and not setup.is_generator:
            yield _hook(file, site, row, setup)


def _word(name: str) -> str:
    """The last word of a resolved name: "svelte:onMount", "React.useEffect"."""
    return name.rpartition(":")[2].rpartition(".")[2]


def _hook_row(site: Site, hooks: dict[str, Any]) -> dict[str, Any] | None:
    name = site.name
    if name is None or site.call.new:
        return None
    module, colon, last = name.rpartition(":")
    row: dict[str, Any] | None = hooks.get(name) or hooks.get(last if colon else name)
    if row is None and "." not in name and last == "watch" and not colon:
        return None
    if row is None and _CUSTOM.match(last.rpartition(".")[2]) and not _NO_CLEANUP.search(last):
        return {"framework": "React", "ends": "returned", "deps": 1}
    if row is None and last.rpartition(".")[2] in hooks and module in ("react", "preact/hooks", ""):
        return hooks.get(last.rpartition(".")[2]) if name.partition(".")[0] in ("React", "react:") else None
    return row


def _hook(file: File, site: Site, row: dict[str, Any], setup: Function) -> Effect:
    arguments = site.call.arguments
    effect = Effect(
        row["framework"],
        last_word(site.name or ""),
        site.call,
        [setup],
        site.function,
        returned=row["ends"] == "returned",
        once=bool(row.get("once")),
    )
    place = row.get("deps")
    if place is None and isinstance(arguments[0].value, Call):  # useFocusEffect(useCallback(f, deps))
        arguments, place = arguments[0].value.arguments, 1
    if place is not None and len(arguments) > place:
        deps = _deps(arguments[place].value)
        react = row["framework"] == "React"
        effect.deps = [dep for dep in deps if not (react and _stays(dep, site.function))]
    if effect.returned:
        _returned_cleanups(file, setup, effect)
    _inner_cleanups(file, setup, effect, [p.name for p in setup.params])
    return effect


def last_word(name: str) -> str:
    """The name of a hook without its module."""
    return name.rpartition(":")[2].removeprefix("React.")


def _deps(expr: Expr) -> list[Expr]:
    if isinstance(expr, Collection):
        return list(expr.items)
    return [expr]


def _stays(dep: Expr, component: Function) -> bool:
    """Whether what an effect depends on is a constant of the module: no render gives it another value."""
    scope = binder(dep.id, component) if isinstance(dep, Name) else None
    if not isinstance(dep, Name) or scope is None or scope.kind != "module":
        return False
    return len(values(dep.id, scope)) == 1


def _returned_cleanups(file: File, setup: Function, effect: Effect) -> None:
    returned = [r.value for r in setup.index.returns if r.value is not None] if setup.index else []
    functions: list[Function] = []
    for value in returned:
        opaque = _cleanup_of(file, value, setup, functions)
        effect.opaque = effect.opaque or opaque
    if setup.is_async:
        effect.wasted = bool(functions)
        effect.opaque = False
    else:
        effect.cleanups += functions


def _cleanup_of(file: File, value: Expr, function: Function, found: list[Function], depth: int = 0) -> bool:
    """Collect the functions that a returned value stands for; True where there may be others."""
    if isinstance(value, Choice):
        answers = [_cleanup_of(file, o, function, found, depth) for o in value.options]
        return any(answers)
    if isinstance(value, (Constant, Other)) or depth > 4:
        return isinstance(value, Other) and value.op not in ("void", "jsx")
    if isinstance(value, Collection):
        inner = [i for i in value.items if isinstance(i, Closure)]
        found += [i.function for i in inner]
        return False
    known = local_function(value, function, file)
    if known is not None:
        found.append(known)
        return False
    if isinstance(value, Call):
        maker = local_function(value.callee, function, file)
        if maker is not None and maker.index is not None and not maker.is_async:
            returns = [r.value for r in maker.index.returns if r.value is not None]
            answers = [_cleanup_of(file, r, maker, found, depth + 1) for r in returns]
            return any(answers)
    return True


def _inner_cleanups(file: File, setup: Function, effect: Effect, params: list[str]) -> None:
    """`onCleanup(f)` inside a set-up, also as its parameter (Vue's watch)."""
    table = file.knowledge.table("lifecycles")["cleanup_calls"]
    for one in reach([setup], file, called_only=True):
        for call in one.index.calls if one.index else ():
            name = file.site(call).name
            if isinstance(call.callee, Name) and (call.callee.id in params or (name and last_word(name) in table)):
                if call.arguments and (known := local_function(call.arguments[0], one, file)):
                    effect.cleanups.append(known)
                elif call.arguments:
                    effect.opaque = True


# --------------------------------------------------------------------- methods


def _classes(file: File, table: dict[str, Any]) -> Iterator[Effect]:
    for cls in file.module.classes:
        methods = {m: r for m, r in table["methods"].items() if m in cls.methods}
        ends = {e for r in methods.values() for e in r["ends"]} | _angular_end(cls)
        if methods or ends:
            framework = next((r["framework"] for r in methods.values()), "Angular")
            names = [*methods, *(["constructor"] if "constructor" in cls.methods else [])]
            given = [*_given_to_end(file, cls)] if framework in ("Angular", "React") else []
            for effect in _methods(framework, names, tuple(sorted(ends)), cls.methods, cls):
                effect.cleanups += given
                yield effect
            continue
        plain = table["plain"]
        mine = [e for e in plain["ends"] if e in cls.methods and not ends_one(cls.methods[e])]
        if mine:
            names = ["constructor", *(m for m in cls.methods if m.lstrip("#_") in plain["starts"])]
            for effect in _methods("class", [n for n in names if n in cls.methods], tuple(mine), cls.methods, cls):
                effect.plain = True
                yield effect


def _angular_end(cls: Class) -> set[str]:
    named = [d.callee for d in cls.decorators if isinstance(d, Call)]
    angular = any(isinstance(c, Name) and c.id in ("Component", "Directive") for c in named)
    return {"ngOnDestroy"} if angular or "ngOnDestroy" in cls.methods else set()


def _given_to_end(file: File, cls: Class) -> Iterator[Function]:
    """What runs when a component ends, in any method of its class.

    Angular's `this.destroyRef.onDestroy(f)`, mobx-react's `disposeOnUnmount(this, f)`, which takes a list as well.
    """
    for function in reach([*cls.methods.values()], file, called_only=True):
        for call in function.index.calls if function.index else ():
            handed = [argument.value for argument in call.arguments]
            if function.index and any(wait.start < call.start for wait in function.index.awaits):
                continue  # the component may be gone by then
            if isinstance(call.callee, Name) and call.callee.id == "disposeOnUnmount" and len(handed) == 2:
                last = handed[1]
                handed = last.items if isinstance(last, Collection) and last.kind == "list" else [last]
            elif not isinstance(call.callee, Member) or call.callee.attr != "onDestroy" or len(handed) != 1:
                continue
            yield from filter(None, (local_function(one, function, file) for one in handed))


def _methods(
    framework: str,
    names: Iterable[str],
    ends: tuple[str, ...],
    methods: dict[str, Function],
    scope: "Class | Collection",
) -> Iterator[Effect]:
    for name in names:
        setup = methods[name]
        cleanups = [methods[e] for e in ends if e in methods]
        yield Effect(framework, name, setup, [setup], scope, cleanups, once=True, ends=ends)


def _options(file: File, table: dict[str, Any]) -> Iterator[Effect]:
    rows = table["options"]
    seen: set[int] = set()
    for function in file.functions:
        closure = function.closure
        parent = closure.parent if closure is not None else None
        if (
            function.name not in rows
            or not isinstance(parent, Collection)
            or parent.kind != "dict"
            or id(parent) in seen
        ):
            continue
        seen.add(id(parent))
        if not _is_component(file, parent):
            continue
        methods = object_functions(parent)
        given = [*_given_to_hooks(file, methods)]
        for name in (n for n in rows if n in methods):
            for effect in _methods("Vue", [name], tuple(rows[name]["ends"]), methods, parent):
                effect.cleanups += given
                yield effect


_HOOKS = frozenset({"hook:beforeDestroy", "hook:destroyed", "hook:beforeUnmount", "hook:unmounted"})


def _given_to_hooks(file: File, methods: dict[str, Function]) -> Iterator[Function]:
    """`this.$once("hook:beforeDestroy", f)`, in any method of a Vue component: f runs when it ends."""
    for function in reach([*methods.values()], file, called_only=True):
        for call in function.index.calls if function.index else ():
            named = call.arguments[0].value if len(call.arguments) == 2 else None
            hears = isinstance(call.callee, Member) and call.callee.attr in ("$once", "$on")
            if hears and isinstance(named, Constant) and named.value in _HOOKS:
                known = local_function(call.arguments[1], function, file)
                yield from () if known is None else (known,)


_OPTION_KEYS = frozenset(
    {"data", "methods", "computed", "props", "components", "template", "watch", "mixins", "emits", "render"}
)


def _is_component(file: File, options: Collection) -> bool:
    keys = {k.value for k in options.keys if isinstance(k, Constant)}
    return file.path.endswith(".vue") or bool(keys & _OPTION_KEYS)
