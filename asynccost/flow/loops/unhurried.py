"""Why the turns of a loop may have to come one by one, by a comment, by the names around it and by what they do."""

import re
from collections.abc import Sequence

from asynccost.flow.file import File
from asynccost.flow.intent import COMMENT
from asynccost.flow.linked.aside import asides
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Argument, Call, Collection, Comprehension, Constant, Do, Function, Loop, Member, Node
from asynccost.flow.waits.wait import Wait
from asynccost.flow.words import chain, words

_WRITING = frozenset({"post", "put", "patch", "delete"})
_EACH = frozenset({"map", "forEach"})
_NEAR = 3  # parts of a path that say what its functions are for


Told = dict[str, frozenset[str]]  # the words of the tables, by what they say


def _words_of(file: File) -> Told:
    return {key: frozenset(said) for key, said in file.knowledge.table("seldom")["loops"].items()}


def unhurried(loop: Loop | Comprehension, waits: Sequence[Wait], file: File, function: Function) -> str:
    """A doubt of a loop whose turns are left to themselves, or tell or ask people; "" where none is so."""
    told = file.memo(_words_of)
    named = [function.name, *(f.name for f in scopes(function.scope) if f.kind != "module")]
    around = {word for name in (*named, *_stems(file.path)) for word in words(name)}
    if aside := _said_above(loop, file, function):
        return f"a comment says so: {aside}"
    if _is_left_alone(function) or file.memo(asides).left_to_itself(function):
        return "nobody waits for the function around it"
    left = [w for w in waits if w.kind not in ("fresh", "memory")]
    if left and _met(told["notices"], around) and all(_sends(wait, told) for wait in left):
        return "nobody waits for notices to be sent, and their receiver limits the rate, as a rule"
    if word := _met(told["asks"], around):
        return f"{word} says that somebody is asked, one question after another"
    return ""


_ASIDE = re.compile(
    COMMENT.encode() + rb"[^\n]*(?:in (?:the )?background|without blocking)[^\n]*", re.I | re.M
)
_ABOVE = 400  # bytes of comment above a loop that still speak of it


def _said_above(loop: Loop | Comprehension, file: File, function: Function) -> str:
    """A comment right above a loop that says that nobody waits for it."""
    source = file.module.source
    begin = max(function.start, loop.start - _ABOVE, source.rfind(b"\n\n", 0, loop.start))
    found = _ASIDE.search(source, begin, loop.start)
    return found[0].decode("utf-8", "replace").strip()[:80] if found else ""


def _stems(path: str) -> list[str]:
    return [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]


def _met(wanted: frozenset[str], said: "set[str] | Sequence[str]") -> str:
    return min(wanted.intersection(said), default="")


def _is_left_alone(function: Function) -> bool:
    """`items.map(async (item) => ...)` as a statement: its promises are dropped."""
    if not function.is_async or function.closure is None:
        return False
    argument = function.closure.parent
    call = argument.parent if isinstance(argument, Argument) else None
    callee = call.callee if isinstance(call, Call) else None
    return isinstance(callee, Member) and callee.attr in _EACH and isinstance(call and call.parent, Do)


def _sends(wait: Wait, told: Told) -> bool:
    return not told["sends"].isdisjoint(words(wait.name)[:1]) or _writes_to(wait) is not None


def _writes_to(wait: Wait) -> Node | None:
    """The address of a request that changes something: `client.post(url)`, `fetch(url, { method: "POST" })`."""
    call = wait.node
    if not isinstance(call, Call) or not call.arguments:
        return None
    last = chain(call.callee)[-1]
    if last in _WRITING or (last == "fetch" and any(_method(a.value) in _WRITING for a in call.arguments[1:2])):
        return call.arguments[0].value
    return None


def _method(options: Node) -> str:
    """The HTTP method that a literal of options names; "" for none."""
    if not isinstance(options, Collection):
        return ""
    for key, value in zip(options.keys, options.items, strict=False):
        if isinstance(key, Constant) and key.value == "method":
            return str(value.value).lower() if isinstance(value, Constant) else ""
    return ""
