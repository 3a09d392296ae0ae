"""Every way out of a function from one place on: is this handle released on all of them?

A walk over statements, not over a graph: the state at a point is only whether a release lies behind it
and whether a mark does, so that each statement is looked at a few times however many branches there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from asynccost.flow.around import statement_of
from asynccost.flow.tree import (
    Break,
    Case,
    Constant,
    Continue,
    Function,
    If,
    Loop,
    Node,
    Other,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    With,
)

Kind = OneOf["end", "return", "raise", "break", "continue"]


@dataclass(slots=True, frozen=True)
class Way:
    """One way out that passed no release. at: the Return, Raise, Break or Continue; the function at its end.

    marked: a marked place was passed on the way (the thing that the handle acts on was handed out, say).
    """

    kind: Kind
    at: Node
    marked: bool


@dataclass(slots=True)
class _Walk:
    releases: Sequence[Node]
    marks: Sequence[Node]

    def released(self, node: Node | None) -> bool:
        return node is not None and _holds(node, self.releases)

    def marked(self, node: Node | None) -> bool:
        return node is not None and _holds(node, self.marks)


def ways_out(start: Node, releases: Iterable[Node], marks: Iterable[Node] = ()) -> set[Way]:
    """The ways from the statement of `start` to the function's exits on which no release is passed.

    A release or a mark counts where a statement or header holds it, closures in it included: a handler
    handed on is taken to run. Errors are followed where the source raises them itself.
    """
    walk = _Walk(list(releases), list(marks))
    here: Node = statement_of(start)
    states = {walk.marked(here)}
    out: set[Way] = set()
    while True:
        up = here.parent
        if up is None:
            return out
        rest = _after(here, up)
        falls, ways = _run(rest, states, walk)
        out |= ways
        if isinstance(up, Function):
            return out | {Way("end", up, marked) for marked in falls}
        if isinstance(up, Loop):
            out, again = _leave_loop(out, up)
            falls |= again
        elif isinstance(up, Switch):
            falls |= {w.marked for w in out if _breaks(w, None)}
            out = {w for w in out if not _breaks(w, None)}
        elif isinstance(up, Try) and not any(here is s for s in up.final):
            falls, out = _through_final(up, falls, out, walk)
        states = falls
        here = up


def _after(here: Node, up: Node) -> list[Stmt]:
    """The statements that follow one in the block of `up` that holds it."""
    if isinstance(up, Switch) and isinstance(here, Case):
        place = next(i for i, c in enumerate(up.cases) if c is here)
        return [s for case in up.cases[place + 1 :] for s in case.body]
    for name in ("body", "orelse", "final", "setup"):
        block: list[Stmt] = getattr(up, name, None) or []
        for place, statement in enumerate(block):
            if statement is here:
                rest = block[place + 1 :]
                return [*rest, *up.orelse] if isinstance(up, Try) and name == "body" else rest
    return []


def _run(block: Sequence[Stmt], states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    """The states in which a block is left at its end, and the ways that leave it otherwise."""
    ways: set[Way] = set()
    for statement in block:
        if not states:
            break
        states, more = _step(statement, states, walk)
        ways |= more
    return states, ways


def _step(statement: Stmt, states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    if isinstance(statement, If):
        return _if(statement, states, walk)
    if isinstance(statement, Loop):
        return _loop(statement, states, walk)
    if isinstance(statement, Try):
        return _try(statement, states, walk)
    if isinstance(statement, Switch):
        return _switch(statement, states, walk)
    if isinstance(statement, With):
        return _header([i.value for i in statement.items], statement.body, states, walk)
    if walk.released(statement):
        return set(), set()
    after = {s or walk.marked(statement) for s in states}
    kind = _EXITS.get(statement.__class__)
    if kind is not None:
        return set(), {Way(kind, statement, s) for s in after}
    return after, set()


_EXITS: dict[type, Kind] = {Return: "return", Raise: "raise", Break: "break", Continue: "continue"}


def _header(
    headers: Sequence[Node], body: Sequence[Stmt], states: set[bool], walk: _Walk
) -> tuple[set[bool], set[Way]]:
    if any(walk.released(h) for h in headers):
        return set(), set()
    return _run(body, {s or any(walk.marked(h) for h in headers) for s in states}, walk)


def _if(node: If, states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    if walk.released(node.test):
        return set(), set()
    states = {s or walk.marked(node.test) for s in states}
    yes, one = _run(node.body, states, walk)
    if not node.orelse and _holds_release_alone(node, walk):
        return set(), one  # `if (id) clear(id)`: the test asks whether there is something to release
    no, two = _run(node.orelse, states, walk)
    return yes | no, one | two


def _holds_release_alone(node: If, walk: _Walk) -> bool:
    """Whether a branch does little but release: its test then guards the release, not the work."""
    return len(node.body) <= 2 and any(walk.released(s) for s in node.body) and not isinstance(node.body[-1], Return)


def _loop(node: Loop, states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    header = node.iter or node.test
    if walk.released(header):
        return set(), set()
    states = {s or walk.marked(header) for s in states}
    falls, ways = _run(node.body, states, walk)
    ways, left = _leave_loop(ways, node)
    endless = isinstance(node.test, Constant) and bool(node.test.value)
    skipped = set() if node.kind == "do" or endless else states
    rest, more = _run(node.orelse, (falls | skipped) if not endless else set(), walk)
    return rest | left, ways | more


def _leave_loop(ways: set[Way], loop: Loop) -> tuple[set[Way], set[bool]]:
    """Split ways into those that pass the loop by and the states in which it is left or goes on."""
    inner = {w for w in ways if _breaks(w, loop.label) or (w.kind == "continue" and _label(w) in (None, loop.label))}
    return ways - inner, {w.marked for w in inner}


def _label(way: Way) -> str | None:
    return way.at.label if isinstance(way.at, (Break, Continue)) else None


def _breaks(way: Way, label: str | None) -> bool:
    return way.kind == "break" and _label(way) in (None, label)


def _switch(node: Switch, states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    states = {s or walk.marked(node.subject) for s in states}
    out: set[Way] = set()
    falls: set[bool] = set()
    for case in node.cases:
        falls, ways = _run(case.body, falls | states, walk)
        out |= ways
    if all(case.test is not None for case in node.cases):
        falls |= states
    left = {w.marked for w in out if _breaks(w, None)}
    return falls | left, {w for w in out if not _breaks(w, None)}


def _try(node: Try, states: set[bool], walk: _Walk) -> tuple[set[bool], set[Way]]:
    falls, ways = _run([*node.body, *node.orelse], states, walk)
    thrown = {w.marked for w in ways if w.kind == "raise"} | (states if node.handlers else set())
    if node.handlers:
        ways = {w for w in ways if w.kind != "raise"}
    for handler in node.handlers:
        more, others = _run(handler.body, thrown, walk)
        if _swallows(node, walk):
            continue  # what fails before the release has not come to hold anything yet
        falls |= more
        ways |= others
    return _through_final(node, falls, ways, walk)


def _swallows(node: Try, walk: _Walk) -> bool:
    """Whether the body releases at its outermost level: only an error keeps it from doing so."""
    return any(walk.released(s) and not isinstance(s, (If, Loop, Switch)) for s in node.body)


def _through_final(node: Try, falls: set[bool], ways: set[Way], walk: _Walk) -> tuple[set[bool], set[Way]]:
    if any(walk.released(s) for s in node.final):
        return set(), set()
    _, more = _run(node.final, falls or {False}, walk) if node.final else (falls, set())
    return falls, ways | more


def _holds(node: Node, places: Sequence[Node]) -> bool:
    return any(node.start <= p.start and p.end <= node.end for p in places) and not _is_definition(node)


def _is_definition(node: Node) -> bool:
    return isinstance(node, Other) and node.op == "class"
