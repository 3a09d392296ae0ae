"""Damaged source files, from a seed: what disks, editors, generators and attackers make of code."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

PYTHON_DEEP = (
    (b"x = ", b"(", b"1", b")"),
    (b"x = ", b"[", b"", b"]"),
    (b"x = ", b"{1: ", b"2", b"}"),
    (b"x = ", b"f(", b"", b")"),
    (b"x = ", b"not ", b"y", b""),
    (b"x = ", b"lambda: ", b"0", b""),
    (b"x = y", b".a()", b"", b""),
    (b"x = 1", b" + 1", b"", b""),
    (b"x = y", b"[0]", b"", b""),
    (b"x = ", b"f'{", b"1", b"}'"),
    (b"x = ", b"1 if y else ", b"2", b""),
    (b"async def f():\n    x = ", b"await (", b"y", b")"),
    (b"if x:\n    pass\n", b"elif y:\n    pass\n", b"", b""),
    (b"x = a", b" = a", b"", b""),
    (b"", b"@d\n", b"def f(): pass", b""),
)
JAVASCRIPT_DEEP = (
    (b"x = ", b"(", b"1", b")"),
    (b"x = ", b"[", b"", b"]"),
    (b"x = ", b"{a: ", b"2", b"}"),
    (b"x = ", b"f(", b"", b")"),
    (b"x = ", b"!", b"y", b""),
    (b"x = ", b"() => ", b"0", b""),
    (b"x = ", b"async () => { await ", b"0", b"}"),
    (b"x = y", b".then(a)", b"", b""),
    (b"x = 1", b" + 1", b"", b""),
    (b"x = ", b"`${", b"1", b"}`"),
    (b"x = ", b"y ? ", b"1", b" : 2"),
    (b"x = ", b"a ? b : ", b"1", b""),
    (b"", b"{", b"f()", b"}"),
    (b"", b"if (x) ", b"f()", b""),
    (b"", b"if (x) f(); else ", b"f()", b""),
    (b"", b"for (;;) ", b"await f()", b""),
    (b"x = ", b"<a>", b"", b"</a>"),
    (b"type X = ", b"A<", b"B", b">"),
    (b"type X = ", b"A extends B ? C : ", b"D", b""),
    (b"", b"function f() { ", b"", b"}"),
    (b"", b"class A { m() { ", b"", b"} }"),
    (b"const ", b"{a: ", b"b", b"} = c"),
    (b"x = a", b" = a", b"", b""),
    (b"x = a", b" ?? a", b"", b""),
    (b"", b"label: ", b"f()", b""),
    (b"", b"switch (x) { case 1: ", b"", b"}"),
    (b"", b"try { ", b"f()", b"} finally {}"),
)


class Mutant(NamedTuple):
    """A damaged file. loud: it must be listed as a problem, whatever it holds."""

    name: str
    data: bytes
    loud: bool = False


class Limits(NamedTuple):
    """How large and how deep mutants get."""

    depth: int = 10_000
    line: int = 100_000


Kind = Callable[[bytes, Random, Limits, bool], tuple[bytes, bool]]


def mutants(
    corpus: Sequence[tuple[str, bytes]], count: int, random: Random, limits: Limits | None = None
) -> Iterator[Mutant]:
    """`count` damaged versions of (path, text) pairs; every kind comes round."""
    kinds = sorted(_KINDS.items())
    for number in range(count):
        path, text = random.choice(corpus)
        kind, change = kinds[number % len(kinds)]
        stem, _, suffix = path.rpartition("/")[2].rpartition(".")
        data, loud = change(text, random, limits or Limits(), suffix in ("py", "pyw"))
        yield Mutant(f"{kind}/{stem}_{number}.{suffix}", data, loud)


def _truncated(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return text[: random.randrange(len(text) + 1)], False


def _flipped(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    data = bytearray(text or b"x")
    for _ in range(random.randint(1, 20)):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data), False


def _swapped(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    lines = text.split(b"\n")
    for _ in range(5):
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines), False


def _punctuated(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice((b"(", b"}", b'"""', b"'", b"`", b"/*", b"\\", b"<", b"\t", b"${")) + text[at:]
    return text, False


def _deep(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    start, opening, middle, closing = random.choice(PYTHON_DEEP if python else JAVASCRIPT_DEEP)
    depth = limits.depth
    return text + b"\n" + start + opening * depth + middle + closing * depth + b"\n", False


def _deep_blocks(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    depth = min(limits.depth, 1_000)  # in Python the text grows with the square of it
    if not python:
        return text + b"\nasync () => {" + b"for (;;) {" * depth + b"await f()" + b"}" * (depth + 1), False
    header = random.choice((b"if x:", b"for x in y:", b"async def f():", b"class A:", b"with x:", b"try:"))
    body = b"".join(b" " * n + header + b"\n" for n in range(depth))
    return text + b"\n" + body + b" " * depth + b"pass\n", False


def _long_line(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    row = random.choice((b"1, ", b"'abc', ", b"f(x), ", b"[1, 2], "))
    return text + b"\nx = [" + row * (limits.line // len(row)) + b"]\n", False


def _nul(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    at = random.randrange(len(text) + 1)
    return text[:at] + b"\0" + text[at:], True


def _bom(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return b"\xef\xbb\xbf" + text, False


def _utf16(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    name = random.choice(("utf-16", "utf-16-le", "utf-16-be"))
    return text.decode("utf-8", "replace").encode(name), name != "utf-16"


def _cut_utf16(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return text.decode("utf-8", "replace").encode("utf-16") + b"x", True


def _latin1(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    mark = b"# " if python else b"// "
    declared = python and random.random() < 0.5
    cookie = b"# -*- coding: latin-1 -*-\n" if declared else b""
    return cookie + mark + "Müßiggang".encode("latin-1") + b"\n" + text, not declared


def _cookie(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    name = random.choice((b"no-such-code", b"utf-7", b"rot13", b"hex", b"idna", b"utf-16", b"cp037"))
    return b"# coding: " + name + b"\n# \xc3\xbc\n" + text, False


def _crlf(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return text.replace(b"\n", b"\r\n"), False


def _empty(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return random.choice((b"", b"\n", b"\xef\xbb\xbf", b"\xff", b"\\", b"\f", b"#", b"\r")), False


def _merged(text: bytes, random: Random, limits: Limits, python: bool) -> tuple[bytes, bool]:
    return b"<<<<<<< HEAD\n" + text + b"=======\n" + text[: len(text) // 2] + b"\n>>>>>>> theirs\n", False


_KINDS: dict[str, Kind] = {
    "truncated": _truncated,
    "flipped": _flipped,
    "swapped": _swapped,
    "punctuated": _punctuated,
    "deep": _deep,
    "deeper": _deep,
    "deep_blocks": _deep_blocks,
    "long_line": _long_line,
    "nul": _nul,
    "bom": _bom,
    "utf16": _utf16,
    "cut_utf16": _cut_utf16,
    "latin1": _latin1,
    "cookie": _cookie,
    "crlf": _crlf,
    "empty": _empty,
    "merged": _merged,
}
