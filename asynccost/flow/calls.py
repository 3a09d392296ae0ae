"""Who calls a function, and who mentions it, over the whole project."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from asynccost.flow.asked import Asked, last_name
from asynccost.flow.facts import CallFact, FileFacts
from asynccost.flow.import_graph import Imports
from asynccost.flow.linking import Def, Names
from asynccost.model import Related, Span


@dataclass(slots=True, frozen=True)
class Caller:
    """A call of a function, seen from its caller."""

    by: Def
    call: CallFact

    def related(self, message: str) -> Related:
        call = self.call
        column = call["column"] + call["end"] - call["start"]
        return Related(
            self.by.file["path"],
            Span(call["start"], call["end"], call["line"], call["column"], call["line"], column),
            message,
        )


class Calls:
    """The calls of all files, by what they mean."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked = names.asked
        self._called: dict[tuple[str, str], list[tuple[Def, CallFact]]] = {}
        self._mentions: dict[tuple[str, str], list[Def]] = {}
        self._by_words: dict[tuple[str, str], list[Caller]] = {}
        self._of_module: dict[str, dict[tuple[str, str], list[Def]]] = {}
        self._hands: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}

    def callers(self, target: Def) -> list[Caller]:
        """Every call of a function that the names reveal."""
        qualname = target.facts["qualname"]
        last = qualname.rpartition(".")[2]
        names = {last}
        if last in ("__init__", "constructor"):
            names = {target.facts["owner"].rpartition(".")[2]}
        exports = target.file["exports"]
        names.update(out for out, local in exports.items() if local in (qualname, last))
        found = []
        for name in sorted(names):
            for made, call in self._calls(name, target):
                if call["name"].endswith("()"):
                    continue  # `stop = start(); stop()` calls what start() handed out
                hit = self._names.find(call["name"], made.file["path"])
                if hit is not None and hit.key == target.key:
                    found.append(Caller(made, call))
        return found

    def calls_named(self, last: str, holding: str = "") -> list[Caller]:
        """Every call whose resolved name ends in this word, whatever it means; with another word in it, if given."""
        key = last, holding
        if key not in self._by_words:
            self._by_words[key] = self._calls_holding(last, holding)
        return self._by_words[key]

    def _calls_holding(self, last: str, holding: str) -> list[Caller]:
        read = self._calls_by_last.get(last, [])
        found = [Caller(made, call) for made, call in read if holding in call["name"]]
        for asked in self._asked.values():
            if not holding:
                found += (Caller(made, call) for made, call in self._calls_in(asked, last))
            elif asked.holds(last) and asked.holds(holding):
                found += (Caller(Def(asked.facts, fn), call) for fn, call in asked.calls(last, holding))
        return sorted(found, key=lambda c: c.by.file["path"]) if self._asked and self._names.read else found

    def named(self, last: str) -> list[Def]:
        """Every function whose own name is this word."""
        found = [*self._defs_by_last.get(last, [])]
        for asked in self._asked.values():
            if asked.holds(last):
                found += (Def(asked.facts, fn) for fn in asked.defining(last))
        return found

    def methods(self, owner: str) -> Iterator[str]:
        """The names of the methods of every class of this name."""
        for made in self._names.functions:
            if made.facts["owner"].rpartition(".")[2] == owner:
                yield _last(made)
        for asked in self._asked.values():
            if asked.holds(owner):
                yield from asked.methods(owner)

    def mentioned(self, target: Def) -> list[Def]:
        """The functions that mention a function of their own file as a value."""
        asked = self._asked.get(target.file["path"])
        if asked is None:
            return self._registered(target.file["name"]).get(target.key, [])
        if target.key not in self._mentions:
            last = _last(target)
            word = "lambda" if target.facts["kind"] == "lambda" else last
            functions = (Def(asked.facts, fn) for fn in asked.mentioning(word, last))
            self._mentions[target.key] = self._where_mentioned(functions, last).get(target.key, [])
        return self._mentions[target.key]

    def handed_over(self, made: Def) -> tuple[str, str] | None:
        """How a function runs by what another file hands it to."""
        if made.file["path"] not in self._asked:
            return self._handed.get(made.key)
        last = _last(made)
        words = {_handle(made) if last == "__init__" else last}
        files = [self._asked[path] for path in self._graph.reaching(made.file["path"], _handle(made))]
        size = 0
        while size < len(words):
            size = len(words)
            words |= {out for asked in files for word in [*words] for out in asked.aliases(word)}
        for asked in files:
            if asked.path not in self._hands and any(map(asked.holds, words)):
                self._hands[asked.path] = {}
                self._add_handed(asked.facts, self._hands[asked.path])
        said = [t for a in files if (t := self._hands.get(a.path, {}).get(made.key)) is not None]
        return min(said, default=None)

    @cached_property
    def _calls_by_last(self) -> dict[str, list[tuple[Def, CallFact]]]:
        table: dict[str, list[tuple[Def, CallFact]]] = {}
        for made in self._names.functions:
            for call in made.facts["calls"]:
                table.setdefault(last_name(call["name"]), []).append((made, call))
        return table

    def _registered(self, module: str) -> dict[tuple[str, str], list[Def]]:
        """What functions of the files of a module's name mention: x.js and x.ts are both x."""
        if module not in self._of_module:
            files = self._by_module.get(module, ())
            self._of_module[module] = self._where_mentioned(Def(f, fn) for f in files for fn in f["functions"])
        return self._of_module[module]

    @cached_property
    def _by_module(self) -> dict[str, list[FileFacts]]:
        table: dict[str, list[FileFacts]] = {}
        for file in self._names.read:
            table.setdefault(file["name"], []).append(file)
        return table

    def _where_mentioned(self, functions: Iterable[Def], last: str = "") -> dict[tuple[str, str], list[Def]]:
        """The functions that mention each function that there is, or each whose name ends so."""
        table: dict[tuple[str, str], list[Def]] = {}
        for made in functions:
            for name in made.facts["registered"]:
                if not name.endswith(last):
                    continue
                found = self._names.find(name, made.file["path"])
                if found is not None:
                    table.setdefault(found.key, []).append(made)
        return table

    @cached_property
    def _graph(self) -> Imports:
        return Imports(self._names, self._asked.values())

    def _calls(self, last: str, target: Def) -> Iterator[tuple[Def, CallFact]]:
        """The calls by a name in the files that can mean a function by it."""
        path = target.file["path"]
        if path not in self._asked:
            yield from self._calls_by_last.get(last, ())
            return
        for near in self._graph.reaching(path, _handle(target)):
            yield from self._calls_in(self._asked[near], last)

    def _calls_in(self, asked: Asked, last: str) -> list[tuple[Def, CallFact]]:
        key = asked.path, last
        if key not in self._called:
            found = asked.calls(last) if asked.holds(last) else ()
            self._called[key] = [(Def(asked.facts, fn), call) for fn, call in found]
        return self._called[key]

    @cached_property
    def _defs_by_last(self) -> dict[str, list[Def]]:
        table: dict[str, list[Def]] = {}
        for made in self._names.defs.values():
            if made is not None and made.file["path"] not in self._asked:
                table.setdefault(_last(made), []).append(made)
        return table

    @cached_property
    def _handed(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Functions that another file hands to a call that says how often they run."""
        table: dict[tuple[str, str], tuple[str, str]] = {}
        for file in self._names.read:
            self._add_handed(file, table)
        return table

    def _add_handed(self, file: FileFacts, table: dict[tuple[str, str], tuple[str, str]]) -> None:
        for name, kind, reason in file["handed"]:
            found = self._names.find(name, file["path"])
            if found is not None:
                table[found.key] = min((kind, reason), table.get(found.key, (kind, reason)))


def _handle(made: Def) -> str:
    """The name by which other files come to a function: its class's, if it has one."""
    return made.facts["owner"].rpartition(".")[2] or _last(made)


def _last(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]
