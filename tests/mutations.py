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


class Start(NamedTuple):
    """What a mutation begins with."""

    text: bytes
    random: Random
    limits: Limits
    python: bool


class Loud(bytes):
    """Bytes that no scan may accept without a word."""


Kind = Callable[[Start], bytes]


def mutants(
    corpus: Sequence[tuple[str, bytes]], count: int, random: Random, limits: Limits | None = None
) -> Iterator[Mutant]:
    """`count` damaged versions of (path, text) pairs; every kind comes round."""
    kinds = sorted(_KINDS.items())
    for number in range(count):
        path, text = random.choice(corpus)
        kind, change = kinds[number % len(kinds)]
        suffix = path.rpartition(".")[2]
        data = change(Start(text, random, limits or Limits(), suffix in ("py", "pyw")))
        yield Mutant(f"{kind}/file{number}.{suffix}", bytes(data), isinstance(data, Loud))


def _truncated(of: Start) -> bytes:
    return of.text[: of.random.randrange(len(of.text) + 1)]


def _flipped(of: Start) -> bytes:
    data = bytearray(of.text or b"x")
    for _ in range(of.random.randint(1, 20)):
        data[of.random.randrange(len(data))] = of.random.randrange(256)
    return Loud(data) if 0 in data else bytes(data)


def _swapped(of: Start) -> bytes:
    lines = of.text.split(b"\n")
    for _ in range(5):
        a, b = of.random.randrange(len(lines)), of.random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _punctuated(of: Start) -> bytes:
    text = of.text
    for _ in range(of.random.randint(1, 4)):
        at = of.random.randrange(len(text) + 1)
        mark = of.random.choice((b"(", b"}", b'"""', b"'", b"`", b"/*", b"\\", b"<", b"\t", b"${"))
        text = text[:at] + mark + text[at:]
    return text


def _deep(of: Start) -> bytes:
    start, opening, middle, closing = of.random.choice(PYTHON_DEEP if of.python else JAVASCRIPT_DEEP)
    depth = of.limits.depth
    return of.text + b"\n" + start + opening * depth + middle + closing * depth + b"\n"


def _deep_blocks(of: Start) -> bytes:
    depth = min(of.limits.depth, 1_000)  # in Python the text grows with the square of it
    if not of.python:
        return of.text + b"\nasync () => {" + b"for (;;) {" * depth + b"await f()" + b"}" * (depth + 1)
    header = of.random.choice((b"if x:", b"for x in y:", b"async def f():", b"class A:", b"with x:", b"try:"))
    body = b"".join(b" " * n + header + b"\n" for n in range(depth))
    return of.text + b"\n" + body + b" " * depth + b"pass\n"


def _long_line(of: Start) -> bytes:
    row = of.random.choice((b"1, ", b"'abc', ", b"f(x), ", b"[1, 2], ", b"'\xc3\xbc', "))
    return of.text + b"\nx = [" + row * (of.limits.line // len(row)) + b"]\n"


def _nul(of: Start) -> bytes:
    at = of.random.randrange(len(of.text) + 1)
    return Loud(of.text[:at] + b"\0" + of.text[at:])


def _bom(of: Start) -> bytes:
    return b"\xef\xbb\xbf" + of.text


def _utf16(of: Start) -> bytes:
    name = of.random.choice(("utf-16", "utf-16-le", "utf-16-be"))
    data = of.text.decode("utf-8", "replace").encode(name)
    return data if name == "utf-16" or not data else Loud(data)


def _cut_utf16(of: Start) -> bytes:
    return Loud(of.text.decode("utf-8", "replace").encode("utf-16") + b"x")


def _latin1(of: Start) -> bytes:
    declared = of.python and of.random.random() < 0.5
    cookie = b"# -*- coding: latin-1 -*-\n" if declared else b""
    mark = b"# " if of.python else b"// "
    data = cookie + mark + "Müßiggang".encode("latin-1") + b"\n" + of.text
    return data if declared else Loud(data)


def _cookie(of: Start) -> bytes:
    name = of.random.choice((b"no-such-code", b"utf-7", b"rot13", b"hex", b"idna", b"utf-16", b"cp037"))
    return b"# coding: " + name + b"\n# \xc3\xbc\n" + of.text


def _crlf(of: Start) -> bytes:
    return of.text.replace(b"\n", b"\r\n")


def _empty(of: Start) -> bytes:
    return of.random.choice((b"", b"\n", b"\xef\xbb\xbf", b"\xff", b"\\", b"\f", b"#", b"\r"))


def _merged(of: Start) -> bytes:
    return b"<<<<<<< HEAD\n" + of.text + b"=======\n" + of.text[: len(of.text) // 2] + b"\n>>>>>>> theirs\n"


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
