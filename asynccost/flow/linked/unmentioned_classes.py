"""Python classes that no code of a project mentions: nobody makes one, inherits from it or hands it on.

A mention in another file counts where that file imports the class's module, and everywhere in quotes, since names may
be looked up. What a package makes public, as `__init__` or `__all__` say, is mentioned there.

Whether the bases of a class are the project's own: what another package's class calls of it nobody here mentions.
"""


import re
from collections.abc import Callable, Iterable
from functools import cached_property

from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.vocabulary import may_be_known
from asynccost.flow.file import is_test
from asynccost.flow.linked.importers import Importers, parts_of
from asynccost.flow.linked.linking import Names
from asynccost.flow.linked.python_code import PythonCode
from asynccost.flow.mentions import is_letter, places
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Class, Expr, Function, Subscript
from asynccost.flow.words import last_word

_ALL = re.compile(rb"\bimport[ \t]+\*")
_SUBCLASSES = re.compile(rb"__(?:init_subclass|subclasses)__|\bmetaclass[ \t]*=")
_REGISTERED = re.compile(  # bases whose subclasses are found by a framework
    r"(?:Model|Base|Command|Config|Plugin|Spider|Cog|TestCase|Extension|Migration|Task|Resource|Node|Block|Operator|Flow"
    r"|Module|Component|Provider|Tool|Page|Widget|Screen|App|Enum|Admin|ViewSet|Serializer|Form|Platform|Entity)$"
)


class UnmentionedClasses:
    """Asked which classes are left behind."""

    def __init__(self, python: PythonCode, importers: Importers) -> None:
        self._python = python
        self._importers = importers
        self._known: dict[tuple[str, str], bool] = {}
        self._naming: dict[str, set[str]] = {}

    def holding(self, function: Function, asked: Asked) -> str:
        """The name of the class at the top of a module, around a function, that nothing mentions; else ""."""
        owners = [one.owner for one in scopes(function) if one.owner is not None]
        owner = owners[-1] if owners else None
        return owner.name if owner is not None and self.is_left(owner, asked) else ""

    def is_left(self, cls: Class, asked: Asked) -> bool:
        """Whether nothing speaks of a class but its own code, where it does of most of what stands beside it."""
        key = asked.path, cls.name
        if key not in self._known:
            self._known[key] = self._is_left(cls, asked)
        return self._known[key]

    def _is_left(self, cls: Class, asked: Asked) -> bool:
        scope = cls.scope
        if is_test(asked.path) or (scope is not None and scope.kind != "module") or cls.decorators:
            return False
        if not may_be_known(cls.name) or "mixin" in cls.name.lower() or not self._importers.of(asked.path):
            return False
        if any(base.keyword or not self._is_silent(base.value, asked) for base in cls.bases):
            return False
        if self._is_mentioned(cls.name, cls.start, cls.end, asked):
            return False
        beside, used = self._beside(cls, asked)
        functions = [f for f in asked.file.module.outer if f.owner is None and f.scope is scope and f.scope is not None]
        used += sum(self._is_mentioned(f.name, f.start, f.end, asked) for f in functions)
        return used > 0 and 2 * used >= beside + len(functions)

    def beside_are_used(self, cls: Class, asked: Asked) -> bool:
        """Whether code says the name of a class, and those of most classes that stand beside it."""
        beside, used = self._beside(cls, asked)
        return used > 0 and 2 * used >= beside and self._is_mentioned(cls.name, cls.start, cls.end, asked)

    def _beside(self, cls: Class, asked: Asked) -> tuple[int, int]:
        """How many classes stand beside one, and of how many of them code says the name."""
        beside = [c for c in asked.file.module.classes if c.scope is cls.scope and c is not cls]
        return len(beside), sum(self._is_mentioned(c.name, c.start, c.end, asked) for c in beside)

    def _is_silent(self, base: Expr, asked: Asked) -> bool:
        """Whether a base keeps no list of the classes that inherit it."""
        name = last_word(base.value if isinstance(base, Subscript) else base)
        if not name or _REGISTERED.search(name):
            return False
        defined = re.compile(rb"^class[ \t]+%s\b" % re.escape(name.encode()), re.M)
        held = self._python.holding(name, tests=True)
        return not any(
            _SUBCLASSES.search(text)
            for path in held
            if name.encode() in (text := self._python.text(path)) and (path == asked.path or defined.search(text))
        )

    def _is_mentioned(self, name: str, start: int, end: int, asked: Asked) -> bool:
        """Whether code says the name of what stands there, outside of it."""
        if not may_be_known(name):
            return True
        word = name.encode()
        if any(not start <= at < end for at in places(self._python.code(asked.path), word)):
            return True
        stem = asked.path.rpartition("/")[2].removesuffix(".py").encode()
        for path in self._python.holding(name, tests=True):
            if path == asked.path or word not in self._python.text(path):
                continue
            code, imports = self._python.code(path), path in self._may_name(asked.path)
            if any(imports or _looks_up(code, at, word, stem) for at in places(code, word)):
                return True
        return False

    def _may_name(self, path: str) -> set[str]:
        """The files that import a module, also by way of one that hands on all of it."""
        if path not in self._naming:
            found, pending = {path}, [path]
            while pending:
                here = pending.pop()
                if here != path and not _ALL.search(self._python.text(here)):
                    continue
                new = self._importers.of(here) - found
                found |= new
                pending += new
            self._naming[path] = found
        return self._naming[path]


def _looks_up(code: bytes, at: int, word: bytes, stem: bytes) -> bool:
    """Whether a word is a name that is looked up, in quotes or in a dotted path, or is said behind its module's."""
    before, after = code[at - 1 : at], code[at + len(word) : at + len(word) + 1]
    if before != b"" and before in b"\"'.:/|" and after != b"" and after in b"\"'.]|(":
        return True
    begin = at - 1 - len(stem)
    return before == b"." and begin >= 0 and code.startswith(stem, begin) and not is_letter(code[begin - 1 : begin])


_HOPS = 8
_PLAIN = frozenset(
    {"object", "ABC", "Protocol", "Generic", "Enum", "BaseModel", "SQLModel", "Exception", "TypedDict", "NamedTuple"}
)
_META = frozenset({"metaclass", "ABCMeta"})
_NAME = re.compile(rb"[\w.]+")
_INDEXED = re.compile(rb"\[[^]]*\]")
_DEFINED = rb"^class[ \t]+%s[ \t]*(?:\(([^)]*)\))?[ \t]*:"


class Bases:
    """Asked for classes of a project. read: reads a Python file; paths: all of them."""

    def __init__(self, names: Names, read: Callable[[str], bytes], paths: Iterable[str]) -> None:
        self._names = names
        self._read = read
        self._paths = paths

    def are_own(self, qualname: str, asked: Asked) -> bool:
        """Whether every base of a class, and every base of these, is defined in the project or does nothing itself."""
        return all(self._is_own(base, _HOPS) for base in asked.base_names(qualname) or ())

    def _is_own(self, name: str, hops: int) -> bool:
        if name.rpartition(".")[2] in _PLAIN and not name.startswith("asyncio."):  # whose Protocol the loop calls
            return True
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1) if hops else ():
            rest = ".".join(parts[cut:])
            for path in self._by_name.get(".".join(parts[:cut]), ()):
                asked = self._names.asked.get(path)
                if asked is not None and (bases := asked.base_names(rest)) is not None:
                    return all(self._is_own(base, hops - 1) for base in bases)
                if asked is not None and rest in asked.facts["imports"]:
                    return self._is_own(asked.facts["imports"][rest], hops - 1)
                if (found := self._within(path, rest, hops)) is not None:
                    return found
        return False

    def _within(self, path: str, name: str, hops: int) -> bool | None:
        """What the text says of a class that a module, or what lies in its package, defines; None for no such class."""
        folder = path.removesuffix("__init__.py")
        inside = [p for p in self._paths if p.startswith(folder)] if folder != path else [path]
        pattern = re.compile(_DEFINED % re.escape(name.encode()), re.M)
        for one in inside:
            if (found := pattern.search(self._read(one))) is not None:
                given = {word.decode("utf-8", "replace") for word in _NAME.findall(_INDEXED.sub(b"", found[1] or b""))}
                near = f"{one.rpartition('/')[0]}/__init__.py".lstrip("/")
                return all(self._is_near(word.rpartition(".")[2], near, hops - 1) for word in given - _META)
        return None

    def _is_near(self, name: str, near: str, hops: int) -> bool:
        """Whether a base does nothing itself, or is such a class of a package."""
        return name in _PLAIN or (hops > 0 and self._within(near, name, hops) is True)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Every end of a module's name -> the paths of the modules that end so."""
        table: dict[str, list[str]] = {}
        for path in self._paths:
            parts = parts_of(path)
            for at in range(len(parts)):
                table.setdefault(".".join(parts[at:]), []).append(path)
        return table
