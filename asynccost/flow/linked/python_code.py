"""What the Python files of a project say: as they stand, and the code of them that names something."""

import re
from collections.abc import Callable, Iterator, Mapping

from asynccost.flow.facts.vocabulary import may_be_known, word_mark
from asynccost.flow.file import is_test
from asynccost.flow.linked.linking import Names
from asynccost.flow.mentions import STRINGS, places

_DEFINITION = re.compile(rb"\b(?:def|class)[ \t]+\w+")
_NO_NAME = re.compile(rb"://|[?&<]|%(?!s|\()|=(?![\w.]+:\w+[\"'])")  # addresses, markup
_FORMATS = re.compile(rb"[fFtT][rR]?\Z")


class PythonCode:
    """Each file is read and stripped once. words: the vocabulary of every Python file; texts: reads such a file."""

    def __init__(self, names: Names, words: Mapping[str, str], texts: Mapping[str, Callable[[], bytes]]) -> None:
        self._names = names
        self.words = words
        self._saying = {path: marks for path, marks in words.items() if not is_test(path)}
        self._texts = texts
        self._codes: dict[str, bytes] = {}

    def text(self, path: str) -> bytes:
        """The source of a file."""
        asked = self._names.asked.get(path)
        return asked.source if asked is not None else self._texts[path]()

    def code(self, path: str) -> bytes:
        """What of a file names something: all but comments, sentences and the names that it defines."""
        if path not in self._codes:
            asked = self._names.asked.get(path)
            self._codes[path] = asked.memo(_code) if asked is not None else _code(self.text(path))
        return self._codes[path]

    def may_say(self, word: str, path: str) -> bool:
        """Whether a word may stand in a file."""
        return word_mark(word) in self.words.get(path, "")

    def holding(self, word: str, *, tests: bool = False) -> Iterator[str]:
        """The files in which a word may stand; tests: those that are tests as well."""
        mark = word_mark(word)
        return (path for path, marks in (self.words if tests else self._saying).items() if mark in marks)

    def is_said_elsewhere(self, word: str, *aside: str) -> bool:
        """Whether the code of another file than these says a word, or cannot be asked for it."""
        return not may_be_known(word) or self._stands(word, aside)

    def _stands(self, word: str, aside: tuple[str, ...] = ()) -> bool:
        mark, encoded = word_mark(word), word.encode()
        read = [path for path in self._saying if path in self._codes]
        rest = (path for path in self._saying if path not in self._codes)
        asked = (path for group in (read, rest) for path in group if path not in aside)
        return any(mark in self.words[path] and says(self.code(path), encoded) for path in asked)


def _code(source: bytes) -> bytes:
    code = STRINGS.sub(lambda m: _told(m, source), source)
    return _DEFINITION.sub(lambda m: b" " * len(m[0]), code)


def _told(match: re.Match[bytes], source: bytes) -> bytes:
    """What is left of a comment or a string: nothing where it only speaks to readers."""
    text, start = match[0], match.start()
    if text.startswith(b"#"):
        return b" " * len(text)
    formats = _FORMATS.search(source, max(start - 2, 0), start) is not None
    named = formats or not (b" " in text or b"\n" in text or _NO_NAME.search(text))
    return text if named else b" " * len(text)


def says(code: bytes, word: bytes) -> bool:
    """Whether a word stands in some code."""
    return any(True for _ in places(code, word))
