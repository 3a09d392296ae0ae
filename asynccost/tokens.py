"""Which rules may have something to say of a file, by its words: exactly what their token patterns match, but fast.

A pattern such as `\\b(?:requests|httpx)\\b|timeout\\s*=` costs 100 ns a byte when it is searched for, which
over a tree is more than all parsing. Every match must hold one of a few literals, its anchors. A file is
split into words once, a word is looked up in a table that all files share, and only where an anchor is
present is the pattern tried, at that place. What has no anchor is searched for as ever.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from re import _parser  # type: ignore[attr-defined]  # its parse trees are the same from 3.11 to 3.14
from typing import Any, NamedTuple

_WORD = bytes(c if c < 128 and (chr(c).isalnum() or c == 95) else 32 for c in range(256))
_MANY = 200_000  # words to remember
_SHORTEST = 3  # letters of an anchor that tells something
_RUN = re.compile(rb"\w+")


class _Anchor(NamedTuple):
    """A literal that stands `offset` bytes behind the start of every match of one alternative."""

    text: bytes
    offset: int
    folded: bool

    def word(self) -> bytes:
        """The longest part of it that lies within one word."""
        return max(_RUN.findall(self.text), key=len, default=b"")


class _Alternative(NamedTuple):
    """One alternative of a rule's pattern. sure: an equal word is a match already. anchors: none, search it."""

    rule: str
    pattern: re.Pattern[bytes]
    sure: frozenset[bytes]
    anchors: tuple[_Anchor, ...]


class Tokens:
    """The token patterns of one language's rules."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._names = tuple(patterns)
        every = [_alternative(rule, text) for rule, whole in patterns.items() for text in split(whole)]
        self._blind = [(one.rule, one.pattern) for one in every if not one.sure and not one.anchors]
        self._anchors = [(one.rule, one.pattern, anchor) for one in every for anchor in one.anchors]
        self._exact: dict[bytes, list[str]] = {}
        for one in every:
            for word in one.sure:
                self._exact.setdefault(word, []).append(one.rule)
        self._within: dict[bytes, list[tuple[bytes, int]]] = {}  # by the first letters of an anchor's word
        for number, (_, _, anchor) in enumerate(self._anchors):
            part = anchor.word().lower()
            self._within.setdefault(part[:_SHORTEST], []).append((part, number))
        self._known: dict[bytes, tuple[int | str, ...]] = {}

    def rules(self, source: bytes) -> list[str]:
        """The rules whose pattern matches, in their order."""
        found = set(self._matching(source))
        return [name for name in self._names if name in found]

    def search(self, source: bytes, start: int = 0, end: int | None = None) -> bool | None:
        """Whether any pattern matches in a part of a file; None if not, as of a pattern's `search`."""
        part = source if end is None and not start else source[start:end]
        return next((True for _ in self._matching(part)), None)

    def _matching(self, source: bytes) -> Iterator[str]:
        """The rules that match, some of them more than once."""
        known = self._known
        if len(known) > _MANY:
            known.clear()
        present: set[int | str] = set()
        for word in set(source.translate(_WORD).split()):
            may = known.get(word)
            if may is None:
                may = known[word] = self._of_word(word)
            if may:
                present.update(may)
        sure = {rule for rule in present if isinstance(rule, str)}
        yield from sure
        folded = b""
        for number in sorted(n for n in present if isinstance(n, int)):
            rule, pattern, (text, offset, fold) = self._anchors[number]
            if rule not in sure:
                if fold:
                    folded = folded or source.lower()
                if _matches(pattern, source, folded if fold else source, text, offset):
                    sure.add(rule)
                    yield rule
        yield from (rule for rule, pattern in self._blind if rule not in sure and pattern.search(source))

    def _of_word(self, word: bytes) -> tuple[int | str, ...]:
        """What a word tells: rules that match for sure, and numbers of anchors that may stand here."""
        low, within = word.lower(), self._within
        starts = [low[at : at + _SHORTEST] for at in range(len(low) - _SHORTEST + 1)]
        may = {n for start in starts if start in within for part, n in within[start] if part in low}
        return (*self._exact.get(word, ()), *may)


def _matches(pattern: re.Pattern[bytes], source: bytes, where: bytes, text: bytes, offset: int) -> bool:
    match = pattern.match
    at = where.find(text, offset)
    while at >= 0:
        if match(source, at - offset):
            return True
        at = where.find(text, at + 1)
    return False


def split(pattern: str) -> list[str]:
    """The alternatives at the top of a pattern."""
    parts, depth, at, begin = [], 0, 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(pattern, at)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            parts.append(pattern[begin:at])
            begin = at + 1
        at += 1
    return [*parts, pattern[begin:]]


def _class_end(pattern: str, at: int) -> int:
    at += 2 if pattern[at + 1] == "^" else 1
    at += 1  # a ] that comes first is itself
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at


def _alternative(rule: str, text: str) -> _Alternative:
    pattern = re.compile(text.encode())
    tree = [*_parser.parse(text.encode())]
    anchors = tuple(_anchors(tree, 0, folded=False) or ())
    useful = anchors if all(len(a.word()) >= _SHORTEST for a in anchors) else ()
    bound = [str(op) == "AT" and str(what) == "AT_BOUNDARY" for op, what in tree]
    whole = len(tree) >= 2 and bound[0] and bound[-1] and not any(bound[1:-1])
    words = _words(tree[1:-1]) if whole and useful else None
    return _Alternative(rule, pattern, words or frozenset(), () if words else useful)


def _words(tree: list[Any]) -> frozenset[bytes] | None:
    """The words that a pattern between two boundaries matches, if it matches nothing else."""
    made = [b""]
    for op, what in tree:
        name = str(op)
        if name == "LITERAL":
            made = [word + bytes([what]) for word in made]
        elif name == "SUBPATTERN" and not what[1]:
            inner = _words([*what[3]])
            made = [word + more for word in made for more in inner] if inner else []
        elif name == "BRANCH":
            inner = frozenset().union(*(_words([*one]) or {b" "} for one in what[1]))
            made = [word + more for word in made for more in inner]
        else:
            return None
    return frozenset(made) if made and all(_RUN.fullmatch(word) for word in made) else None


def _anchors(tree: Iterable[Any], offset: int, *, folded: bool) -> list[_Anchor] | None:
    """Literals of which one stands in every match, each at a fixed place; None if there are no such."""
    run, begin, best = b"", offset, None
    for op, what in tree:
        name = str(op)
        if name == "LITERAL":
            run, begin = run + bytes([what]), begin if run else offset
            offset += 1
            continue
        best = _better(best, run, begin, folded)
        run = b""
        if name == "IN" or name in ("ANY", "NOT_LITERAL"):
            offset += 1
        elif name in ("SUBPATTERN", "BRANCH"):
            inner = _inner(name, what, offset, folded)
            return best if best and (not inner or _shortest(best) >= _shortest(inner)) else inner
        elif name not in ("AT", "ASSERT", "ASSERT_NOT"):
            return best
    return _better(best, run, begin, folded)


def _inner(name: str, what: Any, offset: int, folded: bool) -> list[_Anchor] | None:
    if name == "SUBPATTERN":
        return _anchors(what[3], offset, folded=folded or bool(what[1] & re.IGNORECASE))
    every = [_anchors(one, offset, folded=folded) for one in what[1]]
    return [a for one in every if one for a in one] if all(every) else None


def _better(best: list[_Anchor] | None, run: bytes, begin: int, folded: bool) -> list[_Anchor] | None:
    if not run or (best and _shortest(best) >= len(run)):
        return best
    return [_Anchor(run.lower() if folded else run, begin, folded)]


def _shortest(anchors: list[_Anchor]) -> int:
    return min(len(a.text) for a in anchors)
