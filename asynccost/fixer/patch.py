"""Changes as a patch that `git apply` takes: bytes as they are, whatever their encoding and line ends."""

from collections.abc import Iterator, Mapping
from difflib import diff_bytes, unified_diff

_NO_END = b"\\ No newline at end of file\n"


def patch(before: Mapping[str, bytes], after: Mapping[str, bytes], prefix: str = "") -> bytes:
    """A patch of every changed file. prefix: from the top of the git checkout to what paths are relative to."""
    return b"".join(line for path in sorted(after) for line in _of(prefix + path, before[path], after[path]))


def _of(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    old, new = _lines(before), _lines(after)
    names = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    for number, line in enumerate(diff_bytes(unified_diff, old, new, *names)):
        if number == 0:
            yield b"diff --git %s %s\n" % names
        yield line if line.endswith(b"\n") else line + b"\n" + _NO_END


def _lines(data: bytes) -> list[bytes]:
    """Lines by line feeds alone: git knows no other."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _quoted(path: str) -> bytes:
    """A path as git writes it: in quotes where it holds a quote, a backslash, a control or a non-ASCII byte."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(32 <= c < 127 and c not in b'"\\' for c in raw):
        return raw
    plain = {ord('"'): b'\\"', ord("\\"): b"\\\\", 9: b"\\t", 10: b"\\n"}
    return b'"' + b"".join(
        plain.get(c) or (bytes([c]) if 32 <= c < 127 else b"\\%03o" % c) for c in raw
    ) + b'"'
