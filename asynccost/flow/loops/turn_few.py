"""Why a loop has few turns, by where its list comes from: one item is written out, or made a list.

Whether a loop looks for one item, so that few of its turns get as far as its wait.
"""

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Choice,
    Collection,
    Comprehension,
    Constant,
    Continue,
    Expr,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)
from asynccost.flow.turn import gone_through
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_MAKES = frozenset({"frozenset", "set", "tuple", "list", "Set", "freeze"})
_ASKS = frozenset({"isinstance", "isArray"})
_VIEWS = frozenset({"items", "values", "keys"})
_READS = frozenset({*_VIEWS, "get", "copy", "length", "map", "forEach", "includes", "join"})


def few_turns(loop: Loop | Comprehension, file: File, function: Function) -> str:
    """A doubt of a loop over one item; "" where nothing says that there is no more."""
    source = _plain(gone_through(loop))
    if len(_items(source)) == 1:
        return "it has one turn"
    if not isinstance(source, Name):
        return ""
    if _lists_one(source.id, file, function):
        return f"{source.id} lists one of them"
    if _made_a_list(source.id, function):
        return f"{source.id} is one thing as a rule: what is no list is put into one"
    return ""


def _lists_one(name: str, file: File, function: Function) -> bool:
    """Whether a name of the function or the module lists one item, as it is written out."""
    scope = binder(name, function)
    if scope is None or scope.index is None or (scope is not file.module.top and _grows(name, scope)):
        return False
    bound = scope.index.bound.get(name, [])
    return len(bound) == 1 and len(_items(bound[0])) == 1


def _plain(source: Expr | None) -> Expr | None:
    """`images` of `images.items()`."""
    callee = source.callee if isinstance(source, Call) and not source.arguments else None
    return callee.value if isinstance(callee, Member) and callee.attr in _VIEWS else source


def _grows(name: str, scope: Function) -> bool:
    """Whether a function may put more into what it made: it hands it on, or calls a method of it that does not read."""
    for node in walk(*scope.body):
        if not isinstance(node, Name) or node.id != name:
            continue
        up = node.parent
        if isinstance(up, (Argument, Subscript)) or (isinstance(up, Member) and up.attr not in _READS):
            return True
    return False


def _items(value: Expr | None) -> list[Expr]:
    if isinstance(value, Call) and len(value.arguments) == 1 and chain(value.callee)[-1] in _MAKES:
        value = value.arguments[0].value
    if not isinstance(value, Collection) or any(isinstance(i, Other) and i.op == "spread" for i in value.items):
        return []
    return [] if None in value.keys else list(value.items)


def _made_a_list(name: str, function: Function) -> bool:
    """`if not isinstance(action, list): action = [action]`; several have a name of several: `urls`."""
    if words(name)[-1:] and words(name)[-1].endswith("s"):
        return False
    for node in walk(*function.body):
        if not isinstance(node, Assign) or not any(isinstance(t, Name) and t.id == name for t in node.targets):
            continue
        if isinstance(node.value, Choice) and any(map(_is_one, node.value.options)) and _asked(node.value.test):
            return True
        if _is_one(node.value) and isinstance(node.parent, If) and _asked(node.parent.test):
            return True
    return False


def _is_one(value: Node | None) -> bool:
    return isinstance(value, Collection) and len(value.items) == 1 and isinstance(value.items[0], Name)


def _asked(test: Node | None) -> bool:
    return any(isinstance(n, Call) and chain(n.callee)[-1] in _ASKS for n in walk(test))


_EQUAL, _UNEQUAL = frozenset({"==", "==="}), frozenset({"!=", "!=="})


def selects(loop: Loop | Comprehension, wait: Node) -> bool:
    """Whether a wait is reached only by items that equal something: `if item.id != wanted: continue`."""
    if isinstance(loop, Comprehension):
        return any(_picks(test, clause.target, _EQUAL) for clause in loop.clauses for test in clause.conditions)
    if not isinstance(loop.target, Name):
        return False
    below = wait
    for up in above(wait):
        if isinstance(up, If) and any(below is s for s in up.body) and _picks(up.test, loop.target, _EQUAL):
            # an inner loop that looks its match up in a list finds one for every turn of this
            return not _looks_up(wait, loop, up.test)
        if isinstance(up, If) and any(below is s for s in up.body) and _has(up.test, loop.target):
            return True
        if up is loop:
            break
        below = up
    before = (s for s in loop.body if s.end <= wait.start and isinstance(s, If))
    return any(
        not s.orelse and isinstance(s.body[-1], Continue) and _picks(s.test, loop.target, _UNEQUAL) for s in before
    )


def _looks_up(wait: Node, loop: Loop, test: Expr) -> bool:
    """Whether the test compares with the item of a loop inside this one."""
    roots = {_root(part) for part in test.parts} if isinstance(test, Other) else set()
    for up in above(wait):
        if up is loop:
            return False
        if isinstance(up, Loop) and isinstance(up.target, Name) and up.target.id in roots:
            return True
    return False


def _has(test: Expr, target: Name) -> bool:
    """`"image" in message and message["image"]`: what only some of the items have."""
    asked = test.options[0] if isinstance(test, Choice) and test.options else test
    if not isinstance(asked, Other) or asked.op != "in" or len(asked.parts) != 2:
        return False
    key, whole = asked.parts
    return isinstance(key, Constant) and isinstance(key.value, str) and _root(whole) == target.id


def _picks(test: Expr, target: Expr, signs: frozenset[str]) -> bool:
    """Whether a test holds the loop's item, or a part of it, against a name from outside."""
    if not isinstance(test, Other) or test.op not in signs or len(test.parts) != 2 or not isinstance(target, Name):
        return False
    mine = [_root(part) == target.id for part in test.parts]
    others = [part for part, own in zip(test.parts, mine, strict=True) if not own]
    return any(mine) and all(isinstance(other, (Name, Member)) for other in others)


def _root(expr: Expr) -> str:
    here: Node | None = expr
    while isinstance(here, (Member, Subscript)):
        here = here.value
    return here.id if isinstance(here, Name) else ""
