"""What a Python source only says to its readers: comments, documentation, sentences in strings."""

import re
from collections.abc import Iterable
from itertools import chain

STRINGS = re.compile(  # and comments
    rb'"""(?:[^"\\]++|\\.|"(?!""))*"""'
    rb"|'''(?:[^'\\]++|\\.|'(?!''))*'''"
    rb'|"(?:[^"\\\n]++|\\.)*"'
    rb"|'(?:[^'\\\n]++|\\.)*'"
    rb"|#[^\n]*+",
    re.DOTALL,
)
_LONG = (b"#", b'"""', b"'''")
_SENTENCE = re.compile(rb"\w[ \t]+\w")  # no annotation, whose words have a sign between them
_HOLDS_CODE = re.compile(rb"[fFtT][rR]?\Z")


def prose(source: bytes, parts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where nothing stands that names a thing for the code; the parts begin outside of strings."""
    found = chain.from_iterable(STRINGS.finditer(source, start, end) for start, end in parts)
    said = [m.span() for m in found if m[0].startswith(_LONG) or _SENTENCE.search(m[0])]
    return [(start, end) for start, end in said if not _HOLDS_CODE.search(source, max(start - 2, 0), start)]
