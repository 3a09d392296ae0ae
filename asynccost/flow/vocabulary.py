"""Which words a Python source may use to name something, small enough to be kept of every file of a project."""

from binascii import b2a_base64
from zlib import crc32

from asynccost.flow.mentions import SPACED

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
