"""What the text of a script tells before it is lowered: whom it imports, what it may call and forget.

All of it may say too much, never too little: whoever goes by it looks at the file itself where it says yes.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from asynccost.flow.file import is_test
from asynccost.flow.words import HANDS_BACK
from asynccost.javascript import components
from asynccost.javascript.dialect import Parsed, dialect_name, parse
from asynccost.javascript.lateness import ends_something, sets_late
from asynccost.javascript.shapes import Shape, shape
from asynccost.javascript.specifiers import located
from asynccost.knowledge import Knowledge

_CHAIN = rb"((?:[\w$]++!?\??\.)*#?[\w$]++)!?(?:\?\.)?[ \t]*+[(<`]"
_STATEMENTS = (  # where a statement, or a choice of one, may begin; an arrow's expression is returned
    re.compile(rb"\n[ \t(]*+\??\.?" + _CHAIN),
    re.compile(rb"[;{}\])?&|:/][ \t(]*+\??\.?" + _CHAIN),
    re.compile(rb"else\s++" + _CHAIN),
    re.compile(rb"do\s++" + _CHAIN),
)
_RENAMED = re.compile(rb" as[ \t]++([\w$]++)")
_TAKEN = re.compile(rb":[ \t]*+([\w$]++)[ \t]*+[,}\n=]")  # `{ a: b } = require("m")`
_ASSIGNED = re.compile(rb"=[ \t]*+(?:[\w$]++\??\.)*([\w$#]++)[ \t]*+;?[ \t]*+\r?\n")  # `this.run = run`
_DEFAULT = re.compile(rb"import\s++([\w$]++)\s*+(?:,|from\b)")
_ENDING = re.compile(rb"([\w$]+)[ \t]*\Z")
_SPECIFIERS = (
    re.compile(rb"from\s*+[\"']([^\"'\n]++)"),
    re.compile(rb"require\s*+\(\s*+[\"'`]([^\"'`\n]++)"),
    re.compile(rb"import\s*+\(?\s*+(?:/\*.*?\*/\s*+)?[\"'`]([^\"'`\n]++)", re.S),
)
_HOOK = re.compile(rb"(?:\b\w+\.)?\b(?:%s)(?:<[^<>]*(?:<[^<>]*>[^<>]*)*>)?$" % "|".join(sorted(HANDS_BACK)).encode())
_ASYNC = re.compile(rb"async\b\s*+(?:function\b\s*+\*?\s*+)?([\w$#]*)")
_GIVEN_TO = re.compile(rb"(?:^|\n|[,;{.]|\b(?:const|let|var|static|readonly))[ \t]*+([\w$#]++)[\"'\]]?[ \t]*+[=:]\Z")
_GIVEN = re.compile(rb"([\w$#]++)[\"'\]]?\s*+[?!]?\s*+[:=]")
_DEFAULTS = re.compile(rb"\bdefault\b")
_NEAR = 400  # bytes before `async` in which the name stands that it is given
_SPACED = bytes(c if c < 128 and (chr(c).isalnum() or c in b"_$") else 32 for c in range(256))
_TAKEN_FROM = rb"(?<![\w$.])%(name)s\s*!?\??\.|[={]\s*%(name)s\s*[;,}\n]"
_MADE = (  # called, or handed on under another name; not only a type
    rb"\b%(name)s\s*!?(?:\?\.)?(?:[(<`]|as\b|:\s*[\w$]+\s*[,}=])|\bnew\s+[\w$.]*\b%(name)s\b"
    rb"|[=?|&]\s*(?:[\w$]+\.)*%(name)s\s*[;)|&:?\n]"
)
_CALLED = (  # called, or handed on under another name; not a method of somebody else's
    rb"(?<!async )(?<!function )(?:(?<![\w$.])|\b(?:window|globalThis|global|self)\s*\??\.\s*)%(name)s\s*(?:\?\.)?[(<]"
    rb"|[=,({:?|&\[.]\s*%(name)s\s*[;,)}\]:|?\n]"
)
_SIGNS = re.compile(r"[.()]+")
_LONGEST = 80  # bytes of a name


class _Name(NamedTuple):
    """What must be there where a name is spoken of: its words, a module that is imported, how it is used."""

    words: frozenset[str]
    module: str
    used: bytes


@lru_cache(maxsize=64)
def _spelled(names: frozenset[str]) -> list[_Name]:
    found = []
    for name in names:
        module, colon, rest = name.rpartition(":")
        parts = [part for part in _SIGNS.split(rest) if part]
        words = frozenset(part for part in parts if part != "default" and "*" not in part)
        shape = _TAKEN_FROM if not colon and len(parts) > 1 else _CALLED if not colon else _MADE
        word = parts[-1] if colon else parts[0]
        used = shape % {b"name": re.escape(word.encode())} if word in words else b""
        found.append(_Name(words, translate(module) if colon else "", used))
    return found


_compiled: Callable[[str], re.Pattern[str]] = cache(re.compile)
_searching: Callable[[bytes], re.Pattern[bytes]] = cache(re.compile)


class Text:
    """The text of one script."""

    def __init__(self, path: str, source: bytes, knowledge: Knowledge) -> None:
        self.path = path
        self.source = source
        self.knowledge = knowledge

    @cached_property
    def is_test(self) -> bool:
        """Whether the path says that this is a test, a fixture or a story."""
        return is_test(self.path)

    @cached_property
    def words(self) -> frozenset[str]:
        """The plain words of the source."""
        return frozenset(self.source.translate(_SPACED).decode("ascii").split())

    @cached_property
    def modules(self) -> list[str]:
        """What the source may import, as `Module.imports` names modules."""
        found = {said for pattern in _SPECIFIERS for said in pattern.findall(self.source)}
        return sorted({located(self.path, one.decode("utf-8", "replace")) for one in found})

    @cached_property
    def drops(self) -> list[str]:
        """The last names of what the source may call as a statement, by whatever name it does so."""
        source = b"\n" + self.source  # the first statement begins a line as well
        found = {said.rpartition(b".")[2] for pattern in _STATEMENTS for said in pattern.findall(source)}
        found.update(_ASSIGNED.findall(source))
        found = {name.lstrip(b"#") for name in found}
        for said in (*_RENAMED.finditer(source), *_TAKEN.finditer(source)):
            if said[1] in found and (before := _word_before(source, said.start())):
                found.add(before)
        if any(name in found for name in _DEFAULT.findall(source)):
            found.add(b"default")
        return sorted(name.decode("utf-8", "replace") for name in found)

    @cached_property
    def async_names(self) -> frozenset[str]:
        """Names that async functions of the source may have; "default" among them where it exports something so."""
        source = self.source
        found = set(_DEFAULTS.findall(source))
        for said in _ASYNC.finditer(source):
            found.add(said[1])
            before = source[max(said.start() - _NEAR, 0) : said.start()].rstrip(b" \t\r\n(")
            if hook := _HOOK.search(before):  # `const save = useCallback(async () => ...)`
                before = before[: hook.start()].rstrip()
            if before[-1:] in (b"=", b":"):
                given = _GIVEN_TO.search(before)
                found.update([given[1]] if given is not None else _GIVEN.findall(before))
        return frozenset(name.decode("utf-8", "replace").lstrip("#") for name in found if name)

    def may_name(self, names: Iterable[str]) -> bool:
        """Whether something may resolve to one of these names ("axios:create", "@aws-sdk/*:*Client"), by its words."""
        return any(
            one.words <= self.words
            and (not one.module or any(map(_compiled(one.module).match, self.modules)))
            and (not one.used or _searching(one.used).search(self.source) is not None)
            for one in _spelled(frozenset(names))
        )

    @cached_property
    def shape(self) -> Shape:
        """How its awaits stand to each other and to loops; parses the source."""
        return shape(self._parsed())

    @cached_property
    def sets_late(self) -> bool:
        """Whether state may be set behind a wait; parses the source."""
        return sets_late(self._parsed(), self.source)

    @cached_property
    def ends_something(self) -> bool:
        """Whether a React effect may return what undoes it; parses the source."""
        return ends_something(self._parsed(), self.source)

    def _parsed(self) -> Parsed:
        if self.path.endswith(components.SUFFIXES):
            return parse(*components.script(self.source))
        return parse(dialect_name(self.path), self.source)


def _word_before(source: bytes, at: int) -> bytes:
    before = _ENDING.search(source, max(at - _LONGEST, 0), at)
    return before[1] if before is not None else b""
