"""Loops whose turns run side by side, in one of three shapes that keep the order of what they leave behind.

    collected   each turn returns what it pushed; the results are pushed in the order of the items
    two phases  the waits run side by side, then the rest of each turn runs in order
    whole       nothing that the turns leave behind is in an order: the whole body runs side by side

Where nothing shows that the list is short, it is gone through in batches.
"""

import re
from dataclasses import dataclass
from typing import Any

from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Await, Collection, Do, Loop, Name, Node
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.loop_head import LoopHead
from asynccost.javascript.edits.loop_nodes import (
    conditional,
    declares,
    mentioned_inside,
    names_of,
    paren,
)
from asynccost.javascript.edits.loop_text import LoopText, has_literals, returned_note
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.turn_parts import Parts, in_try, parts_of_turn, pushed_to, tails, uses


@dataclass(slots=True)
class Rewrite:
    """What became of a loop: whether it goes in batches, what the reader must know of the order, and `doubt`, what
    makes it hard to read; "" where nothing does."""

    batches: bool
    order: str
    doubt: str = ""


class LoopFix:
    """One loop being rewritten."""

    def __init__(self, loop: Loop, file: File, patch: Patch) -> None:
        self.head = head = LoopHead(loop, file, patch)
        self.loop, self.patch, self.script = loop, patch, patch.script
        self.text = LoopText(head)
        self.node, self.body = head.node, head.body

    # ------------------------------------------------------------------ shapes

    def rewrite(self) -> Rewrite:
        """Choose the shape and make the edits. Raises UnfixableError."""
        made = {n.id for n in walk(self.loop.target, *self.loop.setup) if isinstance(n, Name)}
        parts = parts_of_turn(self.body, made)
        if not parts.awaits:
            raise UnfixableError
        if parts.pushes and not parts.others and self._collects(parts):
            split = None if self._always(parts) else self._split(parts)  # else every result is wrapped in a list
            if split is not None and (split[1] is None or not split[0]):
                return self._two_phases(*split)
            return self._collected(parts)
        if parts.pushes or parts.others or parts.soft:
            split = self._split(parts)
            if split is not None:
                return self._two_phases(*split)
            if parts.pushes or parts.others:
                raise UnfixableError
        return self._whole(parts)

    # --------------------------------------------------------------- collected

    def _collects(self, parts: Parts) -> bool:
        lists = {self.script.text(pushed_to(p)) for p in parts.pushes}
        if len(lists) != 1:
            return False
        (name,) = lists
        root = name.partition(".")[0]
        mentioned = [n for s in self.body for n in walk(s) if isinstance(n, Name) and n.id == root]
        if len(mentioned) != len(parts.pushes) or mentioned_inside(self.body, root, len(mentioned)):
            return False
        return tails(self.body, {id(p.parent) for p in parts.pushes}) is not None

    def _always(self, parts: Parts) -> bool:
        """Whether every turn pushes exactly one value."""
        return tails(self.body, {id(p.parent) for p in parts.pushes}) is True and not parts.skips

    def _collected(self, parts: Parts) -> Rewrite:
        out = self.script.text(pushed_to(parts.pushes[0]))
        always = self._always(parts)
        source = self.head.source()
        single = self._single_value(parts, source.short)
        alone = single is not None and always
        work = single if single is not None and alone else self._returning(parts, always, source.short)
        flat = "" if always else ".flat()"
        merged = self._declaration(out) if source.short and "." not in out else None
        self.text.write(source, work, out, flat, merged)
        doubt = "some turns leave nothing, so that lists of none or one are flattened: would a filter read better?"
        return Rewrite(not source.short, "the results are in the order of the items", doubt if flat else "")

    def _single_value(self, parts: Parts, short: bool) -> str | None:
        """`out.push(await f(x))` alone in the body, or with a name between: `f(x)`."""
        if len(parts.awaits) != 1 or self.text.has_comments() or self.body[-1] is not parts.pushes[0].parent:
            return None
        value = parts.pushes[0].arguments[0].value
        named = self.body[0] if len(self.body) == 2 else None
        if isinstance(named, Assign) and named.declares and named.annotation is None and isinstance(value, Name):
            same = isinstance(named.targets[0], Name) and named.targets[0].id == value.id
            value = named.value if same and named.value is not None else value
        elif len(self.body) != 1:
            return None
        if isinstance(value, Await) and self.script.exact(value):
            by = self.script.shift(value.value.start, self.text.close(short))
            return f"{self.text.arrow()} {paren(self.patch.within(value.value.start, value.value.end, by))}"
        return None

    def _returning(self, parts: Parts, always: bool, short: bool) -> str:
        """The body with every push turned into a return."""
        patch, script = self.patch, self.script
        for push in parts.pushes:
            statement = script.statement(push)
            value = push.arguments[0].value
            start, end = script.written(value)
            if isinstance(value, Await) and not in_try(value) and always and script.exact(value):
                start = value.value.start
            head, tail = ("", "") if always else ("[", "]")
            if script.starts_line(start) and start > statement.start_byte:  # it moves up to the line of its statement
                text = patch.within(start, end, script.shift(start, script.indent(statement.start_byte)))
                patch.replace(statement.start_byte, statement.end_byte, f"return {head}{text}{tail}{patch.semi}")
                continue
            patch.replace(statement.start_byte, start, f"return {head}")
            patch.replace(end, statement.end_byte, f"{tail}{patch.semi}")
        for skip in parts.skips:
            self._skip(skip, parts)
        text = self.text.inner("" if short else script.unit)
        if tails(self.body, {id(p.parent) for p in parts.pushes}) is not True:
            text = text.rstrip() + f"\n{self.text.deep(short)}return []{patch.semi}\n{self.text.close(short)}"
        note = ""
        if self._says_literals(parts):
            note = returned_note(parts.pushes[0], always, self.head.function, self.script)
        arrow = f"({self.head.taken}){note} =>" if note else self.text.arrow()
        return f"async {arrow} {{{text}}}"

    def _says_literals(self, parts: Parts) -> bool:
        """Whether a turn pushes an object whose literals TypeScript would take for any string, once it is returned."""
        values = [p.arguments[0].value for p in parts.pushes]
        return self.script.typed and any(self.script.exact(v) and has_literals(v) for v in values)

    def _skip(self, skip: Node, parts: Parts) -> None:
        statement = self.script.statement(skip)
        before = statement.prev_named_sibling
        pushed = {self.script.statement(p).start_byte for p in parts.pushes}
        if before is not None and before.start_byte in pushed:
            self.patch.replace(before.end_byte, statement.end_byte, "")
        else:
            self.patch.replace(statement.start_byte, statement.end_byte, f"return []{self.patch.semi}")

    def _declaration(self, out: str) -> Node | None:
        """`const out = []` before the loop, which can be given the results; other declarations may come between."""
        around = self.loop.parent
        for block in (getattr(around, "body", []), getattr(around, "orelse", []), getattr(around, "final", [])):
            place = next((i for i, s in enumerate(block) if s is self.loop), 0)
            for before in reversed(block[:place]):
                if not isinstance(before, Assign) or before.declares not in ("const", "let"):
                    break
                statement = self.script.statement(before)
                if self._begins(before, out):
                    return before if statement.named_child_count == 1 else None
                if re.search(rf"\b{re.escape(out)}\b", self.script.text(statement)):
                    break
        return None

    def _begins(self, before: Assign, out: str) -> bool:
        """Whether a declaration gives a name an empty list."""
        target = before.targets[0]
        empty = isinstance(before.value, Collection) and not before.value.items
        return empty and isinstance(target, Name) and target.id == out

    # -------------------------------------------------------------- two phases

    def _split(self, parts: Parts) -> "tuple[list[Any], Await | None] | None":
        """The statements up to the last wait; the await itself, where its statement belongs to the second phase."""
        last = max(i for i, s in enumerate(self.body) if any(isinstance(n, Await) for n in walk(s)))
        ordered = [*parts.pushes, *parts.others, *parts.soft]
        head = self.body[: last + 1]
        if any(skip.start < head[-1].end for skip in parts.skips):
            return None
        at = head[-1]
        if any(n.end <= at.start for n in ordered):
            return None
        inside = [n for n in ordered if n.start < at.end]
        if not inside:
            return (head, None) if all(declares(s) for s in head) else None
        waits = [n for n in walk(at) if isinstance(n, Await)]
        if len(waits) != 1 or not isinstance(at, (Do, Assign)) or conditional(waits[0], at):
            return None
        return (head[:-1], waits[0]) if all(declares(s) for s in head[:-1]) else None

    def _two_phases(self, head: list[Any], wait: Await | None) -> Rewrite:
        source = self.head.source()
        rest = self.body[len(head) :]
        names = [n for s in head for n in names_of(s) if uses(rest, n)]
        declared = head[-1] if wait is None else None
        if wait is not None:
            names = [n for n in names if n]
            result = self.head.name("result", "answer")
        script, patch = self.script, self.patch
        by = "" if source.short else script.unit
        if wait is not None:
            work = self._waiting(head, wait, by)
            pattern = result if not names else f"{{ {', '.join([*names, result])} }}"
            outer = wait.parent
            start, end = wait.start, wait.end
            around = script.of(wait).parent
            if around is not None and around.type == "parenthesized_expression" and outer is not None:
                start, end = around.start_byte, around.end_byte
            patch.replace(start, end, result)
            first = script.statement(rest[0]).start_byte
        else:
            work, pattern = self._first_phase(head, declared, names, by)
            first = self._rest_start(head, rest)
        self.text.write_phases(source, work, pattern, first, rest, by, wait)
        return Rewrite(not source.short, "what follows the waits runs in the order of the items")

    def _rest_start(self, head: list[Any], rest: list[Any]) -> int:
        last = self.script.statement(head[-1])
        following = last.next_named_sibling
        if following is None or not rest:
            raise UnfixableError
        return following.start_byte

    def _waiting(self, head: list[Any], wait: Await, by: str) -> str:
        if head:
            raise UnfixableError
        return f"{self.text.arrow()} {paren(self.patch.within(wait.value.start, wait.value.end, by))}"

    def _first_phase(self, head: list[Any], declared: Any, names: list[str], by: str) -> tuple[str, str]:
        script = self.script
        alone = len(head) == 1 and not self.text.has_comments()
        if alone and isinstance(declared, Assign) and declared.value is not None:
            value, pattern = declared.value, script.text(declared.targets[0])
            by = script.shift(value.start, self.text.close(not by))
            once = isinstance(value, Await) and not any(isinstance(n, Await) for n in walk(value.value))
            if isinstance(value, Await) and once and script.exact(value):
                text = self.patch.within(value.value.start, value.value.end, by)
                return f"{self.text.arrow()} {paren(text)}", pattern
            start, end = script.written(value)
            waited = script.of(value)
            if isinstance(value, Await) and script.exact(value) and waited.type == "await_expression":
                # what is returned is waited for anyway
                start = waited.named_children[-1].start_byte
            text = self.patch.within(start, end, by)
            return f"async {self.text.arrow()} {paren(text)}", pattern
        if not names:
            raise UnfixableError
        start, end = script.statement(head[0]).start_byte, script.statement(head[-1]).end_byte
        inner = self.patch.within(start, end, by)
        deep = self.text.deep(not by)
        result = names[0] if len(names) == 1 else f"{{ {', '.join(names)} }}"
        text = f"{{\n{deep}{inner}\n{deep}return {result}{self.patch.semi}\n{self.text.close(not by)}}}"
        return f"async {self.text.arrow()} {text}", result

    # ------------------------------------------------------------------- whole

    def _whole(self, parts: Parts) -> Rewrite:
        source = self.head.source()
        only = self.body[0] if len(self.body) == 1 else None
        value = only.value if isinstance(only, Do) and isinstance(only.value, Await) else None
        for skip in parts.skips:
            statement = self.script.statement(skip)
            self.patch.replace(statement.start_byte, statement.end_byte, f"return{self.patch.semi}")
        once = value is not None and not any(isinstance(n, Await) for n in walk(value.value))
        if value is not None and once and not self.text.has_comments():
            by = f"-{self.script.unit}" if source.short else ""
            text = self.patch.within(value.value.start, value.value.end, by)
            work = f"{self.text.arrow()} {paren(text)}"
        else:
            work = f"async {self.text.arrow()} {{{self.text.inner('' if source.short else self.script.unit)}}}"
        self.text.write(source, work, "", "", None)
        order = "the view's state is updated in the order in which they finish" if parts.soft else ""
        if parts.keyed and not order:
            order = "keys are set in the order in which they finish"
        return Rewrite(not source.short, order)
