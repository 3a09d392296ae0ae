"""What may become of a handle, and the calls that keep, close or wrap what they are given."""

from dataclasses import dataclass, field
from typing import Literal as OneOf

from asynccost.flow.around import words_in
from asynccost.flow.tree import (
    Call,
    Collection,
    Constant,
    Function,
    Member,
    Name,
    Node,
    Subscript,
    With,
)
from asynccost.flow.words import last_word

Kind = OneOf["scoped", "kept", "returned", "yielded", "local", "temporary", "dropped", "default", "fallback"]
ENTER = frozenset(
    {
        "enter_async_context",
        "enter_context",
        "closing",
        "aclosing",
        "push_async_exit",
        "push",
        "using",
        "aclosing_context",
        "async_exit_stack",
        "callback",
        "push_async_callback",
    }
)
STORE = frozenset(
    {
        "append",
        "add",
        "set",
        "put",
        "push",
        "setdefault",
        "put_nowait",
        "insert",
        "setattr",
        "provide",
        "register",
        "setContext",
        "override",
        "set_current",
        "add_singleton",
    }
)
SELF = frozenset({"self", "cls", "this"})


@dataclass(slots=True)
class Life:
    """What becomes of a handle in the function that makes it.

    kind, strongest first: "default" (made once with its function), "yielded", "kept" (on `where`: "self",
    "object", "global", "collection"), "returned", "fallback" (in the place of a missing parameter), "scoped" (a
    with statement closes it), "local", "temporary" (used in the expression that makes it), "dropped".
    """

    kind: Kind
    where: str = ""
    attr: str = ""
    name: str = ""
    scopes: list[With] = field(default_factory=list)
    reads: list[Name] = field(default_factory=list)
    handed: list[Call] = field(default_factory=list)
    closed: list[Call] = field(default_factory=list)
    captured: list[Function] = field(default_factory=list)


RANK = {
    kind: rank
    for rank, kind in enumerate(
        ("default", "yielded", "kept", "returned", "fallback", "scoped", "local", "temporary", "dropped")
    )
}


def resumed(scope: With, function: Function, target: Node | None) -> bool:
    """Whether a with block yields what it holds, or only waits to be resumed, as a lifespan does."""
    for made in function.index.yields if function.index else ():
        if inside(made, scope):
            plain = made.value is None or (
                isinstance(made.value, (Constant, Collection)) and not getattr(made.value, "value", None)
            )
            if plain or (isinstance(target, Name) and target.id in words_in(made.value)) or target is None:
                return True
    return any(last_word(d.callee if isinstance(d, Call) else d) in _MANAGERS for d in function.decorators)


_MANAGERS = frozenset({"asynccontextmanager", "contextmanager", "fixture", "lifespan"})


def inside(node: Node, outer: Node) -> bool:
    """Whether a node stands in another, by their bytes."""
    return outer.start <= node.start and node.end <= outer.end


def root_of(expr: Node) -> str:
    """The name that an expression such as `a.b[c]` begins with."""
    while isinstance(expr, (Member, Subscript)):
        expr = expr.value
    return expr.id if isinstance(expr, Name) else ""


def stores(last: str) -> bool:
    """Whether a call keeps what it is given: `clients.append(c)`, `setClient(c)`."""
    return last in STORE or (last.startswith("set") and last[3:4].isupper())


def builds(call: Call, last: str) -> bool:
    """Whether a call is likely to make an object out of its arguments: `Service(client)`, `wrap(client)`."""
    word = last.lstrip("_")
    if call.new or word[:1].isupper() or word in ("cls", "partial"):
        return True
    return word.startswith(
        ("from", "wrap", "create", "make", "build", "patch", "instrument", "drizzle", "cast", "init")
    ) or word in (
        "cast",
        "gather",
        "promisify",
        "observeOpenAI",
        "traced",
        "proxy",
    )


