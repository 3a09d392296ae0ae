"""The facts of one file, each made when it is asked for: most files are asked for little, or nothing.

The values are those of `flow.facts.summary`; only the functions that a question is about are lowered.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asynccost.flow.facts.call_facts import calls_of
from asynccost.flow.facts.entry_table import entries_of
from asynccost.flow.facts.late_facts import FileAsked, FunctionAsked
from asynccost.flow.facts.registered import may_register
from asynccost.flow.facts.summary import CallFact, FileFacts, FunctionFacts, bases, handed
from asynccost.flow.facts.vocabulary import defined, defines, holds, import_words, renamed
from asynccost.flow.file import File, Site
from asynccost.flow.mentions import speaks_of, spoken
from asynccost.flow.tree import Function

if TYPE_CHECKING:
    from asynccost.knowledge import Knowledge

T = TypeVar("T")

_SEARCHES = 16  # of a source cost about as much as to take it apart into its words


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
        self.facts = cast("FileFacts", FileAsked(self, rules))
        self._answers: dict[Callable[[bytes], Any], Any] = {}
        self._searches = 0
        self._definitions = 0
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

    def memo(self, question: Callable[[bytes], T]) -> T:
        """The answer to a question about its source, asked once."""
        if question not in self._answers:
            self._answers[question] = question(self.source)
        answer: T = self._answers[question]
        return answer

    def holds(self, word: str) -> bool:
        """Whether a word stands in the source: what does not is not defined there, and needs no parse to say so."""
        if self._searches < _SEARCHES or not (word.isascii() and word.isidentifier()):
            self._searches += 1
            return holds(self.source, word)
        return word in self._words

    def _defines(self, keyword: str, name: str) -> bool:
        if name.startswith("<"):
            return defines(self.source, keyword, name)
        if not self.holds(name):
            return False
        if self._definitions < _SEARCHES:
            self._definitions += 1
            return defines(self.source, keyword, name)
        return (keyword, name) in self._defined

    @cached_property
    def _defined(self) -> frozenset[tuple[str, str]]:
        return defined(self.source)

    @cached_property
    def _words(self) -> frozenset[str]:
        return spoken(self.source)

    def imports_name(self, local: str) -> bool:
        """Whether a name stands where the file says what it imports."""
        return local in self._import_words if local.isascii() else self.holds(local)

    @cached_property
    def _import_words(self) -> frozenset[str]:
        return import_words(self.source)

    def handed(self) -> list[list[str]]:
        """See `facts.handed`; few files say such a thing, and only those are lowered."""
        return handed(self.file) if may_register(self.source, entries_of(self._knowledge())) else []

    def function(self, function: Function) -> FunctionFacts:
        """The facts of a function."""
        if id(function) not in self._functions:
            self._functions[id(function)] = cast("FunctionFacts", FunctionAsked(self.file, function))
        return self._functions[id(function)]

    def named(self, qualname: str) -> FunctionFacts | None:
        """The function of a qualname; of several the first."""
        if not qualname.startswith("<") and not self._defines("def", qualname.rpartition(".")[2]):
            return None
        found = self.file.names.definitions.function(qualname)
        return self.function(found) if found is not None else None

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
        return renamed(self.source)

    def base_names(self, qualname: str) -> list[str] | None:
        """What the bases of a class resolve to; None where there is no such class."""
        if not self._defines("class", qualname.rpartition(".")[2]):
            return None
        cls = self.file.names.definitions.cls(qualname)
        return bases(self.file, cls) if cls is not None else None


def last_name(name: str) -> str:
    """The last part of a resolved name: "m.Client().get" -> get."""
    return name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
