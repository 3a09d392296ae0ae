"""Whether a function remembers what it has asked for: in a variable, a cache, a file."""

import re
from math import inf

from asynccost.flow.around import above, words_in
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Call, Constant, Expr, Function, If, Member, Name, Node, Other, Return, Subscript
from asynccost.flow.words import chain

_CACHE = re.compile(r"cache|memo|ttl|expir", re.I)
_ON_DISK = re.compile(r"\b(?:exists|isfile|is_file)\(")
_NOT_ON_DISK = re.compile(r"\bnot\s+[\w.]*(?:\([^()]*\)\.)?(?:exists|isfile|is_file)\(")


def answers_from_cache(file: File, function: Function, call: Call) -> bool:
    """Whether a function returns what it remembers before it comes to a call, or puts away what comes of it."""
    if _CACHE.search(function.name) or _puts_away(function, call) or _unless_on_disk(file, call):
        return True
    if _asked_once(file, function):
        return True
    for made in function.index.returns if function.index else ():
        if made.end > call.start:
            break
        up = made.parent
        if isinstance(up, If):
            said = _spelled(file, up.test, function) + _spelled(file, made.value, function)
            if _CACHE.search(said) or _remembered(file, function, up, made):
                return True
            if _ON_DISK.search(file.text(up.test)) and not _NOT_ON_DISK.search(file.text(up.test)):
                return True
    return False


_KEEPS = frozenset({"functools.cache", "functools.lru_cache"})


def _asked_once(file: File, function: Function) -> bool:
    """Whether a function without parameters keeps its answer for good: `@lru_cache(maxsize=1)`."""
    plain = not function.params and function.owner is None
    named = (d.callee if isinstance(d, Call) else d for d in function.decorators)
    return plain and any(file.resolve(name) in _KEEPS for name in named)


def _unless_on_disk(file: File, call: Call) -> bool:
    """`if not path.exists(): download(path)`: what is asked for is put into a file, once."""
    for up in above(call):
        if isinstance(up, If) and _ON_DISK.search(test := file.text(up.test)):
            missing = any(s.start <= call.start < s.end for s in up.orelse)
            if missing is not bool(_NOT_ON_DISK.search(test)):
                return True
    return False


def _puts_away(function: Function, call: Call) -> bool:
    """`cache.set("address", answer, 3600)` further down: who asks again within an hour gets what lies there."""
    later = (c for c in (function.index.calls if function.index else ()) if c.start > call.end)
    named = (chain(c.callee) for c in later if isinstance(c.callee, Member) and len(c.arguments) > 1)
    return any(names[-1] in ("set", "setex") and _CACHE.search(names[-2]) for names in named if len(names) > 1)


def _spelled(file: File, expr: Expr | None, function: Function) -> str:
    """An expression's text, and that of what its names were assigned."""
    if expr is None:
        return ""
    bound = function.index.bound if function.index else {}
    values = [v for word in words_in(expr) for v in bound.get(word, ()) if v is not None]
    return " ".join(file.text(part) for part in (expr, *values))


def remembers(file: File, function: Function, call: Call) -> bool:
    """Whether a function comes to a call only for what it does not remember: `if key in names: return names[key]`."""
    known = file.memo(_firsts)
    if id(function) not in known:
        known[id(function)] = _first(file, function)
    return known[id(function)] <= call.start


def _firsts(_: File) -> dict[int, float]:
    """Where each function that was asked for first returns what it remembers."""
    return {}


def _first(file: File, function: Function) -> float:
    under = ((r, r.parent) for r in (function.index.returns if function.index else ()))
    return min((r.end for r, up in under if isinstance(up, If) and _remembered(file, function, up, r)), default=inf)


def _remembered(file: File, function: Function, branch: If, made: Return) -> bool:
    """`if cls._id is not None: return cls._id`, where the same function fills it further down; `return maker()`."""
    kept = made.value.callee if isinstance(made.value, Call) else made.value
    if not isinstance(kept, (Name, Member, Subscript)):
        return False
    name = file.text(kept)
    held = file.text(kept.value) if isinstance(kept, Subscript) else name
    filled = (t for a in (function.index.assigns if function.index else ()) for t in getattr(a, "targets", ()))
    return held in file.text(branch.test) and any(t.start > made.end and file.text(t) == name for t in filled)


def first_time_only(file: File, function: Function, node: Node) -> bool:
    """Whether a function comes to a wait only until it has made the one thing that it keeps, beyond itself.

    `if (instance) return instance; instance = await create()`, `if (!instance) { instance = await create() }`.
    """
    for up in above(node):
        if isinstance(up, If) and any(s.start <= node.start < s.end for s in up.body):
            kept = _denied(up.test)
            if kept is not None and _is_beyond(kept, function) and _fills(file, function, kept, up.start, up.end):
                return True
    for made in function.index.returns if function.index else ():
        branch, value = made.parent, made.value
        if not isinstance(branch, If) or made.end > node.start or not isinstance(value, (Name, Member)):
            continue
        tested = _denied(branch.test, to_be=True)
        same = tested is not None and file.text(tested) == file.text(value)
        if same and _is_beyond(value, function) and _fills(file, function, value, made.end, function.end):
            return True
    return False


def _denied(test: Node, *, to_be: bool = False) -> Name | Member | None:
    """What a test asks to be missing: `!x`, `x is None`, `x === null`; to_be: to be there, `x`, `x !== undefined`."""
    if to_be and isinstance(test, (Name, Member)):
        return test
    if isinstance(test, Other) and test.op == "not" and not to_be and len(test.parts) == 1:
        part = test.parts[0]
        return part if isinstance(part, (Name, Member)) else None
    compares = ("!==", "!=", "is not") if to_be else ("===", "==", "is")
    if isinstance(test, Other) and test.op in compares and len(test.parts) == 2:
        part, other = test.parts
        nothing = (isinstance(other, Constant) and other.value is None) or _is_undefined(other)
        return part if nothing and isinstance(part, (Name, Member)) else None
    return None


def _is_undefined(node: Node) -> bool:
    return isinstance(node, Name) and node.id == "undefined"


def _is_beyond(kept: Name | Member, function: Function) -> bool:
    """Whether something lives on when a function has ended: a name of the code around it, its object's attribute."""
    if isinstance(kept, Member):
        return isinstance(kept.value, Name) and kept.value.id in ("self", "this", "cls")
    return binder(kept.id, function) not in (None, function)


def _fills(file: File, function: Function, kept: Name | Member, start: int, end: int) -> bool:
    """Whether a function gives something a value in a stretch of its code."""
    name = file.text(kept)
    assigns = (a for a in (function.index.assigns if function.index else ()) if start <= a.start < end)
    return any(file.text(target) == name for a in assigns for target in getattr(a, "targets", ()))
