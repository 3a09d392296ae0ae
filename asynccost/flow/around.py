"""What stands around a node: its function, statement, loops, and what becomes of its value.

Whether what a call makes only fills a gap: a missing parameter, an empty attribute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Call,
    Choice,
    Class,
    Clause,
    Collection,
    Comprehension,
    Constant,
    Do,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Raise,
    Return,
    Stmt,
    Subscript,
    Try,
    WithItem,
    Yield,
)

_STATEMENTS: tuple[type[Node], ...] = Stmt.__args__


def above(node: Node) -> Iterator[Node]:
    """The nodes around a node, innermost first, up to and with its Function."""
    up = node.parent
    while up is not None:
        yield up
        if up.__class__ is Function:
            return
        up = up.parent


def function_of(node: Node) -> Function:
    """The function whose body holds a node."""
    for up in above(node):
        if isinstance(up, Function):
            return up
    raise ValueError("a node outside every function: was the module indexed?")


def statement_of(node: Node) -> Node:
    """The smallest statement that holds a node (a compound one if the node is in its header)."""
    here: Node | None = node
    while here is not None:
        if isinstance(here, _STATEMENTS):
            return here
        here = here.parent
    raise ValueError("a node outside every statement: was the module indexed?")


def loops_around(node: Node) -> list[Loop | Comprehension]:
    """The loops that repeat a node within its function, innermost first.

    What stands in a header that is evaluated once (the iterable, the setup, `else`) is not repeated.
    """
    loops: list[Loop | Comprehension] = []
    below = node
    for up in above(node):
        if isinstance(up, Loop):
            once = below is up.iter or any(below is s for s in up.setup) or any(below is s for s in up.orelse)
            if not once:
                loops.append(up)
        elif isinstance(up, Comprehension):
            first = up.clauses[0] if up.clauses else None
            if below is not first or not _in_first_iter(node, first):
                loops.append(up)
        below = up
    return loops


def _in_first_iter(node: Node, clause: Clause | None) -> bool:
    here: Node | None = node
    while here is not None and here.parent is not clause:
        here = here.parent
    return clause is not None and here is clause.iter


def holds(branch: If, node: Node) -> bool:
    """Whether a node stands under a condition, and not in what is done otherwise."""
    return any(s.start <= node.start and node.end <= s.end for s in branch.body)


@dataclass(slots=True, frozen=True)
class Use:
    """What becomes of an expression's value.

    kind: "dropped" (a statement of its own), "assigned" (to `node`, the Assign or Bind), "returned",
    "yielded", "argument" (of the Call `node`), "receiver" (`value.attr`: node is the Member), "called",
    "element" (of a Collection, which is used for something else), "with", "tested", "raised", "other".
    awaited: an await stood between the expression and this use.
    """

    kind: OneOf[
        "dropped", "assigned", "returned", "yielded", "argument", "receiver", "called", "element", "with",
        "tested", "raised", "iterated", "other",
    ]
    node: Node
    awaited: bool = False


def tries_of(node: Node) -> Iterator[Try]:
    """The `try` statements that guard a node, innermost first: it stands in their body, not in a handler or behind."""
    for up in above(node):
        if isinstance(up, Try) and any(s.start <= node.start < s.end for s in up.body):
            yield up


def use_of(expr: Node) -> Use:
    """Follow a value out of awaits, choices, casts and arguments to where it goes."""
    awaited = False
    below, up = expr, expr.parent
    while up is not None:
        if isinstance(up, Await):
            awaited = True
        elif isinstance(up, Choice):
            if below is up.test:
                return Use("tested", up, awaited)
        elif isinstance(up, Argument):
            pass
        else:
            return _end(below, up, awaited)
        below, up = up, up.parent
    raise ValueError("a node outside every statement: was the module indexed?")


def _end(below: Node, up: Node, awaited: bool) -> Use:
    if isinstance(up, Call):
        return Use("called" if below is up.callee else "argument", up, awaited)
    if isinstance(up, (Assign, Bind)):
        return Use("assigned", up, awaited)
    if isinstance(up, Do):
        return Use("dropped", up, awaited)
    if isinstance(up, Return):
        return Use("returned", up, awaited)
    if isinstance(up, Yield):
        return Use("yielded", up, awaited)
    if isinstance(up, WithItem):
        return Use("with", up, awaited)
    if isinstance(up, Raise):
        return Use("raised", up, awaited)
    if isinstance(up, (Member, Subscript)):
        return Use("receiver", up, awaited)
    if isinstance(up, (Collection, Comprehension)):
        return Use("element", up, awaited)
    if isinstance(up, Other) and up.op in ("void",):
        return Use("dropped", up, awaited)
    if isinstance(up, (If, Loop)):
        iterated = isinstance(up, Loop) and below is up.iter
        return Use("iterated" if iterated else "tested", up, awaited)
    return Use("other", up, awaited)


def method_around(function: Function) -> Function:
    """The method that this function is, or stands in; the module where there is none."""
    while function.owner is None and function.scope is not None:
        function = function.scope
    return function


def class_around(function: Function) -> Class | None:
    """The class whose method this function is, or stands in."""
    return method_around(function).owner


def callback_call(function: Function) -> tuple[Call, int] | None:
    """The call that a closure is handed to, and its position among the arguments."""
    closure = function.closure
    if closure is None or not isinstance(closure.parent, Argument):
        return None
    call = closure.parent.parent
    if not isinstance(call, Call):
        return None
    return call, next(i for i, a in enumerate(call.arguments) if a is closure.parent)


def is_fallback(call: Node) -> bool:
    """`client or Client()`, `client ?? new Client()`."""
    below, up = call, call.parent
    while isinstance(up, (Await, Choice)):
        if isinstance(up, Choice) and up.op in ("or", "??") and up.options[0] is not below:
            return isinstance(up.options[0], (Name, Member, Call, Subscript))
        if isinstance(up, Choice) and up.op == "?:" and any(isinstance(o, (Name, Member)) for o in up.options):
            return True
        below, up = up, up.parent
    return False


def is_guarded(call: Node, place: str) -> bool:
    """Whether a call runs only where what it fills was empty: `if self.x is None: self.x = Client()`."""
    below: Node = call
    for up in above(call):
        if isinstance(up, If) and below is not up.test and place and place in words_in(up.test):
            return True
        if isinstance(up, Choice) and up.op in ("or", "??") and below is not up.options[0]:
            return True
        if isinstance(up, (Assign, Bind)) and up.op in ("??=", "||="):
            return True
        below = up
    return False


def words_in(test: Node | None) -> set[str]:
    """Every name, attribute and string of an expression."""
    found: set[str] = set()
    todo: list[Node | None] = [test]
    while todo:
        node = todo.pop()
        if isinstance(node, Name):
            found.add(node.id)
        elif isinstance(node, Member):
            found.add(node.attr)
            todo.append(node.value)
        elif isinstance(node, Constant):
            if isinstance(node.value, str):
                found.add(node.value)
        elif node is not None:
            todo += [
                p
                for f in ("value", "test", "index", "callee", "left")
                if (p := getattr(node, f, None)) is not None and isinstance(p, Node)
            ]
            for many in ("parts", "options", "items", "arguments"):
                todo += [p for p in getattr(node, many, ()) if p is not None]
    return found
