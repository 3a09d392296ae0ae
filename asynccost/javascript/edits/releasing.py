"""The cleanup of an effect in the making: its lines, free names for handles, and the flag that says that it has run."""

import re
from dataclasses import dataclass, field

from tree_sitter import Node as Cst

from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Function, Name
from asynccost.javascript.edits.endings import Ending, UnfixableError
from asynccost.javascript.edits.handle_texts import NUMBERS, type_of
from asynccost.javascript.edits.imports import imported_beside
from asynccost.javascript.edits.late import runs_late
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script

_UNDERSCORED = re.compile(r"\bprivate (?:readonly |async |static )*_\w")  # how a class names what is its own


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
        home = self.setup if self.end.variables and not self.outside() else self.file.module.top
        home = scope if self.outside() and isinstance(scope, Function) else home
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

    def outside(self) -> bool:
        """Whether the cleanup stands outside the set-up, where it does not see its variables."""
        return getattr(self.end, "inside", True) is False

    def certain(self) -> set[str]:
        """The names that have a value whenever the cleanup runs: constants of the set-up itself."""
        found = {c for _, _, t in self.patch.changes() if t.startswith("const ") for c in [t.split()[1]]}
        for assign in self.setup.index.assigns if self.setup.index else ():
            if isinstance(assign, Assign) and assign.declares == "const" and any(
                statement is assign for statement in self.setup.body
            ):
                found |= {t.id for t in assign.targets if isinstance(t, Name)}
        return found

    def let(self, name: str, got: Acquisition, word: str) -> str:
        """The declaration of a variable for a handle; word: the last word of the call that hands it out."""
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
            known = imported_beside("Subscription", "rxjs", "@angular/core", self.file, self.patch)
            self.subscription = known or said
        return self.subscription

    def member(self, wanted: str, got: Acquisition, word: str, own: str = "") -> str:
        """`this.name` for a free attribute of the class; TypeScript has it declared."""
        if _UNDERSCORED.search(self.script.text(self.effect.scope)) and not own:
            wanted = f"_{wanted.lstrip('_')}"
        name = self.attribute(wanted, own).removeprefix("this.")
        typed = f"private {name}?: {self._type(got, word)}{self.patch.semi}" if self.script.typed else ""
        if typed:
            self.end.declare(typed)
        return f"this.{name}"

    def needs_this(self, function: Function) -> None:
        """Raise UnfixableError unless `this` is the object in a function: arrows only, up to a method."""
        here: Function | None = function
        while here is not None and here.owner is None and here.kind == "arrow":
            here = here.scope
        if here is None or (here.owner is None and here.closure is None) or here.kind == "function":
            raise UnfixableError

    def guard(self, got: Acquisition) -> str:
        """`if (!ended) ` where the code that starts it may run when the effect is over."""
        if not runs_late(got.function, self.setup, self.file, got):
            return ""
        self._sees_flag(got.function)
        self.nested = True
        return f"if (!{self._flag()}) "

    def return_early(self, got: Acquisition) -> None:
        """Leave the function before it starts anything, where the effect is over."""
        statement = self.script.statement(got.call)
        body = self.script.body(got.function)
        if body is None or statement.parent != body:
            raise UnfixableError
        self._sees_flag(got.function)
        self.nested = True
        self.patch.before(statement, f"if ({self._flag()}) return{self.patch.semi}")

    def _sees_flag(self, function: Function) -> None:
        """Raise UnfixableError where a flag that is a variable is none of what a function sees."""
        home = self.effect.scope if self.outside() else self.setup
        here: Function | None = function
        while self.end.variables and here is not home:
            if here is None:
                raise UnfixableError
            here = here.scope

    def _flag(self) -> str:
        """What says that the effect is over; declared, and set in the cleanup, when it is first asked for."""
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
        line = f"this.stopped = false{self.patch.semi}"
        if (calls_base := next(filter(_calls_base, body.named_children), None)) is not None:
            self.patch.after(calls_base, line)  # before it there is no `this`
        else:
            self.patch.first(body, line)
        return True


def _calls_base(statement: Cst) -> bool:
    """`super(props);`."""
    return statement.type == "expression_statement" and (statement.text or b"").startswith(b"super(")


def _is_member(name: str, source: str) -> bool:
    """Whether a class, or the options of a component, may have a member of a name; a local name is none."""
    word = re.escape(name)
    return re.search(
        rf"[.#]{word}\b|^\s*(?:(?:private|public|protected|readonly|static|async|get|set|declare)\s+)*{word}\b(?!\s*\??\.)"
        rf"|\b{word}\s*[:(]|[\"']{word}[\"']", source, re.M,
    ) is not None
