"""Neighbouring awaits joined to one `await Promise.all([...])`, their targets to one pattern."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Await, Do, Function, Member, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch

if TYPE_CHECKING:
    from tree_sitter import Node as Cst

_DECLARES = ("const", "let")
_OF_ALL = re.compile(r"(?i)\b(?:both|these|they|together|each of|all of|in parallel)\b")


def of_all(comment: str) -> bool:
    """Whether a comment speaks of more than the statement below it, by its words."""
    return _OF_ALL.search(comment) is not None


@dataclass(slots=True)
class Step:
    """One statement: what it awaits, the target's text ("" if nobody takes the result), and what is done after.

    note: the annotation of the target. late: a statement that uses the result, to be put behind the joined await.
    """

    value: str
    target: str
    declares: str
    note: str = ""
    late: str = ""


class Together:
    """A run of statements that become one."""

    def __init__(self, run: list[Node], function: Function, file: File, patch: Patch) -> None:
        self.function, self.file, self.patch = function, file, patch
        self.script = patch.script
        self.statements = [self.script.statement(s) for s in run]
        self.run = run
        self.used: set[str] = set()
        self._check()

    def _check(self) -> None:
        """Nothing but comments stands between, and each statement is one of the run alone."""
        if len({s.start_byte for s in self.statements}) != len(self.run):
            raise UnfixableError
        for before, after in zip(self.statements, self.statements[1:], strict=False):
            here = before.next_named_sibling
            while here is not None and here.type == "comment":
                here = here.next_named_sibling
            if here != after:
                raise UnfixableError
        for statement in self.statements:
            several = sum(c.type == "variable_declarator" for c in statement.named_children) > 1
            if statement.type == "export_statement" or several:
                raise UnfixableError

    def join(self) -> None:
        """Make the edits. Raises UnfixableError."""
        steps = [self._step(s) for s in self.run]
        self._hoisted(steps)
        indent = self.script.indent(self.statements[0].start_byte)
        head = self._head(steps, indent)
        text = self._layout(head, steps, indent)
        late = "".join(f"\n{indent}{s.late}" for s in steps if s.late)
        first, last = next(iter(self._led()), self.statements[0]), self.statements[-1]
        self.patch.replace(first.start_byte, last.end_byte, text + late)

    # ------------------------------------------------------------------- steps

    def _step(self, statement: Node) -> Step:
        if isinstance(statement, Do):
            return self._bare(statement)
        if not isinstance(statement, Assign) or len(statement.targets) != 1 or statement.value is None:
            raise UnfixableError
        if statement.declares not in ("", *_DECLARES):
            raise UnfixableError
        target, wait = statement.targets[0], _await_in(statement.value)
        note = self._note(statement)
        text = self.script.text(target)
        written = self._written(statement)
        if wait is statement.value and _same(written, wait):
            return Step(self._value(wait), text, statement.declares, note)
        value = statement.value
        member = isinstance(value, Member) and value.value is wait and _same(written, value)
        if member and isinstance(value, Member) and not (note or value.optional) and statement.declares:
            pattern = f"{{ {value.attr} }}" if value.attr == text else f"{{ {value.attr}: {text} }}"
            return Step(self._value(wait), pattern, statement.declares)
        cast = self._cast(written, wait)
        if cast is not None:
            return Step(f"{self._value(wait)} as Promise<{cast}>", text, statement.declares, note)
        return self._behind(statement, wait)

    def _bare(self, statement: Do) -> Step:
        if not isinstance(statement.value, Await):
            raise UnfixableError
        return Step(self._value(statement.value), "", "const")

    def _behind(self, statement: Assign, wait: Await) -> Step:
        """`const url = (await load()) || ""`: the answer gets a name, and the statement stays, with it."""
        base = self.script.text(statement.targets[0])
        named = re.search(r"(?:^|[.#])([A-Za-z$_][\w$]*)(?:\.(?:value|current))?$", base)  # `options.value` of Vue
        asked = chain(wait.value)[-2:-1]  # `field` of `this.prisma.field.findFirst()`
        word = named[1].lstrip("_") if named else "".join(n for n in asked if n.isidentifier() and n != "this")
        made = fresh(f"{word}Answer" if word else "answer", self.function, self.file, self.used)
        self.used.add(made)
        cst = self.script.statement(statement)
        around = self.script.of(wait).parent
        start, end = wait.start, wait.end
        if around is not None and around.type == "parenthesized_expression":
            start, end = around.start_byte, around.end_byte
        text = self.script.text
        late = text((cst.start_byte, start)) + made + text((end, cst.end_byte))
        line = re.sub(r"\s*\n\s*", " ", late)
        if not re.search(r"//|`", late) and len(self.script.indent(cst.start_byte)) + len(line) <= self.script.width:
            late = line  # it was long for what it waited for
        return Step(self._value(wait), made, "const", late=late)

    def _value(self, wait: Await) -> str:
        own = self.script.indent(wait.value.start)
        base = self.script.indent(self.statements[0].start_byte)
        deeper = len(own) - len(base)
        by = self.script.unit if deeper <= 0 else ""
        return self.script.moved(wait.value.start, wait.value.end, by)

    def _note(self, statement: Assign) -> str:
        declarator = self.script.at(statement.start, statement.end)
        while declarator.type != "variable_declarator" and declarator.parent is not None:
            if declarator.start_byte < statement.start or declarator.end_byte > statement.end:
                return ""
            declarator = declarator.parent
        note = declarator.child_by_field_name("type")
        return self.script.text(note).removeprefix(":").strip() if note is not None else ""

    def _written(self, statement: Assign) -> "Cst":
        """The value of a statement as it is written: the flow tree knows no casts."""
        node = self.script.at(statement.start, statement.end)
        while node.type not in ("variable_declarator", "assignment_expression"):
            inner = [c for c in node.named_children if c.type != "comment"]
            if len(inner) != 1:
                raise UnfixableError
            node = inner[0]
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        if value is None:
            raise UnfixableError
        return value

    def _cast(self, written: "Cst", wait: Await) -> str | None:
        """`(await f()) as T` -> T."""
        kept = written.named_children
        if written.type != "as_expression" or len(kept) != 2 or not _same(kept[0], wait):
            return None
        return self.script.text(kept[1])

    # ----------------------------------------------------------------- joining

    def _hoisted(self, steps: list[Step]) -> None:
        """Plain assignments beside declarations, and types beside none: their results get names first.

        So do variables that are set again beside constants, for which `let [a, b]` would not do.
        """
        declares = {s.declares for s in steps if s.target}
        changing = [s for s in steps if s.target and self._changes(s)]
        apart = len(changing) < sum(bool(s.target) for s in steps)
        notes = [s for s in steps if s.target and s.note]
        for step, statement in zip(steps, self.run, strict=True):
            if not step.target or step.late:
                continue
            mixed = "" in declares and len(declares) > 1 and step.declares == ""
            partly = bool(notes) and len(notes) != sum(bool(s.target) for s in steps) and bool(step.note)
            holes = bool(notes) and any(not s.target for s in steps) and bool(step.note)
            if mixed or partly or holes or (apart and step in changing):
                assert isinstance(statement, Assign)
                wait = _await_in(statement.value)
                again = self._behind(statement, wait)
                step.value, step.target, step.late = again.value, again.target, again.late
                step.declares, step.note = "const", ""

    def _head(self, steps: list[Step], indent: str) -> str:
        taken = [s for s in steps if s.target]
        if not taken:
            return ""
        words = {s.declares for s in taken}
        targets = [s.target for s in steps]
        while targets and not targets[-1]:
            targets.pop()
        pattern = "[" + ",".join(f" {t}" if t else "" for t in targets).removeprefix(" ") + "]"
        pattern = re.sub(r",(?=,)", ", ", pattern)
        note = f": [{', '.join(s.note for s in taken)}]" if all(s.note for s in taken) else ""
        if words == {""}:
            before = ";" if not self.patch.semi else ""
        else:
            before = "let " if any(self._changes(s) for s in taken) else "const "
        head = f"{before}{pattern}{note} = "
        long = "\n" in pattern or len(f"{indent}{head}".rstrip()) > self.script.width
        if long and all(targets) and len(targets) > 1:
            inner = f"{indent}{self.script.unit}"
            lines = f",\n{inner}".join(t.replace("\n", f"\n{self.script.unit}") for t in targets)
            return f"{before}[\n{inner}{lines}{self.script.comma}\n{indent}]{note} = "
        return head

    def _changes(self, step: Step) -> bool:
        """Whether a variable that is declared by `let` is set again, or its pattern does not tell."""
        if step.declares != "let":
            return False
        bound = self.function.index.bound if self.function.index else {}
        plain = re.fullmatch(r"[A-Za-z_$][\w$]*", step.target) is not None
        behind = self.script.text((self.statements[-1].end_byte, max(self.function.end, self.statements[-1].end_byte)))
        set_again = rf"(?<![\w$.]){re.escape(step.target)}\s*(?:(?:[-+*/%|&?]{{0,2}})=(?![=>])|\+\+|--)"
        return not plain or len(bound.get(step.target, ())) > 1 or re.search(set_again, behind) is not None

    def _layout(self, head: str, steps: list[Step], indent: str) -> str:
        script, semi = self.script, self.patch.semi
        comments = [self._comments(i) for i in range(len(steps))]
        line = f"{head}await Promise.all([{', '.join(s.value for s in steps)}]){semi}"
        said = any(above or behind for above, behind in comments)
        if not said and "\n" not in line and len(f"{indent}{line}") <= script.width:
            return line
        inner = f"{indent}{script.unit}"
        items = []
        for number, (step, (above, behind)) in enumerate(zip(steps, comments, strict=True)):
            comma = "," if number < len(steps) - 1 else script.comma
            before = "".join(f"{inner}{_indented(c, inner)}\n" for c in above)
            items.append(f"{before}{inner}{step.value}{comma}{f' {behind}' if behind else ''}")
        body = "\n".join(items)
        return f"{head}await Promise.all([\n{body}\n{indent}]){semi}"

    def _led(self) -> "list[Cst]":
        """The comments right above the first statement that are its alone, as each of the others has its own."""
        if not all(self._is_told(s) for s in self.statements):
            return []
        found: list[Cst] = []
        here, row = self.statements[0].prev_named_sibling, self.statements[0].start_point[0]
        while here is not None and here.type == "comment" and here.end_point[0] == row - 1:
            if not self.script.starts_line(here.start_byte):
                break
            found.insert(0, here)
            row, here = here.start_point[0], here.prev_named_sibling
        return [] if any(of_all(self.script.text(c)) for c in found) else found

    def _is_told(self, statement: "Cst") -> bool:
        """Whether a comment stands on the line above a statement."""
        before = statement.prev_named_sibling
        return before is not None and before.type == "comment" and before.end_point[0] == statement.start_point[0] - 1

    def _comments(self, number: int) -> "tuple[list[str], str]":
        """The comments above a statement of the run (the first one's mostly stay where they are) and the one behind it.
        """
        statement = self.statements[number]
        above = [self.script.text(c) for c in self._led()] if number == 0 else []
        here: Cst | None = statement.prev_named_sibling if number else None
        while here is not None and here.type == "comment":
            previous = self.statements[number - 1]
            if here.start_point[0] == previous.end_point[0]:
                break
            above.insert(0, self.script.text(here))
            here = here.prev_named_sibling
        behind = ""
        following = statement.next_named_sibling
        inside = number < len(self.statements) - 1 and following is not None and following.type == "comment"
        if inside and following is not None and following.start_point[0] == statement.end_point[0]:
            behind = self.script.text(following)
        return (above, behind) if above or behind else ([], "")


def _indented(comment: str, indent: str) -> str:
    """A comment of several lines, as it stands at another place."""
    first, *rest = comment.split("\n")
    return "\n".join([first, *(f"{indent} {line.strip()}" if line.strip() else "" for line in rest)])


def _await_in(value: Any) -> Await:
    waits = [n for n in walk(value) if isinstance(n, Await)]
    if len(waits) != 1:
        raise UnfixableError
    found: Await = waits[0]
    return found


def _same(written: "Cst", node: Node) -> bool:
    """Whether what is written is a node and nothing else, parentheses aside."""
    while written.type == "parenthesized_expression" and written.named_child_count == 1:
        written = written.named_children[0]
    return (written.start_byte, written.end_byte) == (node.start, node.end)
