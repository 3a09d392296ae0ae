"""The facts of one file, each made when it is asked for: most files are asked for little, or nothing.

The values are those of `flow.facts`; only the functions that a question is about are lowered.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from asynccost.flow.entries import seldom
from asynccost.flow.entry_table import entries_of
from asynccost.flow.facts import (
    CallFact,
    FileFacts,
    FunctionFacts,
    bases,
    calls_of,
    entry,
    handed,
    registered,
    returned,
)
from asynccost.flow.failing import floats, quiet
from asynccost.flow.file import File, Site
from asynccost.flow.mentions import places, speaks_of
from asynccost.flow.names import INSIDE
from asynccost.flow.registered import may_register
from asynccost.flow.tree import Class, Function
from asynccost.flow.waiting import rows_of

if TYPE_CHECKING:
    from asynccost.knowledge import Knowledge

_NEAR = 64  # bytes before a name in which the keyword of its definition stands
_AFTER = {word: re.compile(rb"(?:\b%s|\A\W)\W+\Z" % word.encode()) for word in ("class", "def")}
_IMPORTS = re.compile(  # from the keyword to the end of the statement; in a string or a comment it may say too much
    rb"\bimport\b(?=((?:[ \t\f]|\\\r?\n)*+(?:\((?:[^()#]|\#[^\n]*)*+|(?:[^\\\n]|\\\r?\n|\\)*+)))"
)
_WORD = re.compile(rb"\w+")
_AS, _ENDING = re.compile(rb" as\b"), re.compile(rb"[^\x00-/:-@\[-^`{-\x7f]+\Z")  # a word of any alphabet
_LONGEST = 256  # bytes of a name


class Asked:
    """A file whose facts are made when they are asked for. imports: what it imports, by absolute dotted names."""

    def __init__(
        self,
        path: str,
        name: str,
        imports: list[str],
        rules: dict[str, Any],
        read: Callable[[], bytes],
        lower: Callable[[bytes], File],
        knowledge: "Callable[[], Knowledge]",
    ) -> None:
        self.path = path
        self.name = name
        self.imports = imports
        self._read = read
        self._lower = lower
        self._knowledge = knowledge
        self.facts = cast("FileFacts", _OfFile(self, rules))
        self._functions: dict[int, FunctionFacts] = {}
        self._told: dict[str, list[tuple[int, Site]]] = {}  # calls by the last part of their names
        self._heard: set[int] = set()  # the numbers of the functions whose calls are among them
        self._mentions: dict[str, list[tuple[int, FunctionFacts]]] = {}  # functions by what they mention
        self._looked_through: set[int] = set()  # the numbers of those that are among them

    @property
    def knowledge(self) -> "Knowledge":
        """The tables that it is read with."""
        return self._knowledge()

    @cached_property
    def file(self) -> File:
        """The file, lowered."""
        return self._lower(self.source)

    @property
    def is_read(self) -> bool:
        """Whether its source has been read, so that it will not be read again."""
        return "source" in vars(self)

    @cached_property
    def source(self) -> bytes:
        """Its source."""
        return self._read()

    def holds(self, word: str) -> bool:
        """Whether a word stands in the source: what does not is not defined there, and needs no parse to say so."""
        return any(True for _ in places(self.source, word.encode()))

    def _says(self, keyword: str, name: str) -> bool:
        """Whether a function or class of a name seems to be defined; a nameless one is known by its keyword."""
        if name.startswith("<"):
            return self.holds(name.strip("<>"))
        after, source = _AFTER[keyword], self.source
        return any(after.search(source[max(at - _NEAR, 0) : at]) for at in places(source, name.encode()))

    def imports_name(self, local: str) -> bool:
        """Whether a name stands where the file says what it imports."""
        return local in self._import_words if local.isascii() else self.holds(local)

    @cached_property
    def _import_words(self) -> frozenset[str]:
        found = (_WORD.findall(m[1]) for m in _IMPORTS.finditer(self.source))
        return frozenset(word.decode() for words in found for word in words)

    def handed(self) -> list[list[str]]:
        """See `facts.handed`; few files say such a thing, and only those are lowered."""
        return handed(self.file) if may_register(self.source, entries_of(self._knowledge())) else []

    def function(self, function: Function) -> FunctionFacts:
        """The facts of a function."""
        if id(function) not in self._functions:
            self._functions[id(function)] = cast("FunctionFacts", _OfFunction(self.file, function))
        return self._functions[id(function)]

    @cached_property
    def _by_qualname(self) -> dict[str, list[Function]]:
        table: dict[str, list[Function]] = {}
        for function in self.file.module.outer:
            table.setdefault(function.qualname, []).append(function)
        return table

    def named(self, qualname: str) -> FunctionFacts | None:
        """The function of a qualname; of several the first."""
        if not qualname.startswith("<") and not self._says("def", qualname.rpartition(".")[2]):
            return None
        found = self._by_qualname.get(qualname)
        if found:
            return self.function(found[0])
        around, mark, _ = qualname.partition(INSIDE)
        for body in self._by_qualname.get(around, ()) if mark else ():
            body.wake()
            for function in body.inner:
                if function.qualname == qualname:
                    return self.function(function)
        return None

    def starting(self, start: int) -> FunctionFacts | None:
        """The function that starts at a byte."""
        for function in self.file.module.outer:
            if function.start == start and function.kind != "module":
                return self.function(function)
            if function.start < start < function.end and function.late is not None:
                function.wake()
                return next((self.function(f) for f in function.inner if f.start == start), None)
        return None

    def mentioning(self, word: str, last: str) -> list[FunctionFacts]:
        """The functions that mention a function of this file by the last part of its name; word: what they then say."""
        for number, function in self._unknown(self._looked_through, (word,)):
            self._looked_through.add(number)
            for one in map(self.function, (function, *function.inner)):
                for name in {name.rpartition(".")[2] for name in one["registered"]}:
                    self._mentions.setdefault(name, []).append((number, one))
        return [one for _, one in sorted(self._mentions.get(last, ()), key=itemgetter(0))]

    def calls(self, last: str, holding: str = "") -> Iterator[tuple[FunctionFacts, CallFact]]:
        """The calls whose resolved name ends in this word; with another word in it, if given."""
        self._tell_calls((last, holding) if holding else (last,))
        told = self._told.get(last, ())
        named = sorted((row for row in told if holding in (row[1].name or "")), key=itemgetter(0))
        for _, sites in groupby(named, key=lambda pair: id(pair[1].function)):
            found = [site for _, site in sites]
            function = found[0].function
            for call in calls_of(self.file, function, found):
                yield self.function(function), call

    def _tell_calls(self, words: tuple[str, ...]) -> None:
        """Sort calls by the last part of their names, once; in bodies that wait, where they speak of these words."""
        for number, function in self._unknown(self._heard, words):
            self._heard.add(number)
            for one in (function, *function.inner):
                for site in self.file.calls_of(one):
                    if site.name:
                        self._told.setdefault(last_name(site.name), []).append((number, site))

    def _unknown(self, known: set[int], words: tuple[str, ...]) -> Iterator[tuple[int, Function]]:
        """The functions whose numbers are not known yet, those aside that wait and do not speak of all of the words."""
        outer = self.file.module.outer
        if len(known) == len(outer):
            return
        tests = [self._holds(word) for word in words]
        for number, function in enumerate(outer):
            if number not in known and not (function.asleep and not all(holds(function) for holds in tests)):
                function.wake()
                yield number, function

    def _holds(self, word: str) -> Callable[[Function], bool]:
        """Whether a function that waits may speak of a word, by its own text or by what the file calls it."""
        return speaks_of(self.file, (word,))

    def defining(self, last: str) -> Iterator[FunctionFacts]:
        """The functions of this name, each qualname once."""
        word, source, seen = last.encode(), self.source, set[str]()
        for function in self.file.functions_if(lambda f: source.find(word, f.start, f.end) >= 0):
            if function.qualname.rpartition(".")[2] == last and function.qualname not in seen:
                seen.add(function.qualname)
                yield self.function(function)

    def methods(self, owner: str) -> Iterator[str]:
        """The names of the methods of the classes of a name."""
        word, source = owner.encode(), self.source
        for function in self.file.module.outer:  # a method's own text need not name its class
            if function.asleep and source.find(word, function.start, function.end) >= 0:
                function.wake()
            for one in (function, *function.inner):
                if one.owner is not None and one.owner.qualname.rpartition(".")[2] == owner:
                    yield one.qualname.rpartition(".")[2]

    def aliases(self, word: str) -> set[str]:
        """The names under which the file imports a word."""
        if word.encode() not in self._renamed:
            return set()
        return {local for local, dotted in self.file.module.imports.items() if dotted.rpartition(".")[2] == word}

    @cached_property
    def _renamed(self) -> frozenset[bytes]:
        """The words before an `as`."""
        source = self.source
        words = (_ENDING.search(source, max(m.start() - _LONGEST, 0), m.start()) for m in _AS.finditer(source))
        return frozenset(word[0] for word in words if word)

    def base_names(self, qualname: str) -> list[str] | None:
        """What the bases of a class resolve to; None where there is no such class."""
        if not self._says("class", qualname.rpartition(".")[2]):
            return None
        cls = self._class(qualname)
        return bases(self.file, cls) if cls is not None else None

    def _class(self, qualname: str) -> Class | None:
        names = self.file.names
        return names.cls(f"{self.file.module.name}.{qualname}")


def last_name(name: str) -> str:
    """The last part of a resolved name: "m.Client().get" -> get."""
    return name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")


class _OfFunction(dict[str, Any]):
    """FunctionFacts whose values are made when they are asked for."""

    def __init__(self, file: File, function: Function) -> None:
        super().__init__()
        self._file, self._of = file, function

    def __missing__(self, key: str) -> Any:
        if key in _COSTLY:
            self[key] = _COSTLY[key](self._file, self._of)
        elif key in ("line", "column", "end_line"):
            span = self._file.span(self._of)
            self.update(line=span.line, column=span.column, end_line=span.end_line)
        else:
            of = self._of
            scope = of.scope
            top = of.owner is not None or scope is None or scope.kind == "module"
            self.update(
                qualname=of.qualname,
                start=of.start,
                end=of.end,
                is_async=of.is_async,
                kind=of.kind,
                owner=of.owner.qualname if of.owner else "",
                outer=-1 if top or scope is None else scope.start,
            )
        return self[key]


_COSTLY: dict[str, Callable[[File, Function], Any]] = {
    "is_generator": lambda _, function: function.is_generator,
    "seldom": lambda file, function: seldom(file, function) or "",
    "entry": entry,
    "calls": calls_of,
    "returns": returned,
    "registered": registered,
    "waits": rows_of,
    "floats": floats,
    "quiet": quiet,
}


class _Bases(dict[str, list[str]]):
    """The bases of a file's classes, looked up one by one."""

    def __init__(self, of: Asked) -> None:
        super().__init__()
        self._of = of

    def __contains__(self, qualname: object) -> bool:
        return qualname in self.keys() or self._of.base_names(str(qualname)) is not None

    def get(self, qualname: str, default: Any = None) -> Any:
        found = self._of.base_names(qualname)
        return default if found is None else found


class _Imported(dict[str, str]):
    """What a file's names stand for by its imports."""

    def __init__(self, of: Asked) -> None:
        super().__init__()
        self._of = of

    def __contains__(self, local: object) -> bool:
        return self._of.imports_name(str(local)) and local in self._of.file.module.imports

    def __missing__(self, local: str) -> str:
        return self._of.file.module.imports[local]


class _OfFile(dict[str, Any]):
    """FileFacts whose values are made when they are asked for."""

    def __init__(self, of: Asked, rules: dict[str, Any]) -> None:
        super().__init__(path=of.path, name=of.name, language="python", exports={}, stars=[], rules=rules)
        self._of = of

    def __missing__(self, key: str) -> Any:
        if key == "handed":
            self[key] = self._of.handed()
        elif key == "imports":
            self[key] = _Imported(self._of)
        elif key == "classes":
            self[key] = _Bases(self._of)
        else:
            raise KeyError(key)
        return self[key]
