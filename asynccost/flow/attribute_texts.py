"""Which bodies that wait may assign or change an attribute, by their text."""

import re
from collections.abc import Iterator

from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import Function

_SET = re.compile(rb"[\s\\]*[-+*/%&|^@<>]{0,3}=(?!=)")
_TARGET = rb"\*?\w+(?:\.\w++|\[[^\]\n]*\]|\([^()\n]*\))*"  # `a.b`, `a[0].b`, `f().b`
_MORE = re.compile(  # the rest of a list of targets, on one line or in brackets
    rb"(?:[ \t)\]]++|\\\r?\n)*(?:,(?:[ \t(\[]++|\\\r?\n)*%(t)s(?:[ \t)\]]++|\\\r?\n)*)*(?:,[ \t)\]]*+)?=(?!=)"
    rb"|[\s)\]]*+(?:,[\s(\[]*+%(t)s[\s)\]]*)*(?:,\s*)?[)\]][ \t]*=(?!=)" % {b"t": _TARGET}
)
_GIVEN = re.compile(rb"[\w)\]]\([^()\n]*\Z")  # before it on its line: it is an argument of a call
_BEGINS = re.compile(rb"(?:\A|[;:])[ \t]*[\w.]+\.[ \t]*\Z")  # before it on its line: a statement begins with it
_BOUND = re.compile(rb"\bas\b")
_NAMED = re.compile(rb"\.[\s\\]*(\w+)")
_STORED = re.compile(
    rb"\s*(?:[-+*/%&|^@<>]{0,3}=(?!=)|[,)\]\\]|\.\s*(?:"
    + b"|".join(word.encode() for word in sorted(MUTATORS))
    + rb")\b)"
)
_NOTED = re.compile(rb"\s*:")
_TARGETS = re.compile(rb"\b(?:for|del|as)\b|;|^\s*\w+\s*\.\s*$")


def may_assign(source: bytes, function: Function, attr: str) -> bool:
    """Whether a body may assign an attribute, or note its type."""
    return any(_is_target(source, at, after) for at, after in _named(source, function, attr.encode()))


def assigned(source: bytes, function: Function) -> set[bytes]:
    """The attributes that a body may assign, of whatever object."""
    found = _NAMED.finditer(source, function.start, function.end)
    return {m[1] for m in found if _is_target(source, m.start(1), m.end(1))}


def _is_target(source: bytes, at: int, after: int) -> bool:
    """Whether something is assigned to the attribute that stands here, as far as the text around it can tell."""
    if _SET.match(source, after):
        return True
    before = source[source.rfind(b"\n", 0, at) + 1 : at]
    return (
        (_NOTED.match(source, after) is not None and _BEGINS.search(before) is not None)
        or (_MORE.match(source, after) is not None and _GIVEN.search(before) is None)
        or _BOUND.search(before) is not None
    )


def may_change(source: bytes, function: Function, attr: str) -> bool:
    """Whether a body may assign an attribute, also as one of several, or change what it holds in place."""
    for at, after in _named(source, function, attr.encode()):
        if _STORED.match(source, after):
            return True
        before = source[source.rfind(b"\n", 0, at) + 1 : at]
        if _TARGETS.search(before) and (_NOTED.match(source, after) or b"for" in before or b"del" in before):
            return True
    return False


def _named(source: bytes, function: Function, word: bytes) -> Iterator[tuple[int, int]]:
    """Where a body names an attribute, and where the name ends."""
    at = source.find(word, function.start, function.end)
    while at >= 0:
        after = at + len(word)
        if source[at - 1 : at] == b"." or _after_dot(source, at):
            follows = source[after : after + 1]
            if not (follows.isalnum() or follows == b"_"):
                yield at, after
        at = source.find(word, after, function.end)


def _after_dot(source: bytes, at: int) -> bool:
    return source[max(at - 200, 0) : at].rstrip().endswith(b".")
