"""Guards before writes of state: `if (!ignore) setX(answer)`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from tree_sitter import Node as Cst

from asynccost.flow.effects.races import Late
from asynccost.flow.effects.state import root_name
from asynccost.flow.loops.depend import blocks
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Call,
    Closure,
    Do,
    Expr,
    Function,
    Loop,
    Name,
    Node,
    Return,
    Stmt,
    Try,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.javascript.edits.bodies import Body
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.names import camel, fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script

REPORTS = frozenset({"console", "log", "logger", "Sentry", "JSON", "toast", "debug"})  # who says what went wrong


@dataclass(slots=True)
class Guards:
    """Puts a test of `flag` before each write; a run of writes to the end of a function is left with one test."""

    flag: str
    setup: Function
    patch: Patch
    used: set[str] = field(default_factory=set)

    @property
    def script(self) -> Script:
        return self.patch.script

    def put(self, writes: list[Late]) -> None:
        """Guard all of these. Raises UnfixableError for a shape that cannot be guarded."""
        places = {id(w.node): w for w in writes}
        done: set[int] = set()
        for write in sorted(writes, key=lambda w: w.node.start):
            if id(write.node) in done:
                continue
            moves = any(_leaves(call) for call in (write.function.index.calls if write.function.index else ()))
            tail = self._tail(write, places) if not moves else []
            if tail:
                done |= {id(n) for n in tail}
                self.patch.before(self.script.statement(write.node), f"if ({self.flag}) return{self.patch.semi}")
            elif rest := self._behind_wait(write, places):
                inside = (w for w in writes if rest[0].start <= w.node.start < rest[-1].end)
                done |= {id(w.node) for w in inside if w.function is write.function}
                self.patch.before(self.script.statement(rest[0]), f"if ({self.flag}) return{self.patch.semi}")
            elif len(run := self._run(write, places)) > 1:
                done |= {id(n) for n in run}
                self._together(run)
            else:
                self._one(write)

    # -------------------------------------------------------------------- tails

    def _tail(self, write: Late, places: dict[int, Late]) -> list[Node]:
        """The writes of a function's last statements, two or more, that nothing stands between."""
        body = write.function.body
        at = next((i for i, s in enumerate(body) if _written(s) is write.node or s is write.node), None)
        returns = write.function.index.returns if write.function.index else []
        if at is None or len(body) - at < 2 or any(r.value is not None for r in returns):
            return []
        nodes = [w if (w := _written(s)) is not None else s for s in body[at:]]
        if not all(id(n) in places and not _awaits(n) for n in nodes):
            return []
        return nodes

    def _behind_wait(self, write: Late, places: dict[int, Late]) -> list[Stmt]:
        """The statements behind a function's last wait, or all of a callback that has the answer, where all that they
        do are writes and ways to another page, behind a wait reports as well; [] elsewhere."""
        function, index = write.function, write.function.index
        if index is None or any(r.value is not None for r in index.returns):
            return []
        handed = not index.awaits and function is not self.setup and function.kind == "arrow"
        if not handed and not index.awaits:
            return []
        for body in _ends(function, places):
            waits = [i for i, s in enumerate(body) if _awaits(s)]
            plain = bool(waits) and isinstance(body[waits[-1]], (Assign, Do))
            rest = body if handed else body[waits[-1] + 1 :] if plain else []
            inside = bool(rest) and rest[0].start <= write.node.start < rest[-1].end
            several = inside and (len(rest) > 1 or sum(id(n) in places for n in walk(*rest)) > 1)
            if several and _only_writes(rest, places, reports=not handed):
                return rest
        return []

    # ---------------------------------------------------------------------- runs

    def _run(self, write: Late, places: dict[int, Late]) -> list[Node]:
        """The writes of neighbouring statements from this one on."""
        for block in blocks(write.function):
            nodes = [w if (w := _written(s)) is not None else s for s in block]
            at = next((i for i, n in enumerate(nodes) if n is write.node), None)
            if at is not None:
                return list(takewhile(lambda n: id(n) in places and not _awaits(n), nodes[at:]))
        return []

    def _together(self, run: list[Node]) -> None:
        """One test around several statements."""
        script, unit = self.script, self.script.unit
        start, end = script.statement(run[0]).start_byte, script.statement(run[-1]).end_byte
        indent = script.indent(start)
        text = self.patch.within(start, end, unit)
        self.patch.replace(start, end, f"if (!{self.flag}) {{\n{indent}{unit}{text}\n{indent}}}")

    # ---------------------------------------------------------------------- one

    def _one(self, write: Late) -> None:
        node = write.node
        if isinstance(node, Name):
            self._handed(node)
        elif isinstance(node, (Call, Assign, Bind)):
            if isinstance(node.parent, Return) and node.parent.end == write.function.end:
                self._expression(node, write.function)
            elif isinstance(node, Assign) or isinstance(node.parent, Do):
                self._statement(node, write)
            else:
                raise UnfixableError
        else:
            raise UnfixableError

    def _handed(self, setter: Name) -> None:
        """`.then(setX)`: the setter gets a function around it."""
        call = setter.parent
        if not isinstance(call, Argument):
            raise UnfixableError
        script = self.script
        statement = script.statement(setter)
        indent = script.indent(setter.start)
        value = fresh("value", self.setup, script.file)
        head = script.arrow(value)
        inner = f"{indent}{script.unit}if (!{self.flag}) {setter.id}({value}){self.patch.semi}"
        assert statement is not None
        self.patch.replace(setter.start, setter.end, f"{head} {{\n{inner}\n{indent}}}")

    def _expression(self, node: Node, function: Function) -> None:
        if _awaits(node):
            raise UnfixableError
        body = Body(function, self.patch)
        at = body.node.named_children[0] if body.node.type == "parenthesized_expression" else body.node
        self.patch.insert(at.start_byte, f"if (!{self.flag}) ")
        body.close()

    def _statement(self, node: "Call | Assign | Bind", write: Late) -> None:
        statement = self.script.statement(node)
        braces = statement.parent is not None and statement.parent.type in ("if_statement", "else_clause")
        if _awaits(node):
            if braces:
                raise UnfixableError
            self._answer_first(node, write, statement)
        if braces and (tested := _test_of(statement)) is not None:
            open_, close = ("(", ")") if _is_loose(tested) else ("", "")
            self.patch.insert(tested.start_byte, f"!{self.flag} && {open_}")
            if close:
                self.patch.insert(tested.end_byte, close)
        elif braces:
            self.patch.insert(statement.start_byte, f"{{ if (!{self.flag}) ")
            self.patch.insert(statement.end_byte, " }")
        else:
            self.patch.insert(statement.start_byte, f"if (!{self.flag}) ")

    def _answer_first(self, node: "Call | Assign | Bind", write: Late, statement: Cst) -> None:
        """The answer is awaited first and gets a name, so that the test stands behind the wait."""
        value: Expr | None = node.value if isinstance(node, (Assign, Bind)) else None
        if isinstance(node, Call):
            if len(node.arguments) != 1:
                raise UnfixableError
            value = node.arguments[0].value
        if value is None:
            raise UnfixableError
        target = write.target if isinstance(node, Call) else root_name(_first_target(node))
        name = fresh(camel("next", target.removeprefix("set")), self.setup, self.script.file, self.used)
        self.used.add(name)
        self.patch.before(statement, f"const {name} = {self.script.flat(value)}{self.patch.semi}")
        self.patch.replace(value.start, value.end, name)


_LOOKS = frozenset({
    "map", "filter", "find", "findIndex", "findLast", "some", "every", "flatMap", "reduce", "sort", "toSorted",
})
_PAGES, _MOVES = frozenset({"router", "navigate", "history", "navigation"}), frozenset({"push", "replace", "navigate"})


_TAKES = re.compile(r"(?:set|init|initialize|update|apply|show|open|reset|fill|populate|on|handle)(?=[A-Z])")


def _ends(function: Function, places: dict[int, Late]) -> Iterator[list[Stmt]]:
    """The blocks of a function that it can be left from with nothing else done: its own, and that of a last try."""
    yield function.body
    for at, statement in enumerate(function.body):
        behind = function.body[at + 1 :]
        if isinstance(statement, Try) and all(id(_written(s) or s) in places for s in behind):
            yield statement.body


def _only_writes(rest: list[Stmt], places: dict[int, Late], *, reports: bool) -> bool:
    inner = (n for n in walk(*rest) if isinstance(n, (Loop, Closure)))
    if any(_awaits(s) for s in rest) or not all(isinstance(n, Closure) and _only_looks(n, places) for n in inner):
        return False
    told = [n.value for n in walk(*rest) if isinstance(n, Do) and id(n.value) not in places]
    changed = (n for n in walk(*rest) if isinstance(n, (Assign, Bind)) and id(n) not in places)
    for value in told:
        known = isinstance(value, Call) and (_leaves(value) or (reports and chain(value.callee)[0] in REPORTS))
        taken = isinstance(value, Call) and isinstance(value.callee, Name) and _TAKES.match(value.callee.id)
        if not (known or taken):
            return False
    return all(getattr(n, "declares", "") for n in changed)


def _only_looks(inner: Closure, places: dict[int, Late]) -> bool:
    """Whether a function is one by which a list is looked through, or how a write makes its value."""
    taker = inner.parent.parent if isinstance(inner.parent, Argument) else None
    if not isinstance(taker, Call) or any(isinstance(n, (Await, Do)) for n in walk(*inner.function.body)):
        return False
    return id(taker) in places or chain(taker.callee)[-1] in _LOOKS


def _leaves(call: Call) -> bool:
    """`router.replace("/list")`, `navigate("/list")`: a late answer is to lead nobody there."""
    names = chain(call.callee)
    return names[0] in _PAGES and names[-1] in _MOVES


def _test_of(statement: Cst) -> Cst | None:
    """What an `if` without an `else` tests, of which a statement without braces is all that it does."""
    around = statement.parent
    if around is None or around.type != "if_statement" or around.child_by_field_name("alternative") is not None:
        return None
    tested = around.child_by_field_name("condition")
    return tested.named_children[0] if tested is not None and len(tested.named_children) == 1 else None


def _is_loose(tested: Cst) -> bool:
    """Whether a test needs brackets behind `&&`."""
    operator = tested.child_by_field_name("operator")
    said = operator.type if operator is not None else ""
    return tested.type not in ("binary_expression", "unary_expression", "call_expression", "member_expression",
                               "identifier", "parenthesized_expression", "subscript_expression") or said in ("||", "??")


def _first_target(node: "Assign | Bind") -> Expr:
    return node.targets[0] if isinstance(node, Assign) else node.target


def _written(statement: Node) -> Node | None:
    return statement.value if isinstance(statement, Do) else None


def _awaits(node: Node) -> bool:
    return any(isinstance(n, Await) for n in walk(node))
