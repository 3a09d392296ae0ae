"""What stands between brackets in the text of a script."""

from collections.abc import Iterator

_QUOTES = (b'"', b"'", b"`")
_OPENING = (*_QUOTES, b"{", b"(", b"[")


def closed(code: bytes, at: int) -> int:
    """Where what opens at a place ends: a string, or what stands in brackets."""
    opening = code[at : at + 1]
    if opening in _QUOTES:
        end = code.find(opening, at + 1)
        return end + 1 if end >= 0 else len(code)
    depth = 0
    while at < len(code):
        char = code[at : at + 1]
        depth += (char in b"{([") - (char in b"})]")
        at = closed(code, at) if char in _QUOTES else at + 1
        if depth == 0:
            break
    return at


def arguments(code: bytes, at: int) -> Iterator[bytes]:
    """The texts of the arguments of a call, from behind its opening bracket."""
    while at < len(code) and code[at : at + 1] != b")":
        start = at
        while at < len(code) and code[at : at + 1] not in (b",", b")"):
            at = closed(code, at) if code[at : at + 1] in _OPENING else at + 1
        yield code[start:at].strip()
        at += code[at : at + 1] == b","
