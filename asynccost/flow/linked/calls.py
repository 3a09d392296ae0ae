"""Who calls a function, and who mentions it, over the whole project."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from asynccost.flow.facts.asked import Asked, last_name
from asynccost.flow.facts.summary import CallFact, FileFacts
from asynccost.flow.linked.importers import Imports
from asynccost.flow.linked.linking import Def, Names
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
        self._scripts = names.scripts
        self._by_last: dict[str, dict[str, list[tuple[Def, CallFact]]]] = {}
        self._called: dict[tuple[str, str], list[tuple[Def, CallFact]]] = {}
        self._mentions: dict[tuple[str, str], list[Def]] = {}
        self._spoken: dict[str, bool] = {}
        self._by_words: dict[tuple[str, str], list[Caller]] = {}
        self._of_module: dict[str, dict[tuple[str, str], list[Def]]] = {}
        self._hands: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}

    def callers(self, target: Def) -> list[Caller]:
        """Every call of a function that the names reveal."""
        names = _called_as(target)
        return [caller for name in sorted(names) for caller in self._meaning(target, self._calls(name, target))]

    def dropping(self, target: Def) -> list[Caller]:
        """Those calls of a JavaScript function that are statements, whose answer nobody takes."""
        names = _called_as(target)
        calls = (
            (made, call)
            for name in sorted(names)
            for near in self._scripts.dropping(name, target.file["path"])
            for made, call in self._calls_of(near).get(name, ())
            if call["dropped"]
        )
        return list(self._meaning(target, calls))

    def _meaning(self, target: Def, calls: Iterable[tuple[Def, CallFact]]) -> Iterator[Caller]:
        for made, call in calls:
            if call["name"].endswith("()"):
                continue  # `stop = start(); stop()` calls what start() handed out
            hit = self._names.find(call["name"], made.file["path"])
            if hit is not None and hit.key == target.key:
                yield Caller(made, call)

    def calls_named(self, last: str, holding: str = "") -> list[Caller]:
        """Every call whose resolved name ends in this word, whatever it means; with another word in it, if given."""
        key = last, holding
        if key not in self._by_words:
            self._by_words[key] = self._calls_holding(last, holding)
        return self._by_words[key]

    def _calls_holding(self, last: str, holding: str) -> list[Caller]:
        read = (pair for near in self._saying(last, holding) for pair in self._calls_of(near).get(last, ()))
        found = [Caller(made, call) for made, call in read if holding in call["name"]]
        for asked in self._asked.values():
            if not holding:
                found += (Caller(made, call) for made, call in self._calls_in(asked, last))
            elif asked.holds(last) and asked.holds(holding):
                found += (Caller(Def(asked.facts, fn), call) for fn, call in asked.calls(last, holding))
        return sorted(found, key=lambda c: c.by.file["path"]) if self._asked and self._scripts.by_path else found

    def is_called(self, last: str) -> bool:
        """Whether any call's resolved name ends in this word: files that spell such a call out are asked first."""
        if last not in self._spoken:
            spelled = re.compile(rb"(?<!def )(?<!\w)%s[ \t]*\(" % re.escape(last.encode()))
            holding = (asked for asked in self._asked.values() if asked.holds(last))
            near = sorted(holding, key=lambda asked: spelled.search(asked.source) is None)
            self._spoken[last] = any(last in self._calls_of(path) for path in self._saying(last)) or any(
                self._calls_in(asked, last) for asked in near
            )
        return self._spoken[last]

    def named(self, last: str) -> list[Def]:
        """Every function whose own name is this word."""
        found = [d for near in self._saying(last) for d in self._names.functions_of(near) if _last(d) == last]
        found = list({d.key: d for d in reversed(found)}.values())[::-1]
        for asked in self._asked.values():
            if asked.holds(last):
                found += (Def(asked.facts, fn) for fn in asked.defining(last))
        return found

    def methods(self, owner: str) -> Iterator[str]:
        """The names of the methods of every class of this name."""
        for near in self._saying(owner):
            for made in self._names.functions_of(near):
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
            return self._handed_in(made)
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

    def reaching(self, target: Def) -> list[str]:
        """The Python files that can name a function, a method by its class, itself among them."""
        return self._graph.reaching(target.file["path"], _handle(target))

    def _saying(self, word: str, holding: str = "") -> list[str]:
        """The scripts that may hold a word, and another text, in order."""
        return sorted(self._scripts.saying(word, holding))

    def _naming(self, path: str, words: Iterable[str]) -> list[str]:
        """The scripts that may name by one of these words what a script defines, in order."""
        return sorted(self._scripts.naming(path, words))

    def _calls_of(self, path: str) -> dict[str, list[tuple[Def, CallFact]]]:
        """The calls of a script by the last parts of their names."""
        if path not in self._by_last:
            table: dict[str, list[tuple[Def, CallFact]]] = {}
            for made in self._names.functions_of(path):
                for call in made.facts["calls"]:
                    table.setdefault(last_name(call["name"]), []).append((made, call))
            self._by_last[path] = table
        return self._by_last[path]

    def _registered(self, module: str) -> dict[tuple[str, str], list[Def]]:
        """What functions of the files of a module's name mention: x.js and x.ts are both x."""
        if module not in self._of_module:
            files = self._by_module.get(module, ())
            self._of_module[module] = self._where_mentioned(Def(f, fn) for f in files for fn in f["functions"])
        return self._of_module[module]

    @cached_property
    def _by_module(self) -> dict[str, list[FileFacts]]:
        table: dict[str, list[FileFacts]] = {}
        for script in self._scripts.by_path.values():
            table.setdefault(script.name, []).append(script.facts)
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
            for near in self._naming(path, (last,)):
                yield from self._calls_of(near).get(last, ())
            return
        for near in self._graph.reaching(path, _handle(target)):
            yield from self._calls_in(self._asked[near], last)

    def _calls_in(self, asked: Asked, last: str) -> list[tuple[Def, CallFact]]:
        key = asked.path, last
        if key not in self._called:
            found = asked.calls(last) if asked.holds(last) else ()
            self._called[key] = [(Def(asked.facts, fn), call) for fn, call in found]
        return self._called[key]

    def _handed_in(self, made: Def) -> tuple[str, str] | None:
        """How a function of a script runs by what another file hands it to."""
        path = made.file["path"]
        words = self._scripts.renaming(path, _called_as(made))
        said = []
        for near in self._naming(path, words):
            if not self._scripts.by_path[near].may_hand(words):
                continue
            if near not in self._hands:
                self._hands[near] = {}
                self._add_handed(self._names.files[near], self._hands[near])
            said.append(self._hands[near].get(made.key))
        return min(filter(None, said), default=None)

    def _add_handed(self, file: FileFacts, table: dict[tuple[str, str], tuple[str, str]]) -> None:
        for name, kind, reason in file["handed"]:
            found = self._names.find(name, file["path"])
            if found is not None:
                table[found.key] = min((kind, reason), table.get(found.key, (kind, reason)))


def _called_as(target: Def) -> set[str]:
    """The last names by which a function may be called: its own, its class's, those under which it is exported."""
    qualname = target.facts["qualname"]
    last = qualname.rpartition(".")[2]
    names = {last}
    if last in ("__init__", "constructor"):
        names = {target.facts["owner"].rpartition(".")[2]}
    names.update(out for out, local in target.file["exports"].items() if local in (qualname, last))
    return names


def _handle(made: Def) -> str:
    """The name by which other files come to a function: its class's, if it has one."""
    return made.facts["owner"].rpartition(".")[2] or _last(made)


def _last(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]
