"""How long the object lasts that could keep a client, and whether a client is used at all."""

from collections.abc import Sequence

from asynccost.flow.around import above, class_around
from asynccost.flow.file import File
from asynccost.flow.life import Life
from asynccost.flow.tree import (
    Assign,
    Call,
    Class,
    Comprehension,
    Constant,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_SAYS = frozenset({"cache", "cached", "cacheable", "reusable"})


def says_uncached(file: File, owner: Class) -> bool:
    """`def is_cache_model(self): return False`: whether a class says that nobody keeps its objects."""
    methods = (f for f in file.functions if f.owner is owner and not _SAYS.isdisjoint(words(f.name)))
    return any(_gives_false(method) for method in methods)


def _gives_false(function: Function) -> bool:
    given = [r.value for r in function.index.returns if isinstance(r, Return)] if function.index else []
    return bool(given) and all(isinstance(v, Constant) and v.value is False for v in given)


def is_idle(life: Life) -> bool:
    """`with requests.Session() as s`, where nobody asks `s` for anything: it opens no connection."""
    return life.kind in ("local", "scoped") and bool(life.name) and not life.reads and not life.handed


def until_made(file: File, call: Call, loop: Loop | Comprehension) -> bool:
    """`if llm is None: llm = make(Client())` in a loop that leaves it set: only one of its turns gets there."""
    for up in above(call):
        if up is loop:
            return False
        if isinstance(up, If) and any(s.start <= call.start < s.end for s in up.body) and (name := _unset(up.test)):
            made = [a for a in _assigns(up.body, name) if not isinstance(a.value, Constant)]
            others = [a for a in _assigns([loop], name) if not up.start <= a.start < up.end]
            if made and not others and name in file.text(up.test):
                return True
    return False


def _unset(test: Node) -> str:
    """The local name that is asked for whether it is there yet: `llm is None`, `not llm`."""
    if not isinstance(test, Other) or not test.parts or not isinstance(first := test.parts[0], Name):
        return ""
    none = len(test.parts) == 2 and isinstance(test.parts[1], Constant) and test.parts[1].value is None
    return first.id if test.op in ("not", "!") or (test.op in ("is", "==", "===") and none) else ""


def _assigns(roots: Sequence[Node], name: str) -> list[Assign]:
    made = (n for n in walk(*roots) if isinstance(n, Assign) and n.value is not None)
    return [a for a in made if any(isinstance(t, Name) and t.id == name for t in a.targets)]


def uses(file: File, function: Function, attr: str) -> int:
    """How often the methods of an object use what it keeps in an attribute; in a loop, more than once."""
    owner = class_around(function)
    found = 0
    for method in file.functions:
        if owner is None or method.owner is not owner or method is function or method.index is None:
            continue
        for node in walk(*method.body):
            if isinstance(node, Member) and node.attr == attr and isinstance(node.value, Name):
                found += 2 if any(isinstance(up, Loop) for up in above(node)) else 1
    return found
