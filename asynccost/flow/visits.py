"""A session that is one visit to a site: its requests build on each other, and it carries the cookies between them."""

from asynccost.flow.life import Life
from asynccost.flow.tree import Argument, Call, Function, Member, Name, Node
from asynccost.flow.walk import walk


def is_one_visit(function: Function, life: Life) -> bool:
    """Whether a later request of a session sends what an earlier one answered."""
    asked = sorted({id(c): c for read in life.reads if (c := _asks(read)) is not None}.values(), key=lambda c: c.start)
    return any(_uses(later, earlier, function) for at, later in enumerate(asked) for earlier in asked[:at])


def _asks(read: Name) -> Call | None:
    """The request that a read of a session is for: `session.get(url)`, `token_of(session)`."""
    up = read.parent
    call = up.parent if isinstance(up, (Member, Argument)) else None
    if not isinstance(call, Call) or not call.arguments:
        return None
    return call if isinstance(up, Argument) or call.callee is up else None


def _uses(later: Call, earlier: Call, function: Function) -> bool:
    """Whether the arguments of a call come, over the names of its function, of what an earlier one answered."""
    bound = function.index.bound if function.index else {}
    todo: list[Node] = list(later.arguments)
    seen: set[str] = set()
    while todo:
        for node in walk(todo.pop()):
            if node is earlier:
                return True
            if isinstance(node, Name) and node.id not in seen:
                seen.add(node.id)
                todo += [value for value in bound.get(node.id, ()) if value is not None and value.start < later.start]
    return False
