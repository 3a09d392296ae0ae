"""The whole scanned tree: links names across files and answers who calls what, and how often.

Built from facts alone, so that a file answers the same whether it was read or came from the cache.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from asynccost.flow.asked import Asked, last_name
from asynccost.flow.entries import HOT, ONCE
from asynccost.flow.facts import CallFact, FileFacts, FunctionFacts
from asynccost.flow.import_graph import Imports
from asynccost.model import Related, Span

T = TypeVar("T")
_HOPS = 8


@dataclass(slots=True, frozen=True)
class Def:
    """A function of the project: the file's facts and its own."""

    file: FileFacts
    facts: FunctionFacts

    @property
    def key(self) -> tuple[str, str]:
        return self.file["path"], self.facts["qualname"]

    @property
    def place(self) -> tuple[str, int]:
        return self.file["path"], self.facts["start"]


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


@dataclass(slots=True, frozen=True)
class Heat:
    """How often a function runs. hot True: many times per process life; False: once; None: seldom, or not known.

    kind: "loop", the kind of entry (see rules/knowledge/entries.toml), "fresh" (each call has an event loop of its
    own), or "unknown". reason is a clause: "crawl() calls fetch() in a loop". chain: the callers, nearest first.
    """

    hot: bool | None
    kind: str
    reason: str
    chain: tuple[Related, ...] = ()


class Project:
    """All files' facts, linked. Every answer is a function of the facts alone, in no particular order."""

    def __init__(self, files: Iterable[FileFacts], asked: Iterable[Asked] = ()) -> None:
        self._asked = {a.path: a for a in sorted(asked, key=lambda a: a.path)}
        self._read = sorted(files, key=lambda f: f["path"])
        known = [*self._read, *(a.facts for a in self._asked.values())]
        self.files = {f["path"]: f for f in sorted(known, key=lambda f: f["path"])}
        self._canonical: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._heat: dict[tuple[str, int], Heat] = {}
        self._answers: dict[Any, Any] = {}
        self._meant: dict[tuple[str, str], list[str]] = {}
        self._called: dict[tuple[str, str], list[tuple[Def, CallFact]]] = {}
        self._mentions: dict[tuple[str, str], list[Def]] = {}
        self._hands: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}

    def memo(self, question: "Callable[[Project], T]") -> T:
        """The answer to a question about the whole project, asked once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: T = self._answers[question]
        return answer

    def rows(self, rule: str) -> dict[str, Any]:
        """What a rule's `facts` hook said, by path."""
        return {p: f["rules"][rule] for p, f in self.files.items() if rule in f["rules"]}

    # ------------------------------------------------------------------ names

    @cached_property
    def _defs(self) -> dict[tuple[str, str], Def | None]:
        """Every function that was read, by path and qualname, and those that were asked for."""
        return {(f["path"], fn["qualname"]): Def(f, fn) for f in self._read for fn in reversed(f["functions"])}

    def named_in(self, path: str, qualname: str) -> Def | None:
        """The function of a file by its qualname; a nameless one inside it does not take its place."""
        asked = self._asked.get(path)
        if asked is None:
            return self._defs.get((path, qualname))
        key = path, qualname
        if key not in self._defs:
            found = asked.named(qualname)
            self._defs[key] = Def(asked.facts, found) if found is not None else None
        return self._defs[key]

    @cached_property
    def _modules(self) -> dict[str, list[str]]:
        """Every suffix of a module's name (at a separator) -> the paths of the modules that end so."""
        table: dict[str, list[str]] = {}
        for path, file in self.files.items():
            mark = "." if file["language"] == "python" else "/"
            prefix = "" if file["language"] == "python" else "js:"
            parts = file["name"].split(mark)
            if prefix and parts[-1] == "index":
                table.setdefault(prefix + file["name"], []).append(path)
                parts = parts[:-1]
            for at in range(len(parts)):
                table.setdefault(prefix + mark.join(parts[at:]), []).append(path)
        return table

    def module(self, name: str, near: str, language: str) -> str | None:
        """The path of the module that a name means, seen from the file `near`; the nearest of several."""
        if language == "javascript":
            spec = name.lstrip("@~/") if name.startswith(("@/", "~/", "/", "~")) else name
            paths = self._modules.get("js:" + spec, [])
        else:
            paths = self._modules.get(name, [])
        if not paths:
            return None
        key = name, language
        if key not in self._meant:
            paths = [p for p in paths if self.files[p]["language"] == language]
            exact = [p for p in paths if self.files[p]["name"] in (name, name + "/index")]
            self._meant[key] = exact if len(exact) == 1 else paths
        paths = self._meant[key]
        if len(paths) < 2:
            return paths[0] if paths else None
        return max(paths, key=lambda p: (_common(p, near), -len(p), p))

    def find(self, name: str, near: str) -> Def | None:
        """The function that a resolved name of the file `near` means, through re-exports and base classes."""
        key = (name, near)
        if key not in self._canonical:
            self._canonical[key] = None
            self._canonical[key] = self._search(name, near, 0)
        found = self._canonical[key]
        return self.named_in(*found) if found else None

    def _search(self, name: str, near: str, depth: int) -> tuple[str, str] | None:
        file = self.files.get(near)
        if file is None or depth > _HOPS:
            return None
        for path, rest in self._splits(name, file):
            found = self._in_module(path, rest, depth)
            if found is not None:
                return found
        return None

    def _splits(self, name: str, file: FileFacts) -> Iterator[tuple[str, str]]:
        """The ways to read a name as a module and what is in it, longest module first."""
        if file["language"] == "javascript":
            spec, colon, rest = name.partition(":")
            path = self.module(spec, file["path"], "javascript") if colon else None
            if path is not None and rest not in ("", "*"):
                yield path, rest
            return
        if name.startswith(file["name"] + "."):
            yield file["path"], name[len(file["name"]) + 1 :]
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            if "()" in "".join(parts[:cut]):
                continue
            path = self.module(".".join(parts[:cut]), file["path"], "python")
            if path is not None:
                yield path, ".".join(parts[cut:])

    def _in_module(self, path: str, rest: str, depth: int) -> tuple[str, str] | None:
        file = self.files[path]
        if file["language"] == "javascript":
            head, dot, tail = rest.partition(".")
            instance = head.endswith("()")
            target = file["exports"].get(head.removesuffix("()"))
            if target is not None:
                if ":" in target:
                    return self._search(target + ("()" if instance else "") + dot + tail, path, depth + 1)
                rest = target + ("()" if instance else "") + dot + tail
        plain = rest.replace("()", "")
        if self.named_in(path, plain) is not None:
            return path, plain
        found = self._by_class(path, plain, depth) or self._by_factory(path, rest, depth)
        if found is not None:
            return found
        head, dot, tail = rest.partition(".")
        bare = head.removesuffix("()")
        if bare in file["imports"] and file["imports"][bare] != rest:
            return self._search(file["imports"][bare] + head[len(bare) :] + dot + tail, path, depth + 1)
        for star in file["stars"]:
            mark = ":" if file["language"] == "javascript" else "."
            if (found := self._search(star + mark + rest, path, depth + 1)) is not None:
                return found
        return None

    def _by_class(self, path: str, plain: str, depth: int) -> tuple[str, str] | None:
        """A method that a class inherits, or a class's constructor."""
        file = self.files[path]
        if plain in file["classes"]:
            for name in ("__init__", "constructor"):
                if self.named_in(path, f"{plain}.{name}") is not None:
                    return path, f"{plain}.{name}"
            return None
        cls, _, method = plain.rpartition(".")
        for base in file["classes"].get(cls, []):
            found = self._search(f"{base}.{method}", path, depth + 1)
            if found is not None:
                return found
        return None

    def _by_factory(self, path: str, rest: str, depth: int) -> tuple[str, str] | None:
        """A method of what a function returns: `make().get`."""
        call, mark, tail = rest.partition("().")
        made = self.named_in(path, call)
        if not mark or made is None:
            return None
        returns = made.facts["returns"]
        return self._search(f"{returns[0]}.{tail}", path, depth + 1) if len(returns) == 1 else None

    @cached_property
    def imported(self) -> frozenset[str]:
        """The packages that the project's files import: "aiosqlite", "@prisma/client"."""
        read = (name for file in self._read for name in file["imports"].values())
        asked = (name for one in self._asked.values() for name in one.imports)
        return frozenset(_package(name) for name in (*read, *asked))

    # ---------------------------------------------------------------- callers

    @cached_property
    def _calls_by_last(self) -> dict[str, list[tuple[Def, CallFact]]]:
        table: dict[str, list[tuple[Def, CallFact]]] = {}
        for made in self._read_functions:
            for call in made.facts["calls"]:
                table.setdefault(last_name(call["name"]), []).append((made, call))
        return table

    @cached_property
    def _registered(self) -> dict[tuple[str, str], list[Def]]:
        return self._where_mentioned(self._read_functions)

    def _where_mentioned(self, functions: Iterable[Def]) -> dict[tuple[str, str], list[Def]]:
        table: dict[tuple[str, str], list[Def]] = {}
        for made in functions:
            for name in made.facts["registered"]:
                found = self.find(name, made.file["path"])
                if found is not None:
                    table.setdefault(found.key, []).append(made)
        return table

    def _mentioned(self, target: Def) -> list[Def]:
        """The functions that mention a function of their own file as a value."""
        asked = self._asked.get(target.file["path"])
        if asked is None:
            return self._registered.get(target.key, [])
        if target.key not in self._mentions:
            word = "lambda" if target.facts["kind"] == "lambda" else _last(target)
            functions = (Def(asked.facts, fn) for fn in asked.mentioning(word))
            self._mentions[target.key] = self._where_mentioned(functions).get(target.key, [])
        return self._mentions[target.key]

    @cached_property
    def _graph(self) -> Imports:
        return Imports(self, self._asked.values())

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
                hit = self.find(call["name"], made.file["path"])
                if hit is not None and hit.key == target.key:
                    found.append(Caller(made, call))
        return found

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
    def _read_functions(self) -> list[Def]:
        return [Def(f, fn) for f in self._read for fn in f["functions"]]

    @cached_property
    def _defs_by_last(self) -> dict[str, list[Def]]:
        table: dict[str, list[Def]] = {}
        for made in self._defs.values():
            if made is not None and made.file["path"] not in self._asked:
                table.setdefault(_last(made), []).append(made)
        return table

    def named(self, last: str) -> list[Def]:
        """Every function whose own name is this word."""
        found = [*self._defs_by_last.get(last, [])]
        for asked in self._asked.values():
            if asked.holds(last):
                found += (Def(asked.facts, fn) for fn in asked.defining(last))
        return found

    def methods(self, owner: str) -> Iterator[str]:
        """The names of the methods of every class of this name."""
        for made in self._read_functions:
            if made.facts["owner"].rpartition(".")[2] == owner:
                yield _last(made)
        for asked in self._asked.values():
            if asked.holds(owner):
                yield from asked.methods(owner)

    def calls_named(self, last: str, holding: str = "") -> list[Caller]:
        """Every call whose resolved name ends in this word, whatever it means; with another word in it, if given."""
        read = self._calls_by_last.get(last, [])
        found = [Caller(made, call) for made, call in read if holding in call["name"]]
        for asked in self._asked.values():
            if not holding:
                found += (Caller(made, call) for made, call in self._calls_in(asked, last))
            elif asked.holds(last) and asked.holds(holding):
                found += (Caller(Def(asked.facts, fn), call) for fn, call in asked.calls(last, holding))
        return sorted(found, key=lambda c: c.by.file["path"]) if self._asked and self._read else found

    # ------------------------------------------------------------------- heat

    @cached_property
    def _by_start(self) -> dict[tuple[str, int], Def]:
        return {made.place: made for made in self._read_functions if made.facts["kind"] != "module"}

    def function(self, path: str, start: int) -> Def | None:
        """The function that starts at a byte of a file."""
        asked = self._asked.get(path)
        if asked is None:
            return self._by_start.get((path, start))
        found = asked.starting(start)
        return Def(asked.facts, found) if found is not None else None

    @cached_property
    def _handed(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Functions that another file hands to a call that says how often they run."""
        table: dict[tuple[str, str], tuple[str, str]] = {}
        for file in self._read:
            self._add_handed(file, table)
        return table

    def _add_handed(self, file: FileFacts, table: dict[tuple[str, str], tuple[str, str]]) -> None:
        for name, kind, reason in file["handed"]:
            found = self.find(name, file["path"])
            if found is not None:
                table[found.key] = min((kind, reason), table.get(found.key, (kind, reason)))

    def _handed_over(self, made: Def) -> tuple[str, str] | None:
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

    def entry(self, made: Def) -> tuple[str, str] | None:
        """How a function is entered, by its own file or by one that registers it."""
        entry = made.facts["entry"]
        return (entry[0], entry[1]) if entry is not None else self._handed_over(made)

    def heat(self, target: Def) -> Heat:
        """How often a function runs, by how it is entered and who calls it."""
        if target.place not in self._heat:
            self._heat[target.place] = self._climb(target)
        return self._heat[target.place]

    def _climb(self, target: Def) -> Heat:
        """Go from callers to their callers, nearest first, until one is known to run often."""
        level: list[tuple[Def, tuple[Related, ...]]] = [(target, ())]
        seen, cold, unknown = {target.place}, list[Heat](), False
        for _ in range(_HOPS):
            hot: list[Heat] = []
            further: list[tuple[Def, tuple[Related, ...]]] = []
            for made, chain in level:
                if (entry := self.entry(made)) is not None:
                    if entry[0] in ("test", "script") and chain:
                        unknown = True  # what only tests call is a library's: nobody knows
                        continue
                    (hot if entry[0] in HOT else cold).append(Heat(_hot(entry[0]), *entry, chain))
                    continue
                named = self.named_in(*made.key)
                nameless = named is None or named.place != made.place
                callers = [] if nameless else self.callers(made)
                outer = self._around(made) if not callers and made.facts["kind"] in ("lambda", "arrow") else None
                if outer is not None and outer.place not in seen:
                    seen.add(outer.place)
                    further.append((outer, chain))
                mentioned = [] if nameless else self._mentioned(made)
                unknown |= (not callers and outer is None) or bool(mentioned)
                for by in mentioned:  # `for search in (with_a, with_b): await search(query)`
                    if by.place not in seen and by.facts["kind"] != "module" and not _gives_back(by, made):
                        seen.add(by.place)
                        further.append((by, chain))
                for caller in callers:
                    heat, place = self._through(caller, made, chain)
                    if heat is not None:
                        (hot if heat.hot else cold).append(heat)
                    elif caller.by.place not in seen:
                        seen.add(caller.by.place)
                        further.append((caller.by, (*chain, place)))
            if hot:
                return min(hot, key=lambda h: (h.kind != "loop", len(h.chain), h.reason))
            level = further
            if not level:
                break
        else:
            unknown = True
        if seldom := [h for h in cold if h.hot is None]:
            return min(seldom, key=lambda h: (len(h.chain), h.reason))
        if cold and not unknown:
            return min(cold, key=lambda h: (h.kind != "fresh", len(h.chain), h.reason))
        return Heat(None, "unknown", f"nothing shows how often {_title(target)} runs")

    def _through(self, caller: Caller, made: Def, chain: tuple[Related, ...]) -> tuple[Heat | None, Related]:
        """What one call says of how often its callee runs; None where its function must tell."""
        name, by = _title(made), _title(caller.by)
        place = caller.related(f"{by} calls {name}")
        if caller.call["cold"] == "fresh":
            return Heat(False, "fresh", f"{by} runs {name} in an event loop of its own", (*chain, place)), place
        if caller.call["cold"] == "lazy":
            return Heat(False, "cached", f"{by} calls {name} only until it has the result", (*chain, place)), place
        entry = self.entry(caller.by)
        if caller.call["loop"] and caller.by.facts["seldom"] in _AT_START:
            return Heat(None, "rare", f"{by} calls {name} in a loop, but seldom runs", (*chain, place)), place
        if caller.by.facts["seldom"] in _AT_START and entry is None:
            return Heat(None, "rare", f"{by} calls {name}, but seldom runs", (*chain, place)), place
        if caller.call["loop"] and caller.by.facts["kind"] == "module":
            return Heat(None, "rare", f"{by} calls {name} in a loop, once", (*chain, place)), place
        if caller.call["loop"] and (entry is None or entry[0] not in ("test", "script")):
            place = caller.related(f"{by} calls {name} in a loop")
            return Heat(True, "loop", f"{by} calls {name} in a loop", (*chain, place)), place
        return None, place

    def _around(self, target: Def) -> Def | None:
        """The function that a nested function stands in."""
        outer = target.facts["outer"]
        return self.function(target.file["path"], outer) if outer >= 0 else None


def _package(name: str) -> str:
    """The package of an imported name: "sqlalchemy.orm.Session" -> sqlalchemy, "@prisma/client:PrismaClient"."""
    module = name.partition(":")[0]
    if module[:1] == "@":
        return "/".join(module.split("/")[:2])
    return module.split("/")[0] if ":" in name else module.partition(".")[0]


def _handle(made: Def) -> str:
    """The name by which other files come to a function: its class's, if it has one."""
    return made.facts["owner"].rpartition(".")[2] or _last(made)


def _last(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]


def _gives_back(by: Def, made: Def) -> bool:
    """Whether a function is mentioned only to be returned: its caller's caller then runs it."""
    return any(name.endswith(made.facts["qualname"]) for name in by.facts["returns"])


_AT_START = frozenset({
    "init", "initialize", "initialise", "initialization", "setup", "bootstrap", "install", "migrate", "migration",
    "startup", "shutdown", "teardown", "cleanup", "configure", "seed", "warmup", "onboard", "wizard", "upgrade",
    "registration",
})


def _hot(kind: str) -> bool | None:
    return True if kind in HOT else False if kind in ONCE else None


def _title(made: Def) -> str:
    name = made.facts["qualname"]
    return f"{name}()" if name and made.facts["kind"] != "module" else f"{made.file['path']} itself"


def _common(left: str, right: str) -> int:
    """How many leading folders two paths share."""
    shared = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        shared += 1
    return shared
