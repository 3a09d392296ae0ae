"""Python functions that no code of a project mentions: calls that were commented out, methods that nobody came to use.

A name counts as mentioned wherever it stands in code, in a string without blanks or in one that is formatted, of any
Python file; definitions of that name, comments and documentation aside. So do the names that a program puts together:
where `"get_"` stands, whatever begins so may be meant.
"""

import re
from collections.abc import Callable, Mapping

from asynccost.flow.asked import Asked
from asynccost.flow.bases import Bases
from asynccost.flow.facts import entry
from asynccost.flow.importers import Importers
from asynccost.flow.linking import Names
from asynccost.flow.prose import STRINGS
from asynccost.flow.tree import Call, Expr, Function, Member, Name
from asynccost.flow.vocabulary import may_be_known, word_mark

_LOCAL = ".<locals>."
_DEFINITION = re.compile(rb"\b(?:def|class)[ \t]+\w+")
_FORMATS = re.compile(rb"[fFtT][rR]?\Z")
_DISPATCHES = re.compile(  # names that are made while the program runs
    rb"\bgetattr\([^,()]+(?:\([^()]*\))?,\s*+(?![\"'])|\b(?:globals|locals|vars|getmembers)\(|\b__dict__\b|\bdir\("
)
_DECORATORS = frozenset({  # none of them hands the function to anybody
    "staticmethod", "classmethod", "property", "cached_property", "override", "final", "retry", "lru_cache", "cache",
    "contextmanager", "asynccontextmanager",
})


class Unmentioned:
    """Asked which functions are left behind. words: the vocabulary of every Python file; texts: reads such a file."""

    def __init__(
        self, names: Names, importers: Importers, words: Mapping[str, str], texts: Mapping[str, Callable[[], bytes]]
    ) -> None:
        self._names = names
        self._importers = importers
        self._words = words
        self._texts = texts
        self._bases = Bases(names, self.text, words)
        self._codes: dict[str, bytes] = {}
        self._known: dict[str, bool] = {}
        self._left: dict[tuple[str, str], str] = {}

    def left(self, path: str, qualname: str) -> str:
        """The name of the function, this one or one around it, that nothing mentions; "" where something may."""
        if (path, qualname) not in self._left:
            asked = self._names.asked.get(path)
            around = _around(asked, qualname) if asked is not None and path in self._words else []
            self._left[path, qualname] = next((f.name for f in around if asked and self._is_left(f, asked)), "")
        return self._left[path, qualname]

    def _is_left(self, function: Function, asked: Asked) -> bool:
        name, outer = function.name, function.scope
        if not may_be_known(name) or name.startswith("__"):
            return False
        if any(_decorator(d) not in _DECORATORS for d in function.decorators):
            return False
        if outer is not None and outer.kind != "module" and function.owner is None:
            return not _says(self._code(asked.path), name.encode())
        if self.is_said(name) or entry(asked.file, function) or not self._importers.of(asked.path):
            return False
        owner = function.owner
        around = asked.file.module.top if owner is None else owner
        if _DISPATCHES.search(asked.source, around.start, around.end):
            return False
        if owner is None:
            beside = [f.name for f in asked.file.module.outer if f.owner is None and f.scope is outer]
        elif "mixin" in owner.name.lower() or not self._bases.are_own(owner.qualname, asked):
            return False
        else:
            beside = [*owner.methods]
        others = {one for one in beside if may_be_known(one) and not one.startswith("__")} - {name}
        return 2 * sum(map(self.is_said, sorted(others))) >= max(len(others), 1)

    def is_said(self, name: str) -> bool:
        """Whether code says a name, or puts it together of a beginning or an end that it says."""
        if name not in self._known:
            cuts = [at for at, char in enumerate(name) if char == "_" and 0 < at < len(name) - 1]
            parts = [name, *(name[: at + 1] for at in cuts), *(name[at:] for at in cuts)]
            self._known[name] = any(self._stands(part) for part in parts if may_be_known(part))
        return self._known[name]

    def is_said_elsewhere(self, word: str, path: str) -> bool:
        """Whether the code of another file says a word, or cannot be asked for it."""
        return not may_be_known(word) or self._stands(word, path)

    def _stands(self, word: str, aside: str = "") -> bool:
        mark, encoded = word_mark(word), word.encode()
        read = [path for path in self._words if path in self._codes]
        rest = (path for path in self._words if path not in self._codes)
        asked = (path for group in (read, rest) for path in group if path != aside)
        return any(mark in self._words[path] and _says(self._code(path), encoded) for path in asked)

    def may_say(self, word: str, path: str) -> bool:
        """Whether a word may stand in a file."""
        return word_mark(word) in self._words.get(path, "")

    def text(self, path: str) -> bytes:
        """The source of a Python file."""
        asked = self._names.asked.get(path)
        return asked.source if asked is not None else self._texts[path]()

    def _code(self, path: str) -> bytes:
        """What of a file names something: all but comments, sentences and the names that it defines."""
        if path not in self._codes:
            source = self.text(path)
            self._codes[path] = _DEFINITION.sub(b" ", STRINGS.sub(lambda m: _told(m, source), source))
        return self._codes[path]


def _around(asked: Asked, qualname: str) -> list[Function]:
    """A function and those around it, from the outermost in."""
    names = qualname.split(_LOCAL)
    wanted = {_LOCAL.join(names[: at + 1]) for at in range(len(names))}
    found = []
    for function in asked.file.module.outer:
        if function.qualname == names[0]:
            function.wake()
            found += [f for f in (function, *function.inner) if f.qualname in wanted]
    return found


def _told(match: re.Match[bytes], source: bytes) -> bytes:
    """What is left of a comment or a string: nothing where it only speaks to readers."""
    text, start = match[0], match.start()
    if text.startswith(b"#"):
        return b" "
    formats = _FORMATS.search(source, max(start - 2, 0), start) is not None
    return text if formats or not (b" " in text or b"\n" in text) else b" "


def _says(code: bytes, word: bytes) -> bool:
    return word in code and re.search(rb"(?<!\w)%s(?!\w)" % word, code) is not None


def _decorator(decorator: Expr) -> str:
    callee = decorator.callee if isinstance(decorator, Call) else decorator
    return callee.id if isinstance(callee, Name) else callee.attr if isinstance(callee, Member) else ""
