"""What modules and pages make once, and keep: the one object of a class, the one connection of its kind."""

import re

from asynccost.flow.around import above, class_around
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File, is_test
from asynccost.flow.handles import constant_text
from asynccost.flow.linked.project import Project
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Assign, Call, Class, Function, If, Member, Name
from asynccost.flow.words import chain


def kept_by_module(effect: Effect, got: Acquisition, root: str) -> bool:
    """Whether the module keeps it as the one of its kind: `if (!socket) socket = new WebSocket(url)`."""
    scope = binder(root, got.function)
    if root in ("this", "self") or not (scope is None or (scope.kind == "module" and effect.scope is not scope)):
        return False
    tests = [up.test for up in above(got.call) if isinstance(up, If)]
    tests += [s.test for s in got.function.body if isinstance(s, If) and s.end <= got.call.start]
    names = got.function.index.names if got.function.index else []
    return any(n.id == root and t.start <= n.start < t.end for n in names for t in tests)


def kept_once(got: Acquisition) -> bool:
    """Whether the module remembers that it has one for all: `if (heard) return; heard = () => {}; on("x", heard)`.

    Also where an effect asks: `if (!hears) { on("x", f); hears = true; }`.
    """
    function = got.function
    if function.index is None:
        return False
    said = {n.id for a in function.index.assigns for n in getattr(a, "targets", ()) if isinstance(n, Name)}
    kept = {name for name in said if (home := binder(name, function)) is not None and home.kind == "module"}
    tests = [up.test for up in above(got.call) if isinstance(up, If)]
    tests += [s.test for s in function.body if isinstance(s, If) and s.end <= got.call.start]
    return any(n.id in kept and t.start <= n.start < t.end for n in function.index.names for t in tests)


def one_of_its_kind(cls: Class, file: File) -> bool:
    """Whether the module makes the only object of a class that it makes: `export const player = new Player()`."""
    made = [s.function.kind for s in file.calls_to(file.names.ref(cls))]
    return bool(made) and all(kind == "module" for kind in made)


def made_with_the_page(cls: Class, file: File, depth: int = 0) -> bool:
    """Whether a script makes its objects of a class once, when it is read or when the page has loaded."""
    # by its text: bodies that concern no rule are not lowered
    places = [m.start() for m in re.finditer(rb"\bnew\s+%s\b" % re.escape(cls.name.encode()), file.module.source)]
    made = [max((f for f in file.functions if f.start <= at < f.end), key=lambda f: f.start) for at in places]
    return bool(made) and all(_once_a_page(one, file, depth) for one in made)


_DEPTH = 3


def _once_a_page(function: Function, file: File, depth: int) -> bool:
    """Whether a function runs once: the module, a load handler, the start of an object like this."""
    if function.kind == "module" or _on_load(function):
        return True
    up = function.closure.parent if function.closure is not None else None
    if isinstance(up, Call) and up.callee is function.closure and function.scope is not None:
        return _once_a_page(function.scope, file, depth)
    starts = ("constructor", *file.knowledge.table("lifecycles")["plain"]["starts"])
    owner = class_around(function) if depth < _DEPTH and function.name in starts else None
    return owner is not None and made_with_the_page(owner, file, depth + 1)


_LOADED = frozenset({"load", "DOMContentLoaded"})


def _on_load(function: Function) -> bool:
    """`window.onload = () => ...`, `addEventListener("load", () => ...)`."""
    up = function.closure.parent if function.closure is not None else None
    if isinstance(up, Assign):
        return any(isinstance(t, Member) and t.attr == "onload" and chain(t)[:1] == ["window"] for t in up.targets)
    call = up.parent if isinstance(up, Argument) else None
    if not isinstance(call, Call) or chain(call.callee)[-1] != "addEventListener":
        return False
    return constant_text(call.arguments[0].value) in _LOADED


def made_by_modules(path: str, project: Project) -> bool:
    """Whether other modules make a file's objects, each when it is read: `window.backend = new Backend(store)`."""
    made = [
        one.facts["kind"]
        for user in project.names.scripts.importers(path)
        for one in (project.names.functions_of(user) if user != path and not is_test(user) else ())
        for call in one.facts["calls"]
        if project.names.module(call["name"].partition(":")[0], user, "javascript") == path
    ]
    return bool(made) and all(kind == "module" for kind in made)
