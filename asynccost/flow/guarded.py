"""Whether what a call makes only fills a gap: a missing parameter, an empty attribute."""

from asynccost.flow.around import above
from asynccost.flow.tree import Assign, Await, Bind, Call, Choice, Constant, If, Member, Name, Node, Subscript


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
