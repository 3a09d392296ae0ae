"""JavaScript files whose facts are made when they are asked for, and which of them may speak of a function.

Most files are never asked: what they say of others is told by their text. The values are those of `flow.facts.summary`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, cast

from asynccost.flow.facts.outline import Outline, filled, outline_of

if TYPE_CHECKING:
    from asynccost.flow.facts.summary import FileFacts
    from asynccost.flow.file import File

_STARS = re.compile(rb"export\s*\*|exports|export\s*=")
_OTHERS_DEFAULT = re.compile(rb"extends|export\s*\{[^}]*\bdefault\b|as\s+default")
_DEFAULT = re.compile(rb"\bdefault\b|import\s+[\w$]+\s*(?:,|from\b)")
_IMPORTS = re.compile(  # that rename nothing
    rb"\bimport\s(?:(?! as )[^;\"'])*[\"'][^\"'\n]*[\"']|\{[\w$,\s]*\}\s*=\s*(?:await\s+)?(?:require|import)\b"
)
_AS, _GIVEN_TO = re.compile(rb"\s+as\s+([\w$]+)"), re.compile(rb"([\w$]+)\s*[:=]\s*\Z")
_HANDED = re.compile(rb"(?:[(,=:]|\?\?|\|\||\bas)\s*(?:[\w$]+[!?]?\.\s*#?)*\Z")
_CALLED, _LETTER = re.compile(rb"\s*[(<`]"), re.compile(rb"[\w$]")
_LONGEST = 80  # bytes of a name and what stands behind it
_AS_DEFAULT = re.compile(rb"(?:\bimport|\bdefault\s+as)\s+([\w$]+)")
_NAMELESS = frozenset({"", "default", "<module>"})


class TextRow(TypedDict):
    """What the first pass keeps of a script.

    imports: the modules that it may import. drops: the last names of calls that it may make as statements. rules: what
    the rules' `facts` hooks say of it where it was lowered, by rule.
    """

    imports: list[str]
    drops: list[str]
    rules: dict[str, Any]


class Script:
    """One JavaScript file.

    text: what the first pass keeps. outline: where the first pass made it. gather: one rule's `facts` hook.
    """

    def __init__(
        self,
        path: str,
        name: str,
        text: TextRow,
        outline: Outline | None,
        read: Callable[[], bytes],
        lower: "Callable[[], File]",
        gather: "Callable[[str, File], Any]",
    ) -> None:
        self.path = path
        self.name = name
        self.modules, self.drops = text["imports"], text["drops"]
        self._outline = outline
        self._read = read
        self._lower = lower
        self._gather = gather
        self._rows = dict(text["rules"])
        self.facts = cast("FileFacts", _OfScript(self, text["rules"]))

    @cached_property
    def source(self) -> bytes:
        """Its source."""
        return self._read()

    def lowered(self) -> "File":
        """The file, lowered."""
        return self._lower()

    def tell(self) -> dict[str, Any]:
        """All its facts but the rules'."""
        outline = self._outline or outline_of(self._lower())
        return {key: said for key, said in filled(self.path, outline, self._lower).items() if key != "rules"}

    def row(self, rule: str) -> Any:
        """What a rule's `facts` hook says of it; None where the rule does not look at it."""
        if rule not in self._rows:
            self._rows[rule] = self._gather(rule, self._lower())
        return self._rows[rule]

    def says(self, word: str) -> bool:
        """Whether it may name something by the last part of a resolved name."""
        if word in _NAMELESS:
            return _DEFAULT.search(self.source) is not None
        return word.encode() in self.source

    def may_hand(self, words: set[str]) -> bool:
        """Whether it may hand something of one of these words to a call, by this name or another."""
        body = self._body
        if "default" in words:
            words = words.union(name.decode("utf-8", "replace") for name in _AS_DEFAULT.findall(self.source))
        return any(
            _CALLED.match(body, end) is None and _HANDED.search(body, max(start - _LONGEST, 0), start) is not None
            for word in words - _NAMELESS
            for start, end in _standing(word.encode(), body)
        )

    @cached_property
    def _body(self) -> bytes:
        return _IMPORTS.sub(b"", self.source)

    def may_define(self, qualname: str) -> bool:
        """Whether a function of a qualname may stand in it."""
        last = qualname.rpartition(".")[2]
        return last in _NAMELESS or last.encode() in self.source

    def may_hand_on(self, rest: str) -> bool:
        """Whether it may export, or hand on, what stands behind its name in a resolved name."""
        head, last = rest.partition(".")[0].removesuffix("()"), rest.rpartition(".")[2].removesuffix("()")
        if head in _NAMELESS or head.encode() in self.source or _STARS.search(self.source):
            return True
        return b"default" in self.source and (
            last.encode() in self.source or _OTHERS_DEFAULT.search(self.source) is not None
        )


class _OfScript(dict[str, Any]):
    """FileFacts that are made as soon as more is asked than the path tells."""

    def __init__(self, of: Script, rules: dict[str, Any]) -> None:
        super().__init__(path=of.path, name=of.name, language="javascript", rules=rules)
        self._of = of

    def __missing__(self, key: str) -> Any:
        told = self._of.tell()
        self.update(told)
        return told[key]


class Modules(Protocol):
    """What knows the modules of a project by their names."""

    def module(self, name: str, near: str, language: str) -> str | None:
        """The path of the module that a name means, seen from a file."""


class Scripts:
    """All scripts of a project: who may name what another defines."""

    def __init__(self, modules: Modules, scripts: Iterable[Script]) -> None:
        self._modules = modules
        self.by_path = {script.path: script for script in scripts}
        self._reaching: dict[str, list[str]] = {}

    def naming(self, path: str, words: Iterable[str]) -> Iterator[str]:
        """The files, by path, that may name by one of these words what a file defines, itself among them."""
        words = list(words)
        for near in self._leading_to(path):
            if any(map(self.by_path[near].says, words)):
                yield near

    def renaming(self, path: str, words: set[str]) -> set[str]:
        """Words, and those for which files that lead to a file may hand them on."""
        found = set(words)
        for near in self._leading_to(path):
            source = self.by_path[near].source
            for word in words - _NAMELESS if b" as " in source or b"exports" in source else ():
                if word.encode() in source:
                    found.update(name.decode("utf-8", "replace") for name in _renamed(word.encode(), source))
        return found

    def dropping(self, name: str, path: str) -> list[str]:
        """The files, by path, that may call something of a name, which a file defines, as a statement."""
        known = self._dropping.get(name)
        return sorted(known.intersection(self._leading_to(path))) if known else []

    def forgetting(self, path: str, names: Iterable[str]) -> bool:
        """Whether another file may call something of one of these names, which a file defines, as a statement."""
        return any(near != path for name in names for near in self.dropping(name, path))

    @cached_property
    def _dropping(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = {}
        for path, script in self.by_path.items():
            for name in script.drops:
                table.setdefault(name, set()).add(path)
        return table

    def saying(self, word: str, holding: str) -> Iterator[str]:
        """The files, by path, that hold a word and another text."""
        text = holding.encode()
        return (path for path, script in self.by_path.items() if text in script.source and script.says(word))

    def importers(self, path: str) -> list[str]:
        """The files, by path, that may import a file themselves."""
        return sorted(self._importers.get(path, set()) & self.by_path.keys())

    def importing(self, module: str) -> Iterator[str]:
        """The files, by path, that may import a module by this name."""
        return (path for path, script in self.by_path.items() if module in script.modules)

    def _leading_to(self, path: str) -> list[str]:
        """The files that come to a file by what they import, and by what that imports; the file itself first of all."""
        if path not in self._reaching:
            found, pending = {path}, [path]
            while pending:
                new = self._importers.get(pending.pop(), set()) - found
                found |= new
                pending += new
            self._reaching[path] = sorted(found & self.by_path.keys())
        return self._reaching[path]

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = {}
        for path, script in self.by_path.items():
            for name in (*script.modules, script.name):  # x.js and x.ts are both x
                target = self._modules.module(name, path, "javascript")
                if target is not None:
                    table.setdefault(target, set()).add(path)
        return table


def _renamed(word: bytes, source: bytes) -> Iterator[bytes]:
    """`export { word as other }`, `exports.other = word`, `module.exports = { other: word }`."""
    for start, end in _standing(word, source):
        said = _AS.match(source, end) or _GIVEN_TO.search(source, max(start - _LONGEST, 0), start)
        if said is not None:
            yield said[1]


def _standing(word: bytes, source: bytes) -> Iterator[tuple[int, int]]:
    """Where a word stands by itself."""
    start = source.find(word) if word else -1
    while start >= 0:
        end = start + len(word)
        if not (_LETTER.match(source, start - 1) if start else None) and not _LETTER.match(source, end):
            yield start, end
        start = source.find(word, end)
