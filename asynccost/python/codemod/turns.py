"""Which form a loop takes whose turns may wait together."""

import re
from dataclasses import dataclass, field

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Break,
    Call,
    Choice,
    Collection,
    Comprehension,
    Constant,
    Continue,
    Do,
    Drop,
    Expr,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Return,
    Stmt,
    Subscript,
    Try,
    With,
    Yield,
)
from asynccost.flow.walk import walk
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import bound_in, changed_in, left_by, names_in, set_first
from asynccost.python.codemod.outcomes import Outcome, outcomes

_PASSED = (Member, Subscript, Assign, Do)


@dataclass(slots=True, frozen=True)
class Shape:
    """A loop `for target in iter`, taken apart.

    before: the statements ahead of the first that waits; core: from the first to the last that waits; rest: those
    behind. awaited: the one await of the core, where it has only that and reaches it in every turn. sink: the last
    thing the core does, where that hands a value to a list.
    """

    loop: Loop
    function: Function
    before: list[Stmt]
    core: list[Stmt]
    rest: list[Stmt]
    awaited: Await | None
    sink: Call | None
    bound: set[str] = field(default_factory=set)


def shape_of(loop: Loop, function: Function, file: File) -> Shape | None:
    """Take a loop apart; None where its lines or its jumps do not allow it."""
    layout = Layout(file.module.source)
    if loop.kind != "for" or loop.is_async or loop.orelse or loop.target is None or loop.iter is None:
        return None
    if not layout.begins_line(loop.start) or not all(_own_lines(s, layout) for s in loop.body):
        return None
    waiting = [i for i, s in enumerate(loop.body) if _waits(s)]
    if not waiting:
        return None
    first, last = waiting[0], waiting[-1] + 1
    before, core, rest = loop.body[:first], loop.body[first:last], loop.body[last:]
    return Shape(
        loop, function, before, core, rest, _one_await(core, loop), _sink(core),
        {n.id for n in walk(loop.target) if isinstance(n, Name)},
    )


def _own_lines(node: Node, layout: Layout) -> bool:
    return layout.alone(node) or (layout.begins_line(node.start) and isinstance(node, (With, Try, Loop)))


def _waits(node: Node) -> bool:
    return any(
        isinstance(n, Await) or (isinstance(n, (With, Loop)) and n.is_async) or _is_async(n) for n in walk(node)
    )


def _is_async(node: Node) -> bool:
    return isinstance(node, Comprehension) and any(c.is_async for c in node.clauses)


def _one_await(core: list[Stmt], loop: Loop) -> Await | None:
    """The await that each turn comes to, and no other."""
    places = [n for s in core for n in walk(s) if isinstance(n, Await)]
    others = any(n for s in core for n in walk(s) if isinstance(n, (With, Loop, Comprehension)) and _is_waiting(n))
    if len(places) != 1 or others or not isinstance(places[0].value, Call):
        return None
    if any(isinstance(n, (Await, Yield, Bind)) for n in walk(places[0].value)):
        return None
    below: Node = places[0]
    for up in above(places[0]):
        if up is loop:
            return places[0]
        if not _always(up, below):
            return None
        below = up
    return None


def _is_waiting(node: "With | Loop | Comprehension") -> bool:
    return _is_async(node) if isinstance(node, Comprehension) else node.is_async


def _always(up: Node, below: Node) -> bool:
    """Whether what stands at this place in a node is always reached, and first of all."""
    if isinstance(up, Try):
        return any(s is below for s in up.body)
    if isinstance(up, Choice):
        return up.test is None and up.options[0] is below
    return isinstance(up, (*_PASSED, Call, Collection)) or up.__class__.__name__ in ("Other", "Argument")


def _sink(core: list[Stmt]) -> Call | None:
    """`xs.append(value)` as the last thing that is done, in `with` blocks too."""
    last: Node = core[-1]
    while isinstance(last, With) and last.body:
        last = last.body[-1]
    call = last.value if isinstance(last, Do) else None
    if not isinstance(call, Call) or not isinstance(call.callee, Member) or call.callee.attr != "append":
        return None
    plain = len(call.arguments) == 1 and call.arguments[0].keyword is None and not call.arguments[0].star
    return call if plain and isinstance(call.callee.value, (Name, Member)) else None


def deferred(shape: Shape) -> tuple[Do, Await] | None:
    """The only await of a loop, where it is a statement of its own, or all that is appended to a list which the loop
    does not look at; however deep it stands, `try` and `with` aside."""
    nodes = [n for s in shape.loop.body for n in walk(s)]
    awaits = [n for n in nodes if isinstance(n, Await)]
    if len(awaits) != 1 or any(isinstance(n, (With, Try, Yield)) or _is_async(n) for n in nodes):
        return None
    awaited = awaits[0]
    value: Node | None = awaited.parent
    if isinstance(value, Do):
        return (value, awaited) if isinstance(awaited.value, Call) else None
    call = value.parent if value is not None else None
    statement = call.parent if isinstance(call, Call) else None
    if not isinstance(statement, Do) or not isinstance(awaited.value, Call) or _sink([statement]) is not call:
        return None
    kept = _root(call.callee.value) if isinstance(call, Call) and isinstance(call.callee, Member) else ""
    mentions = [n for n in names_in(*shape.loop.body) if n.id == kept]
    return (statement, awaited) if len(mentions) == 1 and kept not in bound_in(shape.loop) else None


def needed(shape: Shape, statements: list[Stmt], *, but: Node | None = None) -> list[str]:
    """The names that a turn has bound by then and that later statements read, in the order of their first use."""
    bound = shape.bound | left_by(*shape.before)
    found: list[str] = []
    for name in sorted(names_in(*statements), key=lambda n: n.start):
        inside = but is not None and but.start <= name.start and name.end <= but.end
        if name.id in bound and name.id not in found and not inside:
            found.append(name.id)
    return found


def handed_on(shape: Shape) -> list[str]:
    """The names that the rest of a turn needs of what comes before it, in the order of their first use."""
    mine = left_by(*shape.before, *shape.core) - shape.bound
    first: dict[str, Name] = {}
    for name in sorted(names_in(*shape.rest), key=lambda n: n.start):
        first.setdefault(name.id, name)
    return [word for word, name in first.items() if word in mine and not set_first(name)]


def settled_call(shape: Shape) -> bool:
    """Whether the awaited call may be made ahead of the rest of its turn: it names nothing that its own core binds
    before, and what comes before it changes nothing that the rest works on."""
    assert shape.awaited is not None
    inner = left_by(*shape.core)
    if any(n.id in inner and n.id not in shape.bound for n in names_in(shape.awaited.value)):
        return False
    later = {n.id for n in names_in(*shape.core, *shape.rest)} - bound_in(*shape.before) - shape.bound
    return not later & changed_in(*shape.before)


def whole_turn(shape: Shape, file: File) -> tuple[str, list[Outcome]] | None:
    """The list that every way through a turn appends to, and what it appends; None where a turn does anything else
    that outlives it."""
    text = {id(c): file.text(c.callee) for s in shape.loop.body for c in walk(s) if isinstance(c, Call)}
    lists = sorted({t.removesuffix(".append") for t in text.values() if t.endswith(".append")})
    inner = bound_in(*shape.loop.body) | shape.bound
    for name in lists:
        found = outcomes(shape.loop, name, text) if name.partition(".")[0] not in inner else None
        if found and _moves(shape, list(shape.loop.body), {id(o.call) for o in found}, jumps=False):
            return name, found
    return None


def may_move(shape: Shape) -> bool:
    """Whether what comes before and the core can run in a function of their own: they leave nothing behind but names
    that the rest of the turn reads, and do not jump."""
    sinks = {id(shape.sink)} if shape.sink is not None and not shape.rest else set()
    return _moves(shape, [*shape.before, *shape.core], sinks, jumps=True)


def _moves(shape: Shape, moved: list[Stmt], sinks: set[int], *, jumps: bool) -> bool:
    inner = bound_in(*moved) | shape.bound
    turn = {id(n) for s in shape.loop.body for n in names_in(s)}
    outside = {n.id for n in (shape.function.index.names if shape.function.index else ()) if id(n) not in turn}
    if (bound_in(*moved) & outside) - shape.bound or bound_in(*moved) & shape.function.outer_names:
        return False
    return all(_harmless(n, sinks, inner) for s in moved for n in walk(s)) and not (jumps and _jumps(moved))


def _harmless(node: Node, sinks: set[int], inner: set[str]) -> bool:
    if isinstance(node, (Return, Yield, Bind)):
        return False
    if isinstance(node, (Assign, Drop)):
        return all(_root(t) in inner for t in node.targets if isinstance(t, (Member, Subscript)))
    if isinstance(node, Call) and id(node) not in sinks and isinstance(node.callee, Member):
        return node.callee.attr not in MUTATORS or not isinstance(node.parent, Do) or _root(node.callee.value) in inner
    return True


def _root(node: Node) -> str:
    while isinstance(node, (Member, Subscript)):
        node = node.value
    return node.id if isinstance(node, Name) else ""


def _jumps(statements: list[Stmt]) -> bool:
    """Whether a `continue` or `break` of the loop itself stands in these."""
    stack: list[Node] = list(statements)
    while stack:
        node = stack.pop()
        if isinstance(node, (Continue, Break)):
            return True
        if not isinstance(node, Loop):
            stack += _blocks(node)
    return False


def _blocks(node: Node) -> list[Node]:
    found: list[Node] = []
    for name in ("body", "orelse", "final", "handlers", "cases"):
        found += getattr(node, name, [])
    return found


def is_empty_list(node: Node | None, name: str) -> bool:
    """`xs = []`, `xs: list[str] = []`."""
    if not isinstance(node, Assign) or len(node.targets) != 1 or node.op != "=":
        return False
    target, value = node.targets[0], node.value
    empty = isinstance(value, Collection) and value.kind == "list" and not value.items
    return isinstance(target, Name) and target.id == name and empty


_CLASS = re.compile(r"[A-Z]\w*[a-z]\w*")  # a class is named so, and of classes only enumerations can be walked


def is_short(iterated: Expr) -> bool:
    """Whether a loop walks a few items that are written out, or a class, so an enumeration: nothing has to bound it."""
    if isinstance(iterated, Name) and _CLASS.fullmatch(iterated.id):
        return True
    if isinstance(iterated, Collection):
        return len(iterated.items) <= 10 and not any(getattr(i, "op", "") == "spread" for i in iterated.items)
    if isinstance(iterated, Call) and isinstance(iterated.callee, Name) and iterated.callee.id == "range":
        last = iterated.arguments[-1].value if iterated.arguments else None
        return isinstance(last, Constant) and isinstance(last.value, int) and last.value <= 10
    return False
