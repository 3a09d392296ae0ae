"""The head of a loop: what its items are called, beside the names that are taken, and the array of them."""

from collections.abc import Sequence
from typing import Any

from asynccost.flow.around import above, function_of
from asynccost.flow.file import File
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import (
    Assign,
    Case,
    Constant,
    Define,
    Expr,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Subscript,
    Try,
)
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.loop_nodes import DECLARED, is_target, mentions
from asynccost.javascript.edits.names import inner
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.sources import Source, is_array, singular, source_of

_NAMES = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})


class LoopHead:
    """taken: how a turn calls its item. body: the statements of a turn, without one that only names the item."""

    def __init__(self, loop: Loop, file: File, patch: Patch) -> None:
        self.loop, self.file, self.patch = loop, file, patch
        self.script = patch.script
        self.function: Function = function_of(loop)
        self.node = self.script.statement(loop)
        self.indent = self.script.indent(self.node.start_byte)
        self.body: list[Any] = list(loop.body)
        if loop.label or loop.is_async or self.node.parent is None or self.node.type == "labeled_statement":
            raise UnfixableError
        block = self.node.child_by_field_name("body")
        if block is None:
            raise UnfixableError
        self.block = block
        self.used = _visible(loop) | {self.script.text(n) for n in self.script.walk(self.node) if n.type in _NAMES}
        self.taken = self._target()

    def name(self, *wanted: str) -> str:
        """A name for what the loop becomes: the first of these that hides nothing and that nothing there uses."""
        name = next((w for w in wanted if w not in self.used), None) or inner(wanted[0], "", self.used)
        self.used.add(name)
        return name

    # ------------------------------------------------------------------ header

    def _target(self) -> str:
        """How each item is named, and the list that they come from (`self.items`)."""
        loop = self.loop
        if loop.kind == "for" and loop.iter is not None and loop.target is not None:
            header = self.script.text((loop.start, loop.target.start))
            if not header.rstrip().endswith(DECLARED):
                raise UnfixableError
            self.items: Expr = loop.iter
            self.spelled = ""
            return self.script.text(loop.target)
        if loop.kind == "count":
            return self._counted()
        raise UnfixableError

    def _counted(self) -> str:
        """`for (let i = 0; i < xs.length; i++)`: the items, where only `xs[i]` is used, else the numbers."""
        loop = self.loop
        test = loop.test
        right = getattr(test, "parts", [None, None])[-1]
        first = loop.setup[0] if len(loop.setup) == 1 else None
        zero = isinstance(first, Assign) and isinstance(first.value, Constant) and first.value.value == 0
        if getattr(test, "op", "") != "<" or not isinstance(right, Member) or right.attr != "length" or not zero:
            raise UnfixableError
        assert isinstance(first, Assign)
        index = first.targets[0]
        if not isinstance(index, Name):
            raise UnfixableError
        self.items = right.value
        reads = mentions(self.body, index.id)
        places = [self._place(n) for n in reads]
        if not all(p is not None for p in places) or any(is_target(p) for p in places):
            known = is_array(right.value, self.function, self.file, self.script)
            items = self.script.text(right.value)
            self.spelled = f"[...{items}.keys()]" if known else f"[...Array({items}.length).keys()]"
            return index.id
        self.spelled = ""
        return self._item_name([p for p in places if p is not None])

    def _place(self, index: Name) -> Subscript | None:
        up = index.parent
        same = isinstance(up, Subscript) and up.index is index
        text = self.script.text
        return up if isinstance(up, Subscript) and same and text(up.value) == text(self.items) else None

    def _item_name(self, places: list[Subscript]) -> str:
        first = self.body[0] if self.body else None
        if isinstance(first, Assign) and first.declares == "const" and len(places) == 1 and first.value is places[0]:
            statement = self.script.statement(first)
            following = statement.next_named_sibling
            plain = self.script.text((first.start, first.end)).endswith(f"= {self.script.text(places[0])}")
            if plain and following is not None and following.type != "comment" and len(self.body) > 1:
                self.patch.replace(statement.start_byte, following.start_byte, "")
                self.body = self.body[1:]
                return self.script.text(first.targets[0])
        name = self.name(singular(self.script.text(self.items)), "item", "one")
        for place in places:
            self.patch.replace(place.start, place.end, name)
        return name

    def source(self) -> Source:
        name = self.name("indexes") if self.spelled else self.name("items", "list", "entries", "all")
        made = source_of(self.items, self.function, self.file, self.patch, name)
        if not self.spelled:
            return made
        if made.short:
            return Source(self.spelled, "", True)
        return Source(name, f"const {name} = {self.spelled}{self.patch.semi}", False)


def _visible(node: Node) -> set[str]:
    """The names that code at a place sees of its functions: what is declared there anew would hide them.

    Those of the blocks, loops and functions that the statement stands in; a module's may be hidden.
    """
    mine = function_of(node)
    names = {n for up in above(node) for n in _declared(up, node)} | _parameters(mine)
    names |= _of_block(mine.body)
    return names.union(*(one.bindings for one in scopes(mine.scope) if one.kind != "module"))


def _declared(up: Node, node: Node) -> set[str]:
    """What a statement around a place declares for it: in its head, and in the block of it that holds the place."""
    names: set[str] = set()
    if isinstance(up, Loop):
        names |= _named(up.target) | _of_block(up.setup)
    elif isinstance(up, Handler) and up.name:
        names.add(up.name)
    blocks = [up.body] if isinstance(up, (If, Loop, Try, Handler, Case)) else []
    blocks += [up.orelse] if isinstance(up, If) else [up.orelse, up.final] if isinstance(up, Try) else []
    for block in blocks:
        if any(s.start <= node.start and node.end <= s.end for s in block):
            names |= _of_block(block)
    return names


def _of_block(block: Sequence[Node]) -> set[str]:
    """What the statements of a block declare; those within them declare for themselves, `var` aside."""
    names: set[str] = set()
    for statement in block:
        if isinstance(statement, Assign) and statement.declares:
            names |= {name for target in statement.targets for name in _named(target)}
        elif isinstance(statement, Define):
            names.add(statement.what.name)
    return names


def _named(target: Node | None) -> set[str]:
    return {n.id for n in walk(target) if isinstance(n, Name)} if target is not None else set()


def _parameters(function: Function) -> set[str]:
    names: set[str] = set()
    for param in function.params:
        names |= {param.name} | _named(param.pattern)
    return names - {""}
