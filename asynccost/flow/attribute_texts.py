"""Which bodies that wait may change an attribute, by their text."""

import re
from collections.abc import Iterator

from asynccost.flow.touches import MUTATORS
from asynccost.flow.tree import Function

_READ = re.compile(rb"\s*[.(\[]")
_STORED = re.compile(
    rb"\s*(?:[-+*/%&|^@<>]{0,3}=(?!=)|[,)\]\\]|\.\s*(?:"
    + b"|".join(word.encode() for word in sorted(MUTATORS))
    + rb")\b)"
)
_NOTED = re.compile(rb"\s*:")
_TARGETS = re.compile(rb"\b(?:for|del|as)\b|;|^\s*\w+\s*\.\s*$")


def may_assign(source: bytes, function: Function, attr: str) -> bool:
    """Whether a body may assign an attribute: it is named where no call, member or item follows."""
    return any(not _READ.match(source, after) for _, after in _named(source, function, attr.encode()))


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
