"""Whether a function waits only for some of what it is handed: `if (node.type === "report") await copy(node)`.

Calls whose arguments switch off what their callee waits for: `update(item, false)` and `if (save) await store()`.
"""

from asynccost.flow.arguments import handed
from asynccost.flow.around import above, function_of, tries_of
from asynccost.flow.conditions import Known
from asynccost.flow.dead import is_dead
from asynccost.flow.file import File
from asynccost.flow.tree import Await, Call, Constant, Expr, Function, If, Member, Name, Node, Other, Raise, Return
from asynccost.flow.waits.failing import lets_out
from asynccost.flow.walk import walk
from asynccost.flow.words import root

_EQUAL = frozenset({"==", "==="})


def picks(function: Function) -> str:
    """What a function asks of its argument before all that it waits for, by its name; "" where it waits for any."""
    if function.index is None or function.kind == "module":
        return ""
    own = {p.name for p in function.params}
    if not own:
        return ""
    waits: list[Node] = [
        *function.index.awaits,
        *(w for w in function.index.withs if w.is_async),
        *(c for c in function.index.calls if any(isinstance(up, Return) for up in _inside(c, function))),
    ]
    waits = [w for w in waits if not _only_resolves(w)]
    asked = [next((key for up in _inside(w, function) if (key := _asked(up, w, own))), "") for w in waits]
    return asked[0] if asked and all(asked) else ""


def _inside(node: Node, function: Function) -> list[Node]:
    return [up for up in above(node) if function.start <= up.start and up.end <= function.end]


def _only_resolves(node: Node) -> bool:
    """`return Promise.resolve("ok")`."""
    called = root(node.callee) if isinstance(node, Call) else None
    return isinstance(called, Name) and called.id == "Promise"


def _asked(up: Node, below: Node, own: set[str]) -> str:
    """The attribute of an argument that an `if` around a wait holds against a word."""
    if not isinstance(up, If) or not any(s.start <= below.start < s.end for s in up.body):
        return ""
    return _compared(up.test, own)


def _compared(test: Expr, own: set[str]) -> str:
    if not isinstance(test, Other) or test.op not in _EQUAL or len(test.parts) != 2:
        return ""
    left, right = test.parts
    member = left if isinstance(left, Member) else right
    word = right if member is left else left
    named = root(member)
    if isinstance(member, Member) and isinstance(word, Constant) and isinstance(word.value, str):
        return member.attr if isinstance(named, Name) and named.id in own else ""
    return ""


def fails_so(file: File, call: Call, function: Function) -> bool:
    """Whether a function, called with these arguments, awaits something that may fail where nothing catches it."""
    return fails_given(file, function, handed(file, call, file, function_of(call), function, {}))


def fails_given(file: File, function: Function, known: Known) -> bool:
    """Whether a function whose parameters have these values awaits something that may fail where nothing catches it."""
    if function.index is None:
        return True
    source = file.module.source
    waits = (wait for wait in function.index.awaits if lets_out(file, wait, function, 0))
    if not known:
        return any(True for _ in waits)
    kept = (is_dead(wait, function, source, known) or _is_kept(wait, function, source, known) for wait in waits)
    return not all(kept)


def _is_kept(wait: Await, function: Function, source: bytes, known: Known) -> bool:
    """Whether a handler around a wait throws again only where such arguments do not lead: `if (strict) throw error`."""
    for one in tries_of(wait):
        again = [n for handler in one.handlers for n in walk(*handler.body) if isinstance(n, Raise)]
        if one.handlers and all(is_dead(n, function, source, known) for n in again):
            return True
    return False
