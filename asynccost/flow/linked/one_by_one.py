"""Loops over what a caller hands in, where all that call the function hand in a list of one: `backend.send([message])`.

The call may go through an object of which nobody knows the class, and stand in a file that is not read otherwise: all
places that say the function's name are asked, by their text.
"""

import re
from collections.abc import Iterator, Sequence

from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import STRINGS, places
from asynccost.flow.tree import Comprehension, Expr, Function, Loop, Name

_SELF = frozenset({"self", "cls"})
_FEW = 3  # things in a literal: no more than a few turns
_IMPORTS = re.compile(rb"[ \t]*(?:from|import)\b")
_CALLED = re.compile(rb"[ \t]*\(")
_NAMED = re.compile(rb"\s*(\w+)\s*=(?!=)\s*")
_SPREAD = re.compile(rb"\s*\*")
_TURNS = re.compile(rb"\bfor\b")
Over = Sequence[Sequence[str | int]]


def handed(loops: Sequence[Loop | Comprehension], function: Function) -> Over:
    """The parameters that all of these loops go through, each with its place; nothing where one has another source."""
    found = [_parameter(_source(loop), function) for loop in loops]
    return found if all(found) else []


def _source(loop: Loop | Comprehension) -> Expr | None:
    if isinstance(loop, Comprehension):
        return loop.clauses[0].iter if len(loop.clauses) == 1 else None
    return loop.iter


def _parameter(source: Expr | None, function: Function) -> list[str | int]:
    params = [p.name for p in function.params if p.name not in _SELF and not p.star]
    if not isinstance(source, Name) or source.id not in params or function.index is None:
        return []
    return [source.id, params.index(source.id)] if function.index.bound.get(source.id) == [None] else []


def one_by_one(path: str, start: int, over: Over, project: Project) -> str:
    """Why loops of a function hardly turn, as a clause: all that say its name hand in a literal of a few; else ""."""
    made = project.names.function(path, start) if over else None
    name = made.facts["qualname"].rpartition(".")[2] if made is not None else ""
    if made is None or made.facts["entry"] or not name.isidentifier() or name.startswith("__"):
        return ""
    said = ""
    for other in sorted(project.python.holding(name)):
        for line, arguments in _calls(name, other, project):
            if not all(_hands_few(arguments, str(param).encode(), int(at)) for param, at in over):
                return ""
            said = said or f"{other}:{line}"
    return f"{said} hands in what the loop goes through, one or a few" if said else ""


def _calls(name: str, path: str, project: Project) -> Iterator[tuple[int, list[bytes]]]:
    """The calls of a name in a file: their lines and arguments; none for what else says it there, imports aside."""
    code = project.python.code(path)
    plain = STRINGS.sub(_blank, code)
    for at in places(code, name.encode()):
        if _IMPORTS.match(code, code.rfind(b"\n", 0, at) + 1):
            continue
        called = _CALLED.match(plain, at + len(name))
        yield code.count(b"\n", 0, at) + 1, _arguments(plain, called.end()) if called is not None else []


def _blank(match: re.Match[bytes]) -> bytes:
    """A string of the same length that says nothing."""
    return b" " * len(match[0]) if match[0].startswith(b"#") else b'"' * len(match[0])


def _arguments(plain: bytes, start: int) -> list[bytes]:
    """What stands between the parentheses of a call, and after an opening bracket until the one that closes it."""
    found, depth, begin = list[bytes](), 0, start
    for at in range(start, len(plain)):
        char = plain[at : at + 1]
        if char in b"([{":
            depth += 1
        elif char == b"," and depth == 0:
            found.append(plain[begin:at])
            begin = at + 1
        elif char in b")]}":
            depth -= 1
            if depth < 0:
                found.append(plain[begin:at])
                break
    return [one for one in found if one.strip()]


def _hands_few(arguments: list[bytes], param: bytes, at: int) -> bool:
    """Whether a call hands in a literal of one thing, or of a few, for a parameter."""
    if any(_SPREAD.match(one) for one in arguments):
        return False
    named = {m[1]: one[m.end() :] for one in arguments if (m := _NAMED.match(one)) is not None}
    plain = [one for one in arguments if _NAMED.match(one) is None]
    given = named.get(param, plain[at] if at < len(plain) else b"").strip()
    if not given.startswith(b"[") or not given.endswith(b"]"):
        return False
    items = _arguments(given, 1)
    return 0 < len(items) <= _FEW and not any(_SPREAD.match(one) or _TURNS.search(one) for one in items)
