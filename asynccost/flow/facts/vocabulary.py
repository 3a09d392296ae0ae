"""Which words a Python source may use to name something, small enough to be kept of every file of a project.

What a Python source tells before it is parsed: that a name is defined, imported or renamed nowhere in it.
"""

import re
from binascii import b2a_base64
from zlib import crc32

from asynccost.flow.mentions import SPACED, places

_SHORTEST = 3  # bytes: shorter names are everywhere
_FIRST = frozenset(b"_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def vocabulary(source: bytes) -> str:
    """The words of a source that may name functions and classes, four letters a word."""
    words = set(source.translate(SPACED).split())
    marks = [crc32(w).to_bytes(4)[:3] for w in words if len(w) >= _SHORTEST and w[0] in _FIRST]
    return b2a_base64(b"".join(sorted(marks)), newline=False).decode("ascii")


def may_be_known(word: str) -> bool:
    """Whether a vocabulary holds words like this one: nothing that stands everywhere."""
    return len(word) >= _SHORTEST and ord(word[0]) in _FIRST and word.isidentifier() and word.isascii()


def word_mark(word: str) -> str:
    """The four letters that stand for a word: where they are not in a vocabulary, its source does not say it."""
    return b2a_base64(crc32(word.encode()).to_bytes(4)[:3], newline=False).decode("ascii")


_NEAR = 64  # bytes before a name in which the keyword of its definition stands
_AFTER = {word: re.compile(rb"(?:\b%s|\A\W)\W+\Z" % word.encode()) for word in ("class", "def")}
_DEFINITIONS = re.compile(rb"\b(class|def)\W+?([\w\x80-\xff]+)")
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


def defined(source: bytes) -> frozenset[tuple[str, str]]:
    """All that `defines` says of names: each with its keyword."""
    found = _DEFINITIONS.finditer(source)
    return frozenset((m[1].decode("ascii"), m[2].decode("utf-8", "surrogateescape")) for m in found)


def import_words(source: bytes) -> frozenset[str]:
    """The words of the statements that import."""
    found = (_WORD.findall(m[1]) for m in _IMPORTS.finditer(source))
    return frozenset(word.decode() for words in found for word in words)


def renamed(source: bytes) -> frozenset[bytes]:
    """The words before an `as`."""
    words = (_ENDING.search(source, max(m.start() - _LONGEST, 0), m.start()) for m in _AS.finditer(source))
    return frozenset(word[0] for word in words if word)
