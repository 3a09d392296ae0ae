"""Whether a function remembers what it has asked for: in a variable, a cache, a file."""

import re
from math import inf

from asynccost.flow.around import above, words_in
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Expr, Function, If, Member, Name, Return, Subscript
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
