"""The call that builds a client, written so that another function of the module can make it."""

import ast
import textwrap
from functools import cached_property

from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Assign, Call, Expr, Function, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.python.codemod.building import Building, steady
from asynccost.python.codemod.joining import width
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.names import changed_in, names_in


class Recipe:
    """How a client is built. text: the call, with settled local names written out; locals: the statements that then
    serve nobody; own: whether it names `self`. ok is False where it depends on the call."""

    def __init__(self, made: Building, file: File, *, indent: str, changed: frozenset[str] = frozenset()) -> None:
        self.made, self.file = made, file
        self.layout = layout_of(file)
        self.locals: list[Assign] = []
        self.comments: list[str] = []  # those behind these statements
        self.own = False
        self.ok = True
        self._changed = changed
        call = made.call
        self._indent = self.layout.indent(made.statement.start)
        self.indent = indent
        written = changed_in(*made.function.body) - {"self"}
        parts: list[Expr] = [call.callee, *(a.value for a in call.arguments)]
        self._spots: list[tuple[int, int, str]] = []
        for part in parts:
            if not steady(part, made.function, written, set(changed), file.names):
                self.ok = False
            for name in names_in(part):
                self._look(name, made.function)
        self.text = self._written(call.start, call.end, self._spots) if self.ok else ""
        if self._spots and "\n" in self.text:
            arguments = [self._part(a) for a in call.arguments]
            self.ok = not any("\n" in one for one in arguments)  # lines of two places have no common indentation
            self.text = f"{self._part(call.callee)}({', '.join(arguments)})" if self.ok else ""

    def _look(self, name: Name, function: Function) -> None:
        if name.id == "self":
            self.own = True
            return
        scope = binder(name.id, function)
        if name.id == "cls" or (scope is None and self._nested_import(name.id)):
            self.ok = False
        elif scope is not None and scope.kind != "module":
            self._write_out(name, scope, function)

    def _nested_import(self, name: str) -> bool:
        """Whether only functions import a name, each for itself."""
        return name in self.file.module.imports and name not in self.file.module.top.bindings

    def _write_out(self, name: Name, scope: Function, function: Function) -> None:
        """Put the value in the place of a local name that has but one."""
        values = scope.index.bound.get(name.id, []) if scope.index else []
        value = values[0] if len(values) == 1 else None
        if value is None or scope is not function or not isinstance(value.parent, Assign) or not self._settled(value):
            self.ok = False
            return
        self._spots.append((name.start, name.end, self._written(value.start, value.end, [])))
        reads = [n for n in (scope.index.names if scope.index else ()) if n.id == name.id and not _is_target(n)]
        inside = all(self.made.call.start <= n.start and n.end <= self.made.call.end for n in reads)
        if inside and len(value.parent.targets) == 1 and self.layout.alone(value.parent):
            self.locals.append(value.parent)
            behind = self.layout.text(value.parent.end, self.layout.line_end(value.parent.end)).strip()
            self.comments += [behind] if behind else []

    def _settled(self, value: Expr) -> bool:
        function = self.made.function
        written = changed_in(*function.body) - {"self"}
        if not steady(value, function, written, set(self._changed), self.file.names):
            return False
        for name in names_in(value):
            scope = binder(name.id, function)
            if name.id == "self":
                self.own = True
            elif (scope is not None and scope.kind != "module") or (scope is None and self._nested_import(name.id)):
                return False
        return True

    def _written(self, start: int, end: int, spots: list[tuple[int, int, str]]) -> str:
        if spots:
            text, at = "", start
            for first, last, new in sorted(spots):
                text += self.layout.text(at, first) + new
                at = last
            return text + self.layout.text(at, end)
        return self.layout.shifted(start, end, self._indent, self.indent)

    @cached_property
    def key(self) -> str:
        """Equal keys build equal clients."""
        try:
            return ast.dump(ast.parse(textwrap.dedent(self.text), mode="eval"))
        except SyntaxError:  # written for a newer Python than this one
            return " ".join(self.text.split())

    def fitted(self, before: int, unit: str) -> str:
        """The call as it fits behind so many columns: one argument a line where it is too long for one."""
        call = self.made.call
        if "\n" in self.text or before + len(self.text) <= width(self.layout) or not call.arguments:
            return self.text
        arguments = [self._part(a) for a in call.arguments]
        lines = "".join(f"\n{self.indent}{unit}{a}," for a in arguments)
        return f"{self._part(call.callee)}({lines}\n{self.indent})"

    def _part(self, node: Node) -> str:
        inside = [spot for spot in self._spots if node.start <= spot[0] and spot[1] <= node.end]
        return self._written(node.start, node.end, inside)


def _is_target(name: Name) -> bool:
    return isinstance(name.parent, Assign) and any(t is name for t in name.parent.targets)


def callee_is_class(call: Call, file: File) -> bool:
    """Whether what is called can stand in an annotation."""
    last = (file.resolve(call.callee) or "").rpartition(".")[2]
    return last[:1].isupper() and all(isinstance(n, (Name, Member, Argument)) for n in walk(call.callee))
