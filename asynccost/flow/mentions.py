"""Which bodies that wait may speak of some names, by their text: those that do not need not be lowered.

A resolved name such as `httpx.AsyncClient().get` is put together from words that stand in the code, or in the
import that a word of the code stands for. So a function without any of these words calls nothing of that name,
unless the module, or a method that keeps something in an attribute, says the word for it. What the module tells its
readers, in comments and documentation, says nothing.

What a Python source only says to its readers: comments, documentation, sentences in strings.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from asynccost.flow.attributes import assigned
from asynccost.flow.file import File
from asynccost.flow.tree import Function

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


_COMMON = frozenset({"asyncio"})
SPACED = bytes(c if c < 128 and (chr(c).isalnum() or c == 95) else 32 for c in range(256))
_MANY = 6  # names: from here on it pays to split the source into words
_SIGNS = re.compile(r"[./@:()-]+")
_WORD = re.compile(r"\w+")
_USED = re.compile(rb"\w+(?:\(|\.\w)")
_KEYWORD = re.compile(rb"async[ \t\f\\]+(?:def|with|for)\b")  # `asyncio.async` is a name of old


class _Name(NamedTuple):
    """The words of a name, all of which a file must hold that speaks of it, and the one that few texts hold."""

    words: frozenset[str]
    rarest: str


@lru_cache(maxsize=64)
def _known(names: frozenset[str]) -> list[_Name]:
    found = []
    for name in names:
        parts = [p for p in _SIGNS.split(name) if p and "*" not in p]
        words = [p for p in parts if p.isidentifier() and p != "default"]
        if words:
            found.append(_Name(frozenset(words), max(words, key=lambda w: (w not in _COMMON, len(w), w))))
    return found


class Mentions:
    """Where the words of a file stand: in the bodies of which of its functions, or outside of them."""

    def __init__(self, file: File) -> None:
        self._source = file.module.source
        self._broken = bool(file.module.broken)
        self._bodies = [f for f in file.module.outer if f.late is not None or self._keeps_to_itself(f, file.module.top)]
        self._starts = [f.start for f in self._bodies]
        self._known: dict[str, tuple[frozenset[int], bool]] = {}
        self._prose: dict[int, list[tuple[int, int]]] = {}
        self._kept: dict[int, set[bytes]] = {}
        self._naming: dict[bytes, list[Function]] = {}

    def kept(self, method: Function) -> set[bytes]:
        """The attributes that a method may assign."""
        if id(method) not in self._kept:
            self._kept[id(method)] = assigned(self._source, method)
        return self._kept[id(method)]

    def naming(self, attr: bytes) -> list[Function]:
        """The functions whose text holds the name of an attribute."""
        if attr not in self._naming:
            found = (self._body(at) for at in places(self._source, attr))
            self._naming[attr] = [*{id(body): body for body in found if body is not None}.values()]
        return self._naming[attr]

    @cached_property
    def words(self) -> frozenset[str]:
        """The plain words of the source."""
        return spoken(self._source)

    def of(self, word: str) -> tuple[frozenset[int], bool]:
        """The ids of the functions whose text holds a word; whether it stands elsewhere too, imports aside."""
        if word not in self._known:
            self._known[word] = self._found(word.encode())
        return self._known[word]

    def _found(self, word: bytes) -> tuple[frozenset[int], bool]:
        ids: set[int] = set()
        outside = not word.isascii()
        for at in places(self._source, word):
            if word == b"async" and _KEYWORD.match(self._source, at):
                continue
            body = self._body(at)
            if body is not None:
                if id(body) not in ids and (_USED.match(self._source, at) or not self._is_prose(at, body)):
                    ids.add(id(body))
            elif not outside:
                outside = not (self._declares(at) or self._is_prose(at, None))
        return frozenset(ids), outside

    def _keeps_to_itself(self, function: Function, top: Function) -> bool:
        """Whether a function whose body does not wait, since something is imported there, changes no global."""
        stands_alone = function.scope is top and function.closure is None
        return stands_alone and self._source.find(b"global", function.start, function.end) < 0

    def _is_prose(self, at: int, body: Function | None) -> bool:
        """Whether a place in a body, or outside of all, lies in a comment, in documentation or in a sentence."""
        if id(body) not in self._prose:
            self._prose[id(body)] = [] if self._broken else prose(self._source, self._parts(body))
        known = self._prose[id(body)]
        number = bisect_right(known, (at, len(self._source))) - 1
        return number >= 0 and at < known[number][1]

    def _parts(self, body: Function | None) -> Iterable[tuple[int, int]]:
        if body is not None:
            return [(body.start, body.end)]
        return zip([0, *(f.end for f in self._bodies)], [*self._starts, len(self._source)], strict=True)

    def places(self, word: str) -> Iterator[tuple[int, Function]]:
        """Where a word stands in bodies."""
        for at in places(self._source, word.encode()):
            body = self._body(at)
            if body is not None:
                yield at, body

    def _body(self, at: int) -> Function | None:
        number = bisect_right(self._starts, at) - 1
        return self._bodies[number] if number >= 0 and at < self._bodies[number].end else None

    def _declares(self, at: int) -> bool:
        """Whether a place names a class, or lies in an import: in its line, or in the brackets that begin there."""
        if self._source[at - 6 : at] == b"class ":
            return True
        if self._imports(self._source.rfind(b"\n", 0, at) + 1, at):
            return True
        opened = self._source.rfind(b"(", 0, at)
        inside = opened >= 0 and self._source.find(b")", opened, at) < 0
        return inside and self._imports(self._source.rfind(b"\n", 0, opened) + 1, opened)

    def _imports(self, start: int, end: int) -> bool:
        line = self._source[start:end].lstrip()
        return line.startswith((b"import ", b"from ")) and b";" not in line


def spoken(source: bytes) -> frozenset[str]:
    """The plain words of a source."""
    return frozenset(source.translate(SPACED).decode("ascii").split())


def places(source: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands by itself, not as a part of another; the empty word, which a nameless class has, nowhere."""
    size = len(word)
    at = source.find(word) if word else -1
    while at >= 0:
        after = at + size
        if not (is_letter(source[at - 1 : at]) or is_letter(source[after : after + 1])):
            yield at
        at = source.find(word, after)


def is_letter(char: bytes) -> bool:
    """Whether a byte may be a part of a word; none is not."""
    return char.isalnum() or char == b"_"


def speaks_of(file: File, names: Iterable[str]) -> Callable[[Function], bool]:
    """Whether a function that waits may speak of something that resolves to, or lies under, one of these names."""
    if not any(f.asleep for f in file.module.outer):
        return _everybody
    mentions = file.memo(Mentions)
    known = _known(frozenset(names))
    if len(known) >= _MANY:
        known = [name for name in known if name.words <= mentions.words]
    words = {name.rarest for name in known}
    spelled = {local for local, dotted in file.module.imports.items() if not words.isdisjoint(_WORD.findall(dotted))}
    loud: set[int] = set()
    for word in words | spelled:
        ids, outside = mentions.of(word)
        if outside:
            return _everybody
        loud |= ids
    _hand_on(file, mentions, loud)
    return lambda f: id(f) in loud


def _hand_on(file: File, mentions: Mentions, loud: set[int]) -> None:
    """Add the methods that name an attribute in which another one of their class keeps what it speaks of."""
    waiting = {id(f.owner) for f in file.module.outer if f.asleep and f.owner is not None and id(f) not in loud}
    new = [f for f in file.module.outer if id(f) in loud and id(f.owner) in waiting] if waiting else []
    known = set[tuple[int, bytes]]()
    while new:
        speaking = new.pop()
        for attr in mentions.kept(speaking):
            if (id(speaking.owner), attr) in known:
                continue
            known.add((id(speaking.owner), attr))
            for body in mentions.naming(attr):
                if body.owner is speaking.owner and id(body) not in loud:
                    loud.add(id(body))
                    new.append(body)


def _everybody(_: Function) -> bool:
    return True
