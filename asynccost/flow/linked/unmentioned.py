"""Python functions that no code of a project mentions: calls that were commented out, methods that nobody came to use.

A name counts as mentioned wherever it stands in code, in a string without blanks or in one that is formatted, of any
Python file that is no test; definitions of that name, comments and documentation aside. So do the names that a program
puts together: where `"get_"` stands, whatever begins so may be meant. What stands only in functions that nothing
mentions, or, of a method, only where another file names a variable so, is no mention; nor is what stands only in the
example of its use that a module runs which others import.
"""

import re
from collections.abc import Iterator
from itertools import islice

from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.entry_table import in_main_guard
from asynccost.flow.facts.summary import entry
from asynccost.flow.facts.vocabulary import may_be_known
from asynccost.flow.linked.importers import Importers
from asynccost.flow.linked.linking import Names
from asynccost.flow.linked.made_up import DISPATCHES, MadeUp
from asynccost.flow.linked.meant import MANY, Meant
from asynccost.flow.linked.python_code import PythonCode, says
from asynccost.flow.linked.unmentioned_classes import Bases, UnmentionedClasses
from asynccost.flow.mentions import places
from asynccost.flow.tree import Call, Class, Expr, Function, Member
from asynccost.flow.words import last_word, words

_LOCAL = ".<locals>."
_FEW = 6  # places: what more of them speak of is used
_DEPTH = 3  # functions that nothing mentions, each mentioned by the next
_BEFORE_A_VARIABLE = frozenset(b" \t\n\r\x0b\x0c(")
_DEFINES = rb"def[ \t]+%s\b"  # what it begins with is literal: found sooner
_AT_THE_MARGIN = re.compile(rb"^(?:async[ \t]+)?\Z", re.M)
_LISTS = re.compile(  # what a module holds, but for a question whether a name is bound
    rb"(?<![\"'] in )\b(?:globals|locals|vars|getmembers|dir)\(|\bsys\.modules\b"
)
_TRIALS = frozenset({"example", "examples", "demo", "usage", "sample", "trial"})
_DECORATORS = frozenset({  # none of them hands the function to anybody
    "staticmethod", "classmethod", "property", "cached_property", "override", "final", "retry", "lru_cache", "cache",
    "contextmanager", "asynccontextmanager",
})
_PLAIN = frozenset({"dataclass", "define", "frozen", "final", "runtime_checkable", "total_ordering"})  # of classes


class Unmentioned:
    """Asked which functions are left behind."""

    def __init__(self, names: Names, importers: Importers, python: PythonCode) -> None:
        self._names = names
        self._importers = importers
        self._python = python
        self._bases = Bases(names, python.text, python.words)
        self._made_up = MadeUp(python)
        self._told: dict[tuple[str, str], Meant] = {}
        self._used: dict[tuple[str, int], bool] = {}
        self._left: dict[tuple[str, str], str] = {}
        self._classes = UnmentionedClasses(python, importers)

    def left(self, path: str, qualname: str) -> str:
        """What nothing mentions, this function or one around it, or a class: `name()`; "" where something may."""
        if (path, qualname) not in self._left:
            asked = self._names.asked.get(path)
            around = _around(asked, qualname) if asked is not None and path in self._python.words else []
            left = (self._what_is_left(f, asked) for f in around if asked is not None)
            self._left[path, qualname] = next(filter(None, left), "")
        return self._left[path, qualname]

    def _what_is_left(self, function: Function, asked: Asked) -> str:
        cls = self._classes.holding(function, asked)
        return cls or (f"{function.name}()" if self._is_left(function, asked, ()) else "")

    def _is_left(self, function: Function, asked: Asked, without: tuple[Function, ...]) -> bool:
        """without: functions whose mentions do not count, since nothing mentions them if nothing does this one."""
        name, outer = function.name, function.scope
        if not may_be_known(name) or name.startswith("__"):
            return False
        if any(_decorator(d) not in _DECORATORS for d in function.decorators):
            return False
        if outer is not None and outer.kind != "module" and function.owner is None:
            return not says(self._python.code(asked.path), name.encode())
        if self._is_trial(function, asked):
            return True
        if self._is_mentioned(function, asked, without) or entry(asked.file, function):
            return False
        owner = function.owner
        if owner is None:
            if not self._importers.of(asked.path) or _LISTS.search(asked.source):
                return False
            beside = [f for f in asked.file.module.outer if f.owner is None and f.scope is outer]
        elif self.is_reached_otherwise(owner, asked):
            return False
        else:
            beside = [*owner.methods.values()]
        named = {f.name: f for f in beside if may_be_known(f.name) and not f.name.startswith("__")}
        others = [f for one, f in named.items() if one != name]
        used = sum(self._is_used(f, asked) for f in others)
        if used or owner is None:
            return 2 * used >= max(len(others), 1)
        return self._classes.beside_are_used(owner, asked) and self._is_said_idly(function, asked)

    def _is_said_idly(self, method: Function, asked: Asked) -> bool:
        """Whether what nothing mentions is all that says the name of a method, in another file."""
        return any(where is not asked for where, _ in self._places(method, asked))

    def _is_trial(self, function: Function, asked: Asked) -> bool:
        """Whether a function shows how a module is used that others import, and only where that is run by itself."""
        if _TRIALS.isdisjoint(words(function.name)) or not self._importers.of(asked.path):
            return False
        return all(where is asked and in_main_guard(asked.file, at) for where, at in self._places(function, asked))

    def _is_used(self, function: Function, asked: Asked) -> bool:
        """Whether code outside of a function says its name: that of another file, where no file imports this one."""
        key = asked.path, function.start
        if key not in self._used:
            if not self._importers.of(asked.path):
                self._used[key] = self._python.is_said_elsewhere(function.name, asked.path)
            else:
                places = self._places(function, asked)
                inside = (where is asked and function.start < at < function.end for where, at in places)
                self._used[key] = not all(inside)
        return self._used[key]

    def is_reached_otherwise(self, owner: Class, asked: Asked) -> bool:
        """Whether a method of a class may be called by who does not say its name."""
        if any(_decorator(d) not in _PLAIN for d in owner.decorators) or "mixin" in owner.name.lower():
            return True
        if DISPATCHES.search(asked.source, owner.start, owner.end):
            return True
        return not self._bases.are_own(owner.qualname, asked)

    def _is_mentioned(self, function: Function, asked: Asked, without: tuple[Function, ...]) -> bool:
        """Whether code that may run says the name of a function, or puts it together."""
        if self._made_up.may_be(function.name):
            return True
        found = list(islice(self._places(function, asked), _FEW + 1))
        if len(found) > _FEW or len(without) >= _DEPTH:
            return bool(found)
        idle = (self._is_idle(*p, (*without, function)) or self._is_anothers(*p, function, asked) for p in found)
        return not all(idle)

    def _is_anothers(self, where: Asked | None, at: int, method: Function, asked: Asked) -> bool:
        """Whether a place calls, for all that is known, another function than a method: `Other().send()`."""
        owner = method.owner
        if where is None or owner is None or owner.bases:
            return False
        own = asked.path, method.qualname
        for site in where.file.calls_if(lambda f: f.start < at < f.end):
            callee = site.call.callee
            if site.name is not None and isinstance(callee, Member) and callee.end - len(method.name) == at:
                found = self._names.find(site.name, where.path)
                return found is not None and found.key != own
        return False

    def _places(self, function: Function, asked: Asked) -> Iterator[tuple[Asked | None, int]]:
        """Where the name of a function stands: the file, if it can be asked, and the byte."""
        word, meant = function.name.encode(), self._meant(function, asked)
        for path in self._python.holding(function.name):
            code, own = self._python.code(path), path == asked.path
            for at in places(code, word):
                if (own or not _is_variable(code, at)) if meant is None else meant.may_mean(code, at, path):
                    yield self._names.asked.get(path), at

    def _meant(self, function: Function, asked: Asked) -> Meant | None:
        """What tells whether a place means a function of a module; None for another one."""
        outer = function.scope
        if function.owner is not None or (outer is not None and outer.kind != "module"):
            return None
        key = asked.path, function.name
        if key not in self._told:
            name = function.name.encode()
            defining = (p for p in self._python.holding(function.name) if _defines(self._python.text(p), name))
            self._told[key] = Meant(*key, self._importers, len([*islice(defining, MANY)]), self._python.text)
        return self._told[key]

    def _is_idle(self, asked: Asked | None, at: int, without: tuple[Function, ...]) -> bool:
        """Whether a place lies in a function that nothing mentions, or in such a class."""
        if asked is None:
            return False
        around = (f for f in asked.file.module.outer if f.kind != "module" and f.start < at < f.end)
        return any(
            f in without or self._is_left(f, asked, without) or self._classes.holding(f, asked) for f in around
        )


def _defines(source: bytes, name: bytes) -> bool:
    """Whether a module has a function of a name."""
    found = (m.start() for m in re.finditer(_DEFINES % re.escape(name), source))
    return any(_AT_THE_MARGIN.search(source, source.rfind(b"\n", 0, at) + 1, at) for at in found)


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


def _is_variable(code: bytes, at: int) -> bool:
    """Whether a word stands by itself, neither an attribute nor in a string."""
    return at > 0 and code[at - 1] in _BEFORE_A_VARIABLE


def _decorator(decorator: Expr) -> str:
    return last_word(decorator.callee if isinstance(decorator, Call) else decorator)
