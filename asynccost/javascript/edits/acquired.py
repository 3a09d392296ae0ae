"""Keeping the handle of what an effect starts, and the text that gives it back."""

import re
from dataclasses import dataclass, field

from tree_sitter import Node as Cst

from asynccost.flow.around import class_around, use_of
from asynccost.flow.file import File
from asynccost.flow.handles import Place, kept_in, mentions, same_text
from asynccost.flow.lifecycle import Effect
from asynccost.flow.reach import binder
from asynccost.flow.release import Acquisition
from asynccost.flow.tree import Assign, Bind, Call, Do, Function, Loop, Member, Name, Node, With
from asynccost.javascript.edits.endings import Ending, UnfixableError
from asynccost.javascript.edits.handle_texts import NUMBERS, release_text, type_of, wanted_name
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.late import runs_late
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script

_UNDERSCORED = re.compile(r"\bprivate (?:readonly |async |static )*_\w")  # how a class names what is its own
_MEDIA = frozenset({"getUserMedia", "getDisplayMedia"})


@dataclass(slots=True)
class Releasing:
    """What keeping several handles takes: `releases` for the cleanup, and whether each is certain to match.

    nested: a handle is acquired by a callback, so that only its newest is released.
    """

    effect: Effect
    file: File
    patch: Patch
    end: Ending
    releases: list[str] = field(default_factory=list)
    nested: bool = False
    flag: str = ""
    subscription: str = ""
    names: set[str] = field(default_factory=set)

    @property
    def script(self) -> Script:
        return self.patch.script

    @property
    def setup(self) -> Function:
        return self.effect.setups[0]

    def name(self, wanted: str) -> str:
        """A name that is free where it is declared."""
        scope = self.effect.scope
        home = self.setup if self.end.variables and not self._outside() else self.file.module.top
        home = scope if self._outside() and isinstance(scope, Function) else home
        made = fresh(wanted, home, self.file, self.names)
        self.names.add(made)
        return made

    def attribute(self, wanted: str, own: str = "") -> str:
        """`this.name` for a name that no other member of the class has. own: a local name that makes way for it."""
        scope = self.effect.scope
        source = self.script.text(scope)
        name, number = wanted, 2
        if own == wanted:
            source = source.replace(own, "", 1)
        while _is_member(name, source) or name in self.names:
            name, number = f"{wanted}{number}", number + 1
        self.names.add(name)
        return f"this.{name}"

    # ------------------------------------------------------------------ handles

    def keep(self, got: Acquisition) -> None:
        """Keep one acquisition's handle and note its release. Raises UnfixableError."""
        if got.pair.handle == "same":
            raise UnfixableError
        what, places = kept_in(got.call)
        word = got.pair.name.rpartition(":")[2].rpartition(".")[2] if ":" not in got.pair.name else "io"
        word = "WebSocket" if got.pair.name.startswith(("ws:", "reconnecting")) else word
        if word in _MEDIA:
            raise UnfixableError
        if what == "kept":
            handle = self._kept(got, places[0], word)
        elif what == "dropped" or what == "chained":
            handle = self._dropped(got, word, chained=what == "chained")
        elif use_of(got.call).kind == "argument":
            handle = self._taken_out(got, word)
        else:
            raise UnfixableError
        certain = handle in self._certain() or handle.startswith("const ")
        self.releases.append(release_text(got, handle, word, self.script, certain=certain) + self.patch.semi)

    def _place(self, got: Acquisition) -> str:
        """"direct": a statement of the set-up; "branch": under a test of it; "nested": in a function written there."""
        function = got.function
        if function is self.setup:
            statement = self.script.statement(got.call)
            for up in _around(got.call):
                if isinstance(up, (Loop, With)):
                    raise UnfixableError
            body = self.script.body(self.setup)
            block = statement.parent
            return "direct" if block == body or statement == body else "branch"
        here: Function | None = function
        while here is not None and here is not self.setup:
            here = here.scope
        if here is None and self.end.variables:
            raise UnfixableError  # a helper of the component, which more than one effect may call
        return "nested"

    def _dropped(self, got: Acquisition, word: str, *, chained: bool) -> str:
        script, patch = self.script, self.patch
        place = self._place(got)
        if any(isinstance(up, (Loop, With)) for up in _around(got.call)):
            raise UnfixableError
        statement = script.statement(got.call)
        value: Node = got.call
        if chained:
            member = got.call.parent
            if not isinstance(member, Member) or not isinstance(member.parent, Call):
                raise UnfixableError
            value = member.parent
        at = script.of(value)
        alone = isinstance(value.parent, Do) or (at == statement) or at.parent == statement
        body = place == "direct" and at.start_byte == got.call.start and _is_body(at, script, self.setup)
        if not body and (not alone or at.start_byte != statement.start_byte):
            raise UnfixableError
        name = wanted_name(word, got, self.file)
        start = at.start_byte
        if not self.end.variables:
            self._needs_this(got.function)
            handle = f"this.{self._attribute(name, got, word)}"
            patch.insert(start, f"{self._guard(got)}{handle} = ")
        elif place == "direct" and not self._outside():
            handle = self.name(name)
            patch.insert(start, f"const {handle} = ")
        else:
            handle = self.name(name)
            self.end.declare(self._let(handle, got, word))
            self.nested = self.nested or place == "nested"
            patch.insert(start, f"{self._guard(got)}{handle} = ")
            if place == "nested" and not chained:
                self._first_of(got, handle)
        if chained:
            if script.text((at.start_byte, at.start_byte + 3)) != "new":
                raise UnfixableError
            indent = script.indent(start)
            patch.insert(got.call.end, f"{patch.semi}\n{indent}{handle}")
        return handle

    def _taken_out(self, got: Acquisition, word: str) -> str:
        """What is handed to a call gets a name before it: `const url = make(); show(url)`."""
        script, patch = self.script, self.patch
        statement, outer = script.statement(got.call), use_of(got.call).node
        plain = isinstance(outer, Call) and isinstance(outer.parent, Do) and isinstance(outer.callee, Name)
        if self._place(got) != "direct" or not plain or self._outside() or not self.end.variables:
            raise UnfixableError
        if script.body(self.setup) == statement:
            raise UnfixableError
        handle = self.name("objectUrl" if word == "createObjectURL" else wanted_name(word, got, self.file))
        patch.before(statement, f"const {handle} = {script.flat(got.call)}{patch.semi}")
        patch.replace(got.call.start, got.call.end, handle)
        return handle

    def _first_of(self, got: Acquisition, handle: str) -> None:
        """The call of the set-up that starts what then starts itself again: its handle is kept as well."""
        for call in self.setup.index.calls if self.setup.index else ():
            same = same_text(call.callee, got.call.callee, self.file) and call.arguments and got.call.arguments
            if same and isinstance(call.parent, Do) and same_text(call.arguments[0], got.call.arguments[0], self.file):
                self.patch.insert(call.start, f"{handle} = ")

    def _outside(self) -> bool:
        """Whether the cleanup stands outside the set-up, where it does not see its variables."""
        return getattr(self.end, "inside", True) is False

    def _kept(self, got: Acquisition, place: Place, word: str) -> str:
        script = self.script
        target = _target(got.call)
        if place.many or target is None:
            return self._many(got, place)
        if place.root in ("this", "self") or not isinstance(target, Name):
            return self._member(got, place, target)
        scope = binder(place.root, got.function)
        inside = scope is not None and self._within_setup(scope)
        if not inside:
            seen = scope is None or (scope.start <= self.setup.start and self.setup.end <= scope.end)
            if not self.end.variables or not seen:  # a variable of another function, which the cleanup does not see
                raise UnfixableError
            return place.root
        declared = script.statement(target)
        if declared.type not in ("lexical_declaration", "variable_declaration"):
            declared = self._declaration(place.root, scope)
        visible = declared.parent == script.body(self.setup) and not self._outside() and self.end.variables
        if visible:
            return place.root
        return self._hoisted(got, place, declared, word, scope)

    def _within_setup(self, scope: Function) -> bool:
        here: Function | None = scope
        while here is not None:
            if here is self.setup:
                return True
            here = here.scope
        return scope.owner is None and not self.end.variables and class_around(scope) is self.effect.scope

    def _declaration(self, name: str, scope: Function | None) -> Cst:
        for assign in scope.index.assigns if scope is not None and scope.index else ():
            if isinstance(assign, Assign) and assign.declares and any(
                isinstance(t, Name) and t.id == name for t in assign.targets
            ):
                return self.script.statement(assign)
        raise UnfixableError

    def _hoisted(self, got: Acquisition, place: Place, declared: Cst, word: str, scope: Function | None) -> str:
        """A variable further out takes the handle: it replaces the inner one, or is set beside it."""
        script, patch = self.script, self.patch
        at = self._place(got)
        self.nested = self.nested or at == "nested"
        if runs_late(got.function, self.setup, self.file, got):
            self._return_early(got)
        declarators = [c for c in declared.named_children if c.type == "variable_declarator"]
        if not self.end.variables:
            self._needs_this(got.function)
            only = re.findall(rf"(?<![\w$]){re.escape(place.root)}(?![\w$])", script.text(self.effect.scope))
            if len(declarators) == 1 and len(only) == 1 and declared.end_byte >= got.call.end > declared.start_byte:
                handle = f"this.{self._attribute(place.root.lstrip('_') or place.root, got, word, own=place.root)}"
                patch.replace(declared.start_byte, script.of(got.call).start_byte, f"{handle} = ")
                return handle
            handle = f"this.{self._attribute(place.root, got, word)}"
            patch.after(script.statement(got.call), f"{handle} = {place.root}{patch.semi}")
            return handle
        others = [
            m for m in mentions(place, got.function, self.file) if m.function is not got.function
        ]
        simple = len(declarators) == 1 and got.call.start > declared.start_byte and got.call.end <= declared.end_byte
        noted = simple and declarators[0].child_by_field_name("type") is not None
        if simple and not noted and (not others or at != "nested"):
            home = self.effect.scope if isinstance(self.effect.scope, Function) else self.setup
            outer = self.setup if not self._outside() else home
            alone = scope is outer and len((outer.index.bound if outer.index else {}).get(place.root, [])) == 1
            if alone or place.root not in outer.bindings:
                self.end.declare(self._let(place.root, got, word))
                patch.replace(declared.start_byte, declarators[0].start_byte, "")
                self.names.add(place.root)
                return place.root
        handle = self.name(_beside(place.root))
        self.end.declare(self._let(handle, got, word))
        patch.after(script.statement(got.call), f"{handle} = {place.root}{patch.semi}")
        return handle

    def _member(self, got: Acquisition, place: Place, target: Node) -> str:
        text = self.script.text(target)
        if place.root in ("this", "self"):
            self._needs_this(got.function)
            self._guarded(got, target)
            return text
        scope = binder(place.root, got.function)
        if scope is not None and self._within_setup(scope) and scope is not self.setup:
            raise UnfixableError
        self._guarded(got, target)
        return text

    def _guarded(self, got: Acquisition, target: Node) -> None:
        """What a late callback would start again is started only while the effect lasts."""
        guard = self._guard(got)
        if guard:
            statement = self.script.statement(got.call)
            if statement.start_byte != target.start:
                raise UnfixableError
            self.patch.insert(statement.start_byte, guard)

    def _many(self, got: Acquisition, place: Place) -> str:
        scope = binder(place.root, got.function)
        if scope is self.setup and self._outside():
            raise UnfixableError
        if scope is not None and self._within_setup(scope) and scope is not self.setup:
            raise UnfixableError
        use = use_of(got.call)
        if not (use.kind == "argument" and isinstance(use.node, Call) and isinstance(use.node.callee, Member)):
            raise UnfixableError
        if use.node.callee.attr not in ("push", "add"):
            raise UnfixableError
        return ".".join((place.root, *place.path)) + "[]"

    # ------------------------------------------------------------------- texts

    def _let(self, name: str, got: Acquisition, word: str) -> str:
        semi = self.patch.semi
        if word in NUMBERS:
            return f"let {name} = 0{semi}"
        if not self.script.typed:
            return f"let {name}{semi}"
        return f"let {name}: {self._type(got, word)} | undefined{semi}"

    def _type(self, got: Acquisition, word: str) -> str:
        """The type of a handle; a subscription of rxjs by its name, where the file imports from there."""
        said = type_of(got, word, self.script)
        if not said.startswith("{ unsubscribe"):
            return said
        if not self.subscription:
            self.subscription = imported("Subscription", "rxjs", self.file, self.patch) or said
        return self.subscription

    def _attribute(self, wanted: str, got: Acquisition, word: str, own: str = "") -> str:
        """A free attribute of the class; TypeScript has it declared."""
        if _UNDERSCORED.search(self.script.text(self.effect.scope)) and not own:
            wanted = f"_{wanted.lstrip('_')}"
        name = self.attribute(wanted, own).removeprefix("this.")
        typed = f"private {name}?: {self._type(got, word)}{self.patch.semi}" if self.script.typed else ""
        if typed:
            self.end.declare(typed)
        return name

    def _needs_this(self, function: Function) -> None:
        """Whether `this` is the object in a function: arrows only, up to a method."""
        here: Function | None = function
        while here is not None and here.owner is None and here.kind == "arrow":
            here = here.scope
        if here is None or (here.owner is None and here.closure is None) or here.kind == "function":
            raise UnfixableError

    def _guard(self, got: Acquisition) -> str:
        """`if (!ended) ` where the code that starts it may run when the effect is over."""
        if not runs_late(got.function, self.setup, self.file, got):
            return ""
        self.nested = True
        return f"if (!{self._flag()}) "

    def _return_early(self, got: Acquisition) -> None:
        statement = self.script.statement(got.call)
        body = self.script.body(got.function)
        if body is None or statement.parent != body:
            raise UnfixableError
        self.nested = True
        self.patch.before(statement, f"if ({self._flag()}) return{self.patch.semi}")

    def _flag(self) -> str:
        if self.flag:
            return self.flag
        semi = self.patch.semi
        if self.end.variables:
            self.flag = self.name("stopped")
            self.end.declare(f"let {self.flag} = false{semi}")
        else:
            self.flag = "this.stopped"
            if "stopped" in self.script.text(self.effect.scope) or not self._restarts():
                raise UnfixableError
        self.releases.insert(0, f"{self.flag} = true{semi}")
        return self.flag

    def _restarts(self) -> bool:
        """Whether setting up again takes the flag back: it is written at the start of the set-up."""
        body = self.script.body(self.setup)
        if body is None or body.type != "statement_block":
            return False
        if self.script.typed:
            self.end.declare(f"private stopped = false{self.patch.semi}")
        self.patch.first(body, f"this.stopped = false{self.patch.semi}")
        return True

    def _certain(self) -> set[str]:
        """The names that have a value whenever the cleanup runs: constants of the set-up itself."""
        found = {c for _, _, t in self.patch.changes() if t.startswith("const ") for c in [t.split()[1]]}
        for assign in self.setup.index.assigns if self.setup.index else ():
            if isinstance(assign, Assign) and assign.declares == "const" and any(
                statement is assign for statement in self.setup.body
            ):
                found |= {t.id for t in assign.targets if isinstance(t, Name)}
        return found


def _is_member(name: str, source: str) -> bool:
    """Whether a class, or the options of a component, may have a member of a name; a local name is none."""
    word = re.escape(name)
    return re.search(
        rf"[.#]{word}\b|^\s*(?:(?:private|public|protected|readonly|static|async|get|set|declare)\s+)*{word}\b"
        rf"|\b{word}\s*[:(]|[\"']{word}[\"']", source, re.M,
    ) is not None


def _beside(name: str) -> str:
    return f"active{name[:1].upper()}{name[1:]}"


def _around(node: Node) -> list[Node]:
    found: list[Node] = []
    up = node.parent
    while up is not None and not isinstance(up, Function):
        found.append(up)
        up = up.parent
    return found


def _target(call: Call) -> Node | None:
    """What a call's value is assigned to."""
    use = use_of(call)
    if use.kind != "assigned":
        return None
    node = use.node
    targets = node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
    return targets[0] if len(targets) == 1 else None


def _is_body(node: Cst, script: Script, function: Function) -> bool:
    body = script.body(function)
    return body is not None and body.start_byte == node.start_byte and body.end_byte == node.end_byte


