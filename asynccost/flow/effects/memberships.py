"""Whether a timer's code first asks if what it was set for is still open: `if (waiting.has(id)) fail(id)`."""

from asynccost.flow.effects.timers import Timer
from asynccost.flow.tree import Call, Expr, If, Member, Name, Other, Return


def still_open(one: Timer) -> bool:
    """Whether a callback does nothing but where a collection holds a key that its function knows.

    What is answered, or taken away, leaves the collection, and the timer then does nothing.
    """
    made = one.callback
    first = made.body[0] if made is not None and made.body else None
    if made is None or not isinstance(first, If) or first.orelse:
        return False
    key = _key(first.test)
    if key is not None:
        return len(made.body) == 1 and key.id not in made.bindings
    key = _key(first.test.parts[0]) if isinstance(first.test, Other) and first.test.op in ("!", "not") else None
    leaves = len(first.body) == 1 and isinstance(first.body[0], Return)
    return key is not None and leaves and key.id not in made.bindings


def _key(test: Expr | None) -> Name | None:
    """The key of `waiting.has(id)`, or of `id in self.waiting`."""
    key: Expr | None = None
    if isinstance(test, Call) and isinstance(test.callee, Member) and test.callee.attr == "has" and test.arguments:
        key = test.arguments[0].value
    elif isinstance(test, Other) and test.op == "in" and len(test.parts) == 2:
        key = test.parts[0]
    return key if isinstance(key, Name) else None
