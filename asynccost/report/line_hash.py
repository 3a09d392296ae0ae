"""The hash by which GitHub knows an alert again: CodeQL's, so that its action finds ours to be right.

A polynomial of base 37 in 64 bits over the 100 characters (UTF-16) from the start of a line, blanks
dropped and line ends made one, then how often that value has been seen in the file.
"""

from collections import Counter
from collections.abc import Iterable

_BLOCK, _BASE, _MASK = 100, 37, (1 << 64) - 1
_END = "\uffff"


def line_hashes(data: bytes, wanted: Iterable[int]) -> dict[int, str]:
    """Line -> hash, for the wanted lines of a file that exist."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = _utf16(text.replace(" ", "").replace("\t", "")) + _END
    padded = text + "\0" * _BLOCK
    lines, found = set(wanted), {}
    seen: Counter[str] = Counter()
    start = 0
    for line in range(1, text.count("\n") + 2):
        window = padded[start : start + _BLOCK]
        seen[window] += 1
        if line in lines:
            found[line] = f"{_hash(window):x}:{seen[window]}"
        start = text.find("\n", start) + 1
    return found


def _hash(window: str) -> int:
    value = 0
    for c in window:
        value = (value * _BASE + ord(c)) & _MASK
    return value


def _utf16(text: str) -> str:
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(
        chr(u) for c in text for u in ((ord(c),) if c <= "\uffff" else _surrogates(ord(c) - 0x10000))
    )


def _surrogates(code: int) -> tuple[int, int]:
    return 0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)
