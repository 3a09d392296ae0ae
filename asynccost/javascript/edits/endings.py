"""Where an effect undoes what it did: a returned function, a registered one, or a method; made where there is none."""

import re
from typing import Protocol

from tree_sitter import Node as Cst

from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File
from asynccost.flow.tree import Class, Collection, Function, Return
from asynccost.javascript.edits.bodies import Body
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script


class UnfixableError(Exception):
    """A shape that no edit of ours fits; the finding stays without a fix."""


class Ending(Protocol):
    """Where releases go. variables: whether handles live in variables of the effect's code, not in attributes."""

    variables: bool

    def declare(self, line: str) -> None:
        """Put a declaration where the effect and its cleanup both see it."""

    def finish(self, releases: list[str]) -> None:
        """Write the releases."""


def ending(effect: Effect, file: File, patch: Patch, *, at_start: bool = False) -> Ending:
    """The end of an effect. Raises UnfixableError where its cleanup has no place that a fix could write to.

    at_start: a cleanup that is registered by a call may be registered first thing, before anything is awaited.
    """
    if isinstance(effect.scope, (Class, Collection)):
        return _Method(effect, file, patch)
    if effect.returned and effect.framework in ("React", "Svelte"):
        return _Returned(effect, patch)
    if effect.framework in ("Vue", "Solid"):
        return _Registered(effect, file, patch, at_start)
    raise UnfixableError


class _Returned:
    """`return () => release()` at the end of the set-up."""

    variables = True

    def __init__(self, effect: Effect, patch: Patch) -> None:
        self.patch, self.setup = patch, effect.setups[0]
        if self.setup.is_async or effect.opaque:
            raise UnfixableError
        self.cleanup = _one_cleanup(effect, self.setup)
        self.body = Body(self.setup, patch)

    def declare(self, line: str) -> None:
        self.body.first(line)

    def finish(self, releases: list[str]) -> None:
        script = self.patch.script
        if self.cleanup is None:
            room = script.width - len(script.indent(self.setup.body_start or self.setup.start))
            self.body.last(arrow("return ", releases, script.unit, self.patch.semi, room=room))
        else:
            into(self.cleanup, releases, self.patch)
        self.body.close()


def _one_cleanup(effect: Effect, setup: Function) -> Function | None:
    """The one function that the set-up returns at its end; None where it returns nothing."""
    returned = [r for r in (setup.index.returns if setup.index else []) if r.value is not None]
    if not returned or (is_expression(setup) and not effect.cleanups):
        return None  # the value of an arrow's expression was never a cleanup
    if len(returned) != 1 or len(effect.cleanups) != 1 or not any(s is returned[0] for s in setup.body):
        raise UnfixableError
    return effect.cleanups[0]


def is_expression(function: Function) -> bool:
    """Whether a function is an arrow whose body is an expression."""
    return bool(function.body) and isinstance(function.body[-1], Return) and function.body[-1].end == function.end


def into(cleanup: Function, releases: list[str], patch: Patch) -> None:
    """Put releases at the start of a function."""
    body = Body(cleanup, patch)
    if body.is_block and not cleanup.body and (said := patch.script.text(body.node)[1:-1].strip()):
        at = body.node.start_byte + 1 + patch.script.text(body.node)[1:-1].encode().find(said.encode())
        indent = patch.script.indent(at)
        patch.replace(at, at + len(said.encode()), f"\n{indent}".join(releases))  # a comment that it does nothing
        return
    body.first(*releases)
    body.close()


# emitters hand themselves back, which is no answer for a cleanup
_ANSWERS = re.compile(r"\.(?:off|removeListener|removeAllListeners)\(")


def arrow(head: str, releases: list[str], unit: str, semi: str, tail: str = "", room: int = 120) -> str:
    """A statement with a function that releases: an expression where one will do. room: how long a line may be."""
    if len(releases) == 1 and not releases[0].startswith(("if ", "for ")) and "\n" not in releases[0]:
        value = releases[0].removesuffix(";")
        fits = len(f"{head}() => {value}{tail}{semi}") <= room
        if fits and " = " not in value and not _ANSWERS.search(value):
            return f"{head}() => {value}{tail}{semi}"
    lines = "".join(f"\n{unit}{r}" for r in releases)
    return f"{head}() => {{{lines}\n}}{tail}{semi}"


_HANDED = {"onCleanup": "(cleanup: () => void) => void"}
_HOOKS = {"Vue": ("onUnmounted", "vue"), "Solid": ("onCleanup", "solid-js")}


class _Registered:
    """`onUnmounted(() => release())` after the mount hook; `onCleanup` inside an effect that runs again."""

    def __init__(self, effect: Effect, file: File, patch: Patch, at_start: bool) -> None:
        self.patch, self.effect = patch, effect
        self.setup = effect.setups[0]
        self.at_start = at_start
        self.inside = effect.framework == "Solid" or not effect.once
        self.variables = True
        if effect.wasted or (self.setup.is_async and not (at_start and self.inside)):
            raise UnfixableError
        self.hook, self.parameter = self._named(file)
        script = patch.script
        self.statement = script.statement(effect.anchor)
        returned = [r for r in (self.setup.index.returns if self.setup.index else []) if r.value is not None]
        if returned and not is_expression(self.setup):
            raise UnfixableError
        self.body = Body(self.setup, patch) if self.inside or is_expression(self.setup) else None

    def _named(self, file: File) -> tuple[str, bool]:
        """The hook's name here, and whether it is a parameter that the set-up must take."""
        effect = self.effect
        if effect.framework == "Vue" and self.inside:
            if effect.name not in ("watch", "watchEffect", "watchPostEffect"):
                raise UnfixableError
            place = 2 if effect.name == "watch" else 0
            if len(self.setup.params) > place and self.setup.params[place].name:
                return self.setup.params[place].name, False
            if len(self.setup.params) > place or any(p.star for p in self.setup.params):
                raise UnfixableError
            return "onCleanup", True
        name, module = _HOOKS[effect.framework]
        used = imported(name, module, file, self.patch)
        if used is None and any(v.partition(":")[0] == module for v in file.module.imports.values()):
            raise UnfixableError
        return used or name, False

    def declare(self, line: str) -> None:
        if self.inside and self.body is not None:
            self.body.first(line)
        else:
            self.patch.before(self.statement, line)

    def finish(self, releases: list[str]) -> None:
        script = self.patch.script
        text = arrow(f"{self.hook}(", releases, script.unit, self.patch.semi, ")")
        if self.inside and self.body is not None:
            (self.body.first if self.at_start else self.body.last)(text)
        else:
            self.patch.after(self.statement, text)
        if self.parameter:
            self._take()
        if self.body is not None:
            self.body.close()

    def _take(self) -> None:
        """Give the set-up the parameter by which its framework hands over the hook; nobody else may call it."""
        script, given = self.patch.script, self.setup.params
        wanted = 2 if self.effect.name == "watch" else 0
        names = ["_value", "_previous", "onCleanup"][len(given) : 3] if wanted else ["onCleanup"]
        anchor, name = self.effect.anchor, self.setup.name
        if not anchor.start <= self.setup.start < anchor.end:
            # declared elsewhere: all that names it, templates included, are the declaration and the watcher
            if len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", script.text((0, len(script.source))))) != 2:
                raise UnfixableError
            names = [f"{n}: {_HANDED.get(n, 'unknown')}" for n in names] if script.typed else names
        parameters = script.function(self.setup).child_by_field_name("parameters")
        if parameters is None:
            raise UnfixableError
        if given:
            self.patch.insert(given[-1].end, "".join(f", {n}" for n in names))
        else:
            self.patch.replace(parameters.start_byte + 1, parameters.end_byte - 1, ", ".join(names))


class _Method:
    """A method of the class, or of the options of a component, that the framework or the owner calls at the end."""

    variables = False

    def __init__(self, effect: Effect, file: File, patch: Patch) -> None:
        self.patch, self.effect, self.file = patch, effect, file
        if not effect.ends:
            raise UnfixableError
        self.setup = effect.setups[0]
        self.fields: list[str] = []
        self.cleanup = _end_method(effect)
        if self.cleanup is None and effect.plain:
            raise UnfixableError
        if self.cleanup is not None and self.cleanup.params and re.match(r"_?on[A-Z]", self.cleanup.name):
            raise UnfixableError  # it hears of an end, and is none
        if self.cleanup is not None and self.cleanup.is_static and not self.setup.is_static:
            raise UnfixableError  # there, `this` is the class

    def declare(self, line: str) -> None:
        """TypeScript wants a field declared; a JavaScript attribute comes with its first assignment."""
        if self.patch.script.typed and isinstance(self.effect.scope, Class):
            self.fields.append(line)

    def _declare_fields(self, cls: Class) -> None:
        """Put the fields first, and a blank line between them and a method."""
        body = class_body(cls, self.patch)
        members = [c for c in body.named_children if c.type != "comment"]
        gap = "\n" if members and members[0].type == "method_definition" else ""
        self.patch.first(body, *self.fields[:-1], self.fields[-1] + gap)

    def finish(self, releases: list[str]) -> None:
        script, patch = self.patch.script, self.patch
        if self.fields and isinstance(self.effect.scope, Class):
            self._declare_fields(self.effect.scope)
        if self.cleanup is not None:
            into(self.cleanup, releases, patch)
            return
        method = script.function(self.setup)
        if method.type != "method_definition":
            raise UnfixableError
        indent = script.indent(method.start_byte)
        name = self._new_name()
        if name not in ("disconnectedCallback", "componentWillUnmount") and getattr(self.effect.scope, "bases", None):
            raise UnfixableError  # a base class may end something there, which nothing would call any more
        if name == "disconnectedCallback" and _has_own_base(self.effect.scope, script):
            releases = [f"super.{name}(){patch.semi}", *releases]
        lines = "".join(f"\n{indent}{script.unit}{r}" for r in releases)
        note = ": void" if name == "ngOnDestroy" and script.typed and self._implements("OnDestroy") else ""
        public = "public " if script.text(method).startswith("public ") else ""
        text = f"{public}{name}(){note} {{{lines}\n{indent}}}"
        comma = "," if isinstance(self.effect.scope, Collection) else ""
        gap = "\n\n" if not comma else "\n"
        patch.insert(method.end_byte, f"{comma}{gap}{indent}{text}")

    def _implements(self, name: str) -> bool:
        """Say of the class that it implements an interface of Angular; whether it says so of others."""
        assert isinstance(self.effect.scope, Class)
        script = self.patch.script
        nodes = list(script.walk(script.of(self.effect.scope)))
        clause = next((n for n in nodes if n.type == "implements_clause"), None)
        if clause is None:
            return False
        if not re.search(rf"\b{name}\b", script.text(clause)):
            known = imported(name, "@angular/core", self.file, self.patch)
            if known is not None:
                self.patch.insert(clause.named_children[-1].end_byte, f", {known}")
        return True

    def _new_name(self) -> str:
        ends = self.effect.ends
        if isinstance(self.effect.scope, Collection):
            return "beforeUnmount" if "beforeUnmount" in ends else ends[0]
        return ends[0]


def _has_own_base(scope: object, script: Script) -> bool:
    """Whether a custom element builds on a class that has an end of its own, as LitElement has."""
    bases = [script.text(b.value) for b in scope.bases] if isinstance(scope, Class) else []
    return any(not base.startswith("HTML") for base in bases)


def _end_method(effect: Effect) -> Function | None:
    own = [f for f in effect.cleanups if f.kind == "method" or f.closure is not None]
    if isinstance(effect.scope, Collection):
        names = ["beforeUnmount", "unmounted", "beforeDestroy", "destroyed", "deactivated"]
        return min(own, key=lambda f: names.index(f.name) if f.name in names else 9, default=None)
    return min(own, key=lambda f: f.start, default=None)


def class_body(cls: Class, patch: Patch) -> Cst:
    """The braces of a class."""
    node = patch.script.of(cls)
    for inner in patch.script.walk(node):
        if inner.type == "class_body":
            return inner
    raise UnfixableError
