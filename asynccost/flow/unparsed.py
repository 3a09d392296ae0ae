"""What a Python source tells before it is parsed: that a name is defined, imported or renamed nowhere in it."""

import re

from asynccost.flow.mentions import places

_NEAR = 64  # bytes before a name in which the keyword of its definition stands
_AFTER = {word: re.compile(rb"(?:\b%s|\A\W)\W+\Z" % word.encode()) for word in ("class", "def")}
_IMPORTS = re.compile(  # from the keyword to the end of the statement; in a string or a comment it may say too much
    rb"\bimport\b(?=((?:[ \t\f]++|\\\r?\n)*(?:\((?:[^()#]++|\#[^\n]*+)*|(?:[^\\\n]++|\\\r?\n|\\)*)))"
)
_WORD = re.compile(rb"\w+")
_AS, _ENDING = re.compile(rb" as\b"), re.compile(rb"[^\x00-/:-@\[-^`{-\x7f]+\Z")  # a word of any alphabet
_LONGEST = 256  # bytes of a name


def holds(source: bytes, word: str) -> bool:
    """Whether a word stands in a source."""
    return any(True for _ in places(source, word.encode()))


def defines(source: bytes, keyword: str, name: str) -> bool:
    """Whether a function or class of a name seems to be defined; a nameless one is known by its keyword."""
    if name.startswith("<"):
        return holds(source, name.strip("<>"))
    after = _AFTER[keyword]
    return any(after.search(source[max(at - _NEAR, 0) : at]) for at in places(source, name.encode()))


def import_words(source: bytes) -> frozenset[str]:
    """The words of the statements that import."""
    found = (_WORD.findall(m[1]) for m in _IMPORTS.finditer(source))
    return frozenset(word.decode() for words in found for word in words)


def renamed(source: bytes) -> frozenset[bytes]:
    """The words before an `as`."""
    words = (_ENDING.search(source, max(m.start() - _LONGEST, 0), m.start()) for m in _AS.finditer(source))
    return frozenset(word[0] for word in words if word)
