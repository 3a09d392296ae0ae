"""What a loop reads like whose turns run side by side, and the type of what its turns return."""

from typing import Any

from asynccost.flow.reach import binder
from asynccost.flow.tree import Assign, Await, Call, Collection, Constant, Expr, Function, Member, Name, Node, Subscript
from asynccost.flow.words import chain
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.loop_head import LoopHead
from asynccost.javascript.edits.loop_nodes import identifiers, mentions, within
from asynccost.javascript.edits.script import Script
from asynccost.javascript.edits.sources import AT_ONCE, Source


class LoopText:
    """The text that takes the place of one loop."""

    def __init__(self, head: LoopHead) -> None:
        self.head, self.patch, self.script = head, head.patch, head.script
        self.node, self.block, self.indent = head.node, head.block, head.indent

    def arrow(self) -> str:
        """The head of the function that takes an item."""
        return self.script.arrow(self.head.taken) if self.head.taken.isidentifier() else f"({self.head.taken}) =>"

    def has_comments(self) -> bool:
        """Whether a comment stands among the statements: then the body is kept as it is."""
        return any(c.type == "comment" for c in self.block.named_children)

    def inner(self, by: str) -> str:
        """What stands between the braces, moved."""
        if self.block.type == "statement_block":
            return self.patch.within(self.block.start_byte + 1, self.block.end_byte - 1, by)
        text = self.patch.within(self.block.start_byte, self.block.end_byte, by)
        short = not by
        return f"\n{self.deep(short)}{text}\n{self.close(short)}"

    def deep(self, short: bool) -> str:
        """The indent of a turn's statements; short: the loop goes in no batches."""
        return self.indent + self.script.unit * (1 if short else 2)

    def close(self, short: bool) -> str:
        """The indent of the brace behind them."""
        return self.indent + ("" if short else self.script.unit)

    def _all(self, items: str, work: str, by: str) -> str:
        """`await Promise.all(items.map(work))`, over three lines where one would be too long."""
        call = f"{items}.map({work})"
        script, deep = self.script, self.indent + by
        if "\n" not in work and len(f"{deep}const results = await Promise.all({call})") > script.width:
            inner = f"{by}{script.unit}"
            return f"await Promise.all(\n{self.indent}{inner}{call}{script.argument_comma}\n{deep})"
        return f"await Promise.all({call})"

    def write(self, source: Source, work: str, out: str, flat: str, merged: Node | None) -> None:
        """Write `await Promise.all(...)`, in batches or in one go."""
        semi, unit, indent = self.patch.semi, self.script.unit, self.indent
        if source.short:
            call = self._all(source.text, work, "")
            call = f"({call}){flat}" if flat else call
            if merged is not None and isinstance(merged, Assign) and merged.value is not None:
                self._assign(source, merged, merged.value.start, merged.value.end, call)
                return
            text = f"{out}.push(...({call})){semi}" if out else f"{call}{semi}"
            self._replace(source, text)
            return
        start, batch = self.head.name("start", "offset"), self.head.name("batch", "chunk")
        lines = [
            f"for (let {start} = 0; {start} < {source.text}.length; {start} += {AT_ONCE}) {{",
            f"{unit}const {batch} = {source.text}.slice({start}, {start} + {AT_ONCE}){semi}",
        ]
        call = self._all(batch, work, unit)
        if out:
            done = self.head.name("done", "results")
            lines += [f"{unit}const {done} = {call}{semi}", f"{unit}{out}.push(...{done}{flat}){semi}"]
        else:
            lines.append(f"{unit}{call}{semi}")
        lines.append("}")
        self._replace(source, f"\n{indent}".join(lines))

    def _assign(self, source: Source, merged: Assign, start: int, end: int, call: str) -> None:
        """Give the list its value where it is declared, or, where others are declared behind it, at the loop."""
        statement = self.script.statement(merged)
        behind = statement.next_named_sibling
        if behind == self.node or behind is None:
            self.patch.replace(start, end, call)
            self.patch.replace(statement.end_byte, self.node.end_byte, "")
            return
        head = self.patch.within(statement.start_byte, start)
        self._replace(source, f"{head}{call}{self.patch.semi}")
        self.patch.replace(statement.start_byte, behind.start_byte, "")

    def write_phases(
        self, source: Source, work: str, pattern: str, first: int, rest: list[Any], by: str, wait: Await | None
    ) -> None:
        """Write the waits side by side, then a loop in which the rest of each turn follows in order."""
        semi, unit, indent = self.patch.semi, self.script.unit, self.indent
        end = self.block.end_byte - 1
        if self.block.type != "statement_block":
            raise UnfixableError
        remainder = self.patch.within(first, end, by).rstrip()
        names = identifiers(self.head.taken)
        wants_item = any(not within(m, wait) for name in names for m in mentions(rest, name))
        results = self.head.name("answers", "responses")
        lines = []
        items = source.text
        if not source.short:
            start, items = self.head.name("start", "offset"), self.head.name("batch", "chunk")
            lines += [
                f"for (let {start} = 0; {start} < {source.text}.length; {start} += {AT_ONCE}) {{",
                f"{by}const {items} = {source.text}.slice({start}, {start} + {AT_ONCE}){semi}",
            ]
        elif wants_item and not source.text.replace(".", "").isidentifier():
            raise UnfixableError
        lines.append(f"{by}const {results} = {self._all(items, work, by)}{semi}")
        if wants_item:
            index = self.head.name("i", "index")
            lines.append(f"{by}for (const [{index}, {self.head.taken}] of {items}.entries()) {{")
            lines.append(f"{by}{unit}const {pattern} = {results}[{index}]{semi}")
        else:
            lines.append(f"{by}for (const {pattern} of {results}) {{")
        lines.append(f"{by}{unit}{remainder}")
        lines.append(f"{by}}}")
        if not source.short:
            lines.append("}")
        self._replace(source, f"\n{indent}".join(lines))

    def _replace(self, source: Source, text: str) -> None:
        before = f"{source.before}\n{self.indent}" if source.before else ""
        self.patch.within(self.node.start_byte, self.node.end_byte)
        self.patch.replace(self.node.start_byte, self.node.end_byte, before + text)


def has_literals(value: Expr) -> bool:
    """Whether a value is an object with a text or a truth among its values: `{ status: "ok" }`."""
    if not isinstance(value, Collection):
        return False
    return any(
        has_literals(item) or (isinstance(item, Constant) and isinstance(item.value, (str, bool)))
        for item in value.items
    )


def returned_note(push: Call, one: bool, function: Function, script: Script) -> str:
    """`: Promise<Row>` of a callback that returns what `rows: Row[]` was to get; "" where the list has no type.

    TypeScript would not see it by itself. one: whether it returns the value itself, not a list of it. Raises
    UnfixableError where the type is not in sight.
    """
    listed = push.callee.value if isinstance(push.callee, Member) else None
    scope = binder(listed.id, function) if isinstance(listed, Name) else None
    if scope is None or not isinstance(listed, Name):
        raise UnfixableError
    notes = [p.annotation for p in scope.params if p.name == listed.id]
    assigns = scope.index.assigns if scope.index else []
    notes += [a.annotation for a in assigns if isinstance(a, Assign) and a.declares and _binds(a, listed.id)]
    if len(notes) != 1 or (notes[0] is None and any(p.name == listed.id for p in scope.params)):
        raise UnfixableError
    note = notes[0]
    if note is None:
        return ""
    if not isinstance(note, Subscript) or chain(note.value)[-1] != "Array" or note.index is None:
        raise UnfixableError
    kind = script.text(note.index)
    many = f"Array<{kind}>" if " " in kind else f"{kind}[]"
    return f": Promise<{kind if one else many}>"


def _binds(assign: Assign, name: str) -> bool:
    return any(isinstance(target, Name) and target.id == name for target in assign.targets)
