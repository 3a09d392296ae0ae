"""Which rules may have something to say of a file, by its words alone, so that most files need no parse.

A card lists tokens; a file is shown to a rule when it holds one of them. A token is one or more words that
must all be there ("asyncio wait"); a word with stars is any text ("*Effect*", "*node-fetch*"); and "@clients"
or "@blocking.calls" stands for every name of that table, by its identifiers, so that a line added to the
table, ours or the user's, needs no change of a card. A file is split into words once, in C, and held
against all tokens together.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from asynccost.errors import RuleError
from asynccost.knowledge import Knowledge

_SPACED = bytes(c if c < 128 and (chr(c).isalnum() or c == 95) else 32 for c in range(256))
_LETTERS = frozenset(c for c, spaced in enumerate(_SPACED) if spaced != 32)
_WORD = re.compile(r"\w+")
_PLAIN = re.compile(rb"\w+")


class _Token(NamedTuple):
    """words and texts: what a file must hold; here: what a part of it must hold, since imports stand elsewhere."""

    rule: str
    words: frozenset[bytes]
    texts: tuple[bytes, ...]
    here: frozenset[bytes]


@dataclass(slots=True, frozen=True)
class Found:
    """What a source holds: the rules that should look at it, and what a part of it must hold to matter.

    words: any of them is enough; pairs: all of one of them; texts: any of them.
    """

    rules: list[str]
    words: frozenset[bytes]
    pairs: tuple[frozenset[bytes], ...]
    texts: tuple[bytes, ...]

    def search(self, source: bytes, start: int, end: int) -> bool:
        """Whether a part of the source matters: `new S3Client()` does, though its import stands elsewhere."""
        return (
            any(_stands(word, source, start, end) for word in self.words)
            or any(source.find(text, start, end) >= 0 for text in self.texts)
            or any(all(_stands(word, source, start, end) for word in pair) for pair in self.pairs)
        )


def _stands(word: bytes, source: bytes, start: int, end: int) -> bool:
    """Whether a word stands by itself in a part of a source."""
    at, size = source.find(word, start, end), len(word)
    while at >= 0:
        after = at + size
        if (at == start or source[at - 1] not in _LETTERS) and (after == end or source[after] not in _LETTERS):
            return True
        at = source.find(word, after, end)
    return False


class Tokens:
    """The tokens of one language's rules."""

    def __init__(self, cards: Mapping[str, Iterable[str]], knowledge: Knowledge) -> None:
        self._names = tuple(cards)
        tokens = {made for rule, written in cards.items() for made in _tokens(rule, written, knowledge)}
        self._words = frozenset(word for token in tokens for word in token.words)
        self._by_word: dict[bytes, list[_Token]] = {}
        for token in sorted(tokens, key=repr):
            if token.words:  # the longest word is the rarest
                self._by_word.setdefault(max(token.words, key=lambda w: (len(w), w)), []).append(token)
        self._texts = [token for token in sorted(tokens, key=repr) if not token.words]

    def found(self, source: bytes) -> Found:
        """What a source holds, with the rules in their order."""
        tokens = list(self._matching(source))
        rules = {token.rule for token in tokens}
        here = {token.here for token in tokens if all(map(_PLAIN.fullmatch, token.here))}
        return Found(
            [name for name in self._names if name in rules],
            frozenset(word for words in here if len(words) == 1 for word in words),
            tuple(sorted((words for words in here if len(words) > 1), key=sorted)),
            tuple({text: None for token in tokens if not token.here for text in token.texts}),
        )

    def _matching(self, source: bytes) -> Iterator[_Token]:
        present = self._words.intersection(source.translate(_SPACED).split())
        for word in present:
            for token in self._by_word.get(word, ()):
                if token.words <= present and all(text in source for text in token.texts):
                    yield token
        yield from (token for token in self._texts if all(text in source for text in token.texts))


def _tokens(rule: str, written: Iterable[str], knowledge: Knowledge) -> Iterator[_Token]:
    for token in written:
        if token.startswith("@"):
            yield from (_of_name(rule, name) for name in _names(rule, token[1:], knowledge))
            continue
        parts = token.split(" & ")
        texts = tuple(part.replace("*", "").encode() for part in parts if "*" in part)
        words = frozenset(part.encode() for part in parts if "*" not in part)
        yield _Token(rule, words, texts, words)


def _of_name(rule: str, name: str) -> _Token:
    """`httpx.AsyncClient().*` must hold httpx and AsyncClient; `m:*Client` must hold m and the text Client."""
    parts = [part for part in re.split(r"[./@:()-]", name) if part not in ("", "*", "default")]
    words = frozenset(part.encode() for part in parts if _WORD.fullmatch(part))
    texts = tuple(part.replace("*", "").encode() for part in parts if part.replace("*", "") and "*" in part)
    last = frozenset() if "*" in parts[-1] else frozenset((parts[-1].encode(),))
    return _Token(rule, words, texts, last)


def _names(rule: str, table: str, knowledge: Knowledge) -> Iterator[str]:
    """Every name of a table: its keys, or the names in its lists."""
    name, _, key = table.partition(".")
    rows: Any = knowledge.table(name).get(key or name)
    if not isinstance(rows, Mapping):
        raise RuleError(f"the tokens of {rule} name the table @{table}, which rules/knowledge does not have")
    for row, value in rows.items():
        if isinstance(value, list):
            yield from value
        else:
            yield row
