"""What the scripts of a project say: as they stand, without comments, and without the imports that they do not use.

What stands between brackets in the text of a script.

Imports of JavaScript that came out of use: a file takes in what a module exports by default, and never names it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import normpath

from asynccost.flow.linked.linking import Names

_IMPORT = re.compile(  # but types alone, and what is imported for what it does
    rb"^[ \t]*import\s+(?!type\b)([\w$\s,{}]+?)\s*\bfrom\s*[\"'][^\"'\n]*[\"'][ \t]*;?", re.M
)
_TYPE = re.compile(rb"\btype[ \t]+(?=[A-Za-z_$])")
_HUMP = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])")
_TEMPLATES = (".vue", ".svelte")


def used_imports(code: bytes, path: str) -> bytes:
    """A script without the imported names that stand nowhere else in it, nor the imports that are left with none.

    What they import still runs once, yet nothing comes to what it exports. A template may say `<user-card>` for
    `UserCard`.
    """
    if b"import" not in code:
        return code
    rest = _IMPORT.sub(b"", code)
    tags = path.endswith(_TEMPLATES)

    def is_used(name: bytes) -> bool:
        return _stands(name, rest) or (tags and _stands(_HUMP.sub(b"-", name).lower(), rest))

    def without_idle(found: re.Match[bytes]) -> bytes:
        names = [item.split() for item in _TYPE.sub(b"", found[1]).replace(b"{", b",").replace(b"}", b",").split(b",")]
        idle = [words for words in names if words and not is_used(words[-1])]
        if len(idle) == sum(map(bool, names)):
            return b""
        said = found[0]
        for word in {word for words in idle for word in words} - {word for w in names if w not in idle for word in w}:
            said = re.sub(rb"(?<![\w$/])%s(?![\w$/])" % re.escape(word), b"", said, count=1)
        return said

    return _IMPORT.sub(without_idle, code)


def _stands(name: bytes, code: bytes) -> bool:
    """Whether a name stands by itself in a script."""
    at, size = code.find(name), len(name)
    while at >= 0:
        if not (_is_part(code[at - 1 : at]) or _is_part(code[at + size : at + size + 1])):
            return True
        at = code.find(name, at + size)
    return False


def _is_part(char: bytes) -> bool:
    return char.isalnum() or char in (b"_", b"$")


_HANDED_ON = re.compile(rb"\bexport\s*(?:type\s*)?(?:\{[^{}]*\}|\*)\s*from\s*[\"'][^\"'\n]*[\"']")
_PROSE = re.compile(  # only what begins a line: a glob such as `src/**/*.ts` begins no comment
    rb"^[ \t]*//[^\n]*|^[ \t]*\{?/\*.*?\*/|<!--.*?-->", re.M | re.S
)


_WORDS = re.compile(rb"[^\n]+")


def without_prose(text: bytes) -> bytes:
    """A script's text, comments aside: what is left keeps its place."""
    return _PROSE.sub(lambda said: _WORDS.sub(lambda line: b" " * len(line[0]), said[0]), text)


class ScriptCode:
    """Each script is read and stripped once. texts: reads every script, also those that no rule looks at."""

    def __init__(self, names: Names, texts: Mapping[str, Callable[[], bytes]]) -> None:
        self._names = names
        self._texts = texts
        self._whole: dict[str, bytes] = {}
        self._code: dict[str, bytes] = {}
        self._used: dict[str, bytes] = {}

    def text(self, path: str) -> bytes:
        """A file as it stands."""
        if path not in self._whole:
            script = self._names.scripts.by_path.get(path)
            self._whole[path] = script.source if script is not None else self._texts[path]()
        return self._whole[path]

    def code(self, path: str) -> bytes:
        """What stands in a file, comments aside."""
        if path not in self._code:
            self._code[path] = without_prose(self.text(path))
        return self._code[path]

    def used(self, path: str) -> bytes:
        """What stands in a file, without comments and the imports that it does not use."""
        if path not in self._used:
            self._used[path] = used_imports(self.code(path), path)
        return self._used[path]

    def said(self, path: str) -> bytes:
        """What stands in a file besides what it hands on of others: `export { Card } from "./Card"`."""
        return _HANDED_ON.sub(b" ", self.used(path))

    def paths(self) -> Iterable[str]:
        """Every script, also those that no rule looks at."""
        return self._texts.keys()

    def holding(self, word: bytes) -> list[str]:
        """The scripts that hold a word."""
        return [path for path in self._texts if word in self.text(path)]

    def near(self, path: str) -> Iterator[str]:
        """All scripts: those that import a file first, then those that were read before."""
        first = self._names.scripts.importers(path)
        yield from first
        read = [one for one in self._texts if one in self._whole and one not in first]
        rest = [one for one in self._texts if one not in self._whole and one not in first]
        yield from read
        yield from rest


_FROM = re.compile(rb"\b(?:import|export)\b(?!\s*type\b)[^;\"']*?\bfrom\s*[\"']([^\"'\n]+?)(?:/index)?[\"']")


def imports_folder(code: bytes, path: str, folder: str) -> bool:
    """Whether a script imports from a folder's index: by a path from its own, or by the folder's last names."""
    for found in _FROM.finditer(code):
        said = found[1].decode("utf-8", "replace")
        if said.startswith("."):
            if normpath(f"{path.rpartition('/')[0]}/{said}") == folder:
                return True
        elif any(part and f"/{folder}".endswith(f"/{part}") for part in (said, said.partition("/")[2])):
            return True
    return False


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
