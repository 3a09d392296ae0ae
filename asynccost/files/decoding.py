"""Bytes on disk -> bytes of UTF-8 to parse, or the reason why not."""

import codecs
import re
from typing import NamedTuple

from asynccost.model import Problem

_COOKIE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\n]*)?\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
LONG_LINE = 2_000


class Decoded(NamedTuple):
    """What to parse (None: nothing), and what was wrong with the bytes, if anything.

    Where the file is UTF-8, offsets are those of the file less its byte order mark.
    """

    data: bytes | None
    problem: Problem | None = None


def decode(data: bytes, path: str, language: str) -> Decoded:
    """Text of a file as UTF-8 without a byte order mark. Bad bytes become `?`, so that offsets hold."""
    mark, encoding = encoding_of(data, language)
    if encoding.startswith("utf-16"):
        return _recoded(data[mark:], path, encoding)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Decoded(None, Problem(path, line, "holds a NUL byte, so it is not source code", "decode"))
    return _checked(data[mark:] if mark else data, path) if encoding == "utf-8" else _recoded(data, path, encoding)


def encoding_of(data: bytes, language: str) -> tuple[int, str]:
    """How many bytes of a byte order mark a file begins with, and the encoding that it says it has."""
    for bom, name in _UTF16.items():
        if data.startswith(bom):
            return len(bom), name
    if data.startswith(codecs.BOM_UTF8):
        return len(codecs.BOM_UTF8), "utf-8"
    if not data.isascii() and language == "python" and (cookie := _COOKIE.search(data)):
        name = cookie[1].decode("ascii")
        if name.lower().replace("_", "-") not in ("utf-8", "utf8"):
            return 0, name
    return 0, "utf-8"


def minified(data: bytes) -> bool:
    """Whether most of a script stands on lines that nobody wrote by hand."""
    if len(data) <= LONG_LINE:
        return False
    long = sum(len(line) for line in data.split(b"\n") if len(line) > LONG_LINE)
    return 2 * long > len(data)


def _checked(data: bytes, path: str) -> Decoded:
    if data.isascii():
        return Decoded(data)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8: byte 0x{data[error.start]:02x}; such bytes were read as ?"
        return Decoded(_with_marks(data), Problem(path, line, what, "decode"))
    return Decoded(data)


def _with_marks(data: bytes) -> bytes:
    return data.decode("utf-8", "surrogateescape").translate(_MARKS).encode()


_MARKS = dict.fromkeys(range(0xDC80, 0xDD00), "?")


def _recoded(data: bytes, path: str, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding).encode())
    except LookupError:
        problem = Problem(path, 1, f'says that it is encoded in "{encoding}", which is unknown', "decode")
        return Decoded(_checked(data, path).data, problem)
    except (UnicodeError, ValueError):
        return Decoded(None, Problem(path, 1, f"says that it is {encoding}, but it is not", "decode"))
