"""Links names across files: which function a resolved name means, seen from a file.

Built from facts alone, so that a file answers the same whether it was read or came from the cache.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.scripts import Script, Scripts
from asynccost.flow.facts.summary import FileFacts, FunctionFacts
from asynccost.flow.linked.aliases import Spelling, spellings

_HOPS = 8
Tried = dict[tuple[str, str], int]  # what a search asked of a module already, and how many steps from its start


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


class Names:
    """The names of all files. files: the facts of each by its path; asked: Python's, scripts: JavaScript's."""

    def __init__(self, asked: Iterable[Asked] = (), scripts: Iterable[Script] = ()) -> None:
        self.asked = {a.path: a for a in sorted(asked, key=lambda a: a.path)}
        self.scripts = Scripts(self, sorted(scripts, key=lambda s: s.path))
        known = [*(s.facts for s in self.scripts.by_path.values()), *(a.facts for a in self.asked.values())]
        self.files = {f["path"]: f for f in sorted(known, key=lambda f: f["path"])}
        self._canonical: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._meant: dict[tuple[str, str], list[str]] = {}
        self._imported: dict[frozenset[str], bool] = {}
        self._named: dict[tuple[str, str], Def | None] = {}
        self._tables: dict[str, tuple[dict[str, Def], dict[int, Def]]] = {}

    def named_in(self, path: str, qualname: str) -> Def | None:
        """The function of a file by its qualname; a nameless one inside it does not take its place."""
        key = path, qualname
        if key not in self._named:
            self._named[key] = self._look_up(path, qualname)
        return self._named[key]

    def _look_up(self, path: str, qualname: str) -> Def | None:
        asked, script = self.asked.get(path), self.scripts.by_path.get(path)
        if asked is not None:
            found = asked.named(qualname)
            return Def(asked.facts, found) if found is not None else None
        if script is not None and not script.may_define(qualname):
            return None
        return self._of_file(path)[0].get(qualname)

    def function(self, path: str, start: int) -> Def | None:
        """The function that starts at a byte of a file."""
        asked = self.asked.get(path)
        if asked is None:
            return self._of_file(path)[1].get(start)
        found = asked.starting(start)
        return Def(asked.facts, found) if found is not None else None

    def _of_file(self, path: str) -> tuple[dict[str, Def], dict[int, Def]]:
        """The functions of a file that was read, by qualname and by their starts; of one qualname the first counts."""
        if path not in self._tables:
            file = self.files.get(path)
            made = [Def(file, fn) for fn in file["functions"]] if file is not None else []
            by_start = {d.facts["start"]: d for d in made if d.facts["kind"] != "module"}
            self._tables[path] = {d.facts["qualname"]: d for d in reversed(made)}, by_start
        return self._tables[path]

    def functions_of(self, path: str) -> list[Def]:
        """The functions of a file that was read."""
        return [Def(self.files[path], fn) for fn in self.files[path]["functions"]]

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
            paths = next((found for way in spellings(name) if (found := self._spelt(way))), [])
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

    def _spelt(self, spelling: Spelling) -> list[str]:
        """The paths of the scripts that a specifier, read in one way, may mean."""
        paths = self._modules.get(f"js:{spelling.suffix}", [])
        if spelling.folder:
            paths = [p for p in paths if spelling.folder in p.split("/")]
        return paths if len(paths) == 1 or not spelling.only else []

    def find(self, name: str, near: str) -> Def | None:
        """The function that a resolved name of the file `near` means, through re-exports and base classes."""
        key = (name, near)
        if key not in self._canonical:
            self._canonical[key] = None
            self._canonical[key] = self._search(name, near, 0, {})
        found = self._canonical[key]
        return self.named_in(*found) if found else None

    def _search(self, name: str, near: str, depth: int, tried: Tried) -> tuple[str, str] | None:
        file = self.files.get(near)
        if file is None or depth > _HOPS:
            return None
        for path, rest in self._splits(name, file):
            if tried.get((path, rest), _HOPS + 1) <= depth:
                continue  # packages that hand on each other's names ask the same thing on many ways
            tried[path, rest] = depth
            found = self._in_module(path, rest, depth, tried)
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
        if "()." in name:  # a class of the file itself, of which only the methods that wait were parsed
            yield file["path"], name

    def _in_module(self, path: str, rest: str, depth: int, tried: Tried) -> tuple[str, str] | None:
        file = self.files[path]
        script = self.scripts.by_path.get(path)
        if script is not None and not script.may_hand_on(rest):
            return None
        if file["language"] == "javascript":
            head, dot, tail = rest.partition(".")
            instance = head.endswith("()")
            target = file["exports"].get(head.removesuffix("()"))
            if target is not None:
                if ":" in target:
                    return self._search(target + ("()" if instance else "") + dot + tail, path, depth + 1, tried)
                rest = target + ("()" if instance else "") + dot + tail
        plain = rest.replace("()", "")
        if self.named_in(path, plain) is not None:
            return path, plain
        found = self._by_class(path, plain, depth, tried) or self._by_factory(path, rest, depth, tried)
        if found is not None:
            return found
        if (found := self._of_default(path, rest, depth, tried)) is not None:
            return found
        head, dot, tail = rest.partition(".")
        bare = head.removesuffix("()")
        if bare in file["imports"] and file["imports"][bare] != rest:
            return self._search(file["imports"][bare] + head[len(bare) :] + dot + tail, path, depth + 1, tried)
        for star in file["stars"]:
            mark = ":" if file["language"] == "javascript" else "."
            if (found := self._search(star + mark + rest, path, depth + 1, tried)) is not None:
                return found
        return None

    def _of_default(self, path: str, rest: str, depth: int, tried: Tried) -> tuple[str, str] | None:
        """A member of what a module exports as its default: `import API from "./api"; API.update()` is "api:update"."""
        exports = self.files[path]["exports"]
        target = exports.get("default", "")
        if not target or rest.partition(".")[0].removesuffix("()") in ("default", *exports):
            return None
        if ":" in target:
            return self._search(f"{target}.{rest}", path, depth + 1, tried)
        plain = f"{target}.{rest}".replace("()", "")
        return (path, plain) if self.named_in(path, plain) is not None else self._by_class(path, plain, depth, tried)

    def _by_class(self, path: str, plain: str, depth: int, tried: Tried) -> tuple[str, str] | None:
        """A method that a class inherits, or a class's constructor."""
        file = self.files[path]
        if plain in file["classes"]:
            for name in ("__init__", "constructor"):
                if self.named_in(path, f"{plain}.{name}") is not None:
                    return path, f"{plain}.{name}"
            return None
        cls, _, method = plain.rpartition(".")
        for base in file["classes"].get(cls, []):
            found = self._search(f"{base}.{method}", path, depth + 1, tried)
            if found is not None:
                return found
        return None

    def _by_factory(self, path: str, rest: str, depth: int, tried: Tried) -> tuple[str, str] | None:
        """A method of what a function returns: `make().get`."""
        call, mark, tail = rest.partition("().")
        made = self.named_in(path, call)
        if not mark or made is None:
            return None
        returns = made.facts["returns"]
        return self._search(f"{returns[0]}.{tail}", path, depth + 1, tried) if len(returns) == 1 else None

    def imports_any(self, packages: frozenset[str]) -> bool:
        """Whether a file of the project imports one of these packages: "aiosqlite", "@prisma/client"."""
        if packages not in self._imported:
            self._imported[packages] = self._import_any(packages)
        return self._imported[packages]

    def _import_any(self, packages: frozenset[str]) -> bool:
        if any(_package(name) in packages for one in self.asked.values() for name in one.imports):
            return True
        return any(
            any(_package(f"{module}:") in packages for module in script.modules)
            and any(_package(name) in packages for name in script.facts["imports"].values())
            for script in self.scripts.by_path.values()
        )

    def importers(self, module: str) -> set[str]:
        """The scripts that import a module by this name."""
        return {
            path
            for path in self.scripts.importing(module)
            if any(name.partition(":")[0] == module for name in self.files[path]["imports"].values())
        }


def _package(name: str) -> str:
    """The package of an imported name: "sqlalchemy.orm.Session" -> sqlalchemy, "@prisma/client:PrismaClient"."""
    module = name.partition(":")[0]
    if module[:1] == "@":
        return "/".join(module.split("/")[:2])
    return module.split("/")[0] if ":" in name else module.partition(".")[0]


def _common(left: str, right: str) -> int:
    """How many leading folders two paths share."""
    shared = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        shared += 1
    return shared
