"""Whether a place that says the name of a module's function can mean it: `utils.download`, but not `ydl.download`.

Asked of the text alone: an attribute means it where what it is read from can be the module, or a module that takes it
in; a word by itself where its file takes it in from there. What stands in quotes may be looked up by anybody.
"""

import re
from collections.abc import Callable
from functools import cached_property

from asynccost.flow.linked.importers import Importers, parts_of

_PATH = re.compile(rb"(?:\w+\s*\.\s*)+\Z")
_NEAR = 200  # bytes before a name in which the path to it stands
_BESIDE = frozenset(b" \t\r\n\x0b\x0c(,=[{!*~+-<>%@^;\\")  # what stands before a word that is not in quotes
_LOADS = re.compile(rb"\b(?:import_module|__import__|lazy_\w+|LazyLoader|sys\.modules)\b")
MANY = 2  # modules that define it: what goes through them calls it by a name of its own
_NAMED_SO = rb"as[ \t]+%s(?!\w)"
_RENAMED = rb"([\w.]+)[ \t]+" + _NAMED_SO
_SET = rb"(?<![\w.])%s\b[^=\n]{0,60}=[^=\n][^\n]*(?<!\w)(?:%s|import_module|__import__|modules)(?!\w)"
_HANDED = rb"[(=\[{:][ \t]*%s[ \t]*[,)\]}]"


class Meant:
    """Asked for one function of a module. defining: how many modules define its name, up to MANY; read: a file."""

    def __init__(
        self, path: str, name: str, importers: Importers, defining: int, read: Callable[[str], bytes]
    ) -> None:
        self._path = path
        self._name = name
        self._imports = importers.imports
        self._stem = parts_of(path)[-1]
        self._defining = defining
        self._read = read
        self._files = _taking(path, importers)
        self._taking = [parts_of(one) for one in self._files]
        self._known: dict[str, bool] = {}
        self._takers: dict[str, bool] = {}
        self._roots: dict[tuple[str, str], bool] = {}

    def may_mean(self, code: bytes, at: int, path: str) -> bool:
        """Whether a place of a file may mean the function. code: what of the file names something."""
        if code[at - 1 : at] == b".":
            return self._read_from(code, at, path)
        if path == self._path or (at and code[at - 1] not in _BESIDE):
            return True
        return self._takes_in(path)

    def _takes_in(self, path: str) -> bool:
        """`from shop.utils import download`, `from shop.utils import *`."""
        if path not in self._takers:
            split = (dotted.rpartition(".") for dotted in self._imports.get(path, ()))
            self._takers[path] = any(last in ("*", self._name) and self._may_hold(module) for module, _, last in split)
        return self._takers[path]

    def _read_from(self, code: bytes, at: int, path: str) -> bool:
        """Whether an attribute may be read from the module, by what the beginning of the path stands for."""
        found = _PATH.search(code, max(at - _NEAR, 0), at)
        line = code[code.rfind(b"\n", 0, at) + 1 : at]
        if found is None:  # of what a call hands back
            return self._stem.encode() in line or _LOADS.search(line) is not None
        before = code[found.start() - 1 : found.start()]
        names = [name.strip() for name in found[0].decode("utf-8", "replace").split(".")][:-1]
        if self._stem in names or before in (b'"', b"'", b"/", b":", b""):
            return True
        if before in (b".", b")", b"]") or names[0] in ("self", "cls"):
            return False
        key = names[0], path
        if key not in self._roots:
            self._roots[key] = self._may_stand_for_it(*key, code)
        return self._roots[key]

    def _may_stand_for_it(self, root: str, path: str, code: bytes) -> bool:
        word = re.escape(root.encode())
        spelled = {root}
        if re.search(_NAMED_SO % word, code):  # seldom, and found sooner than what stands before it
            spelled |= {m[1].decode() for m in re.finditer(_RENAMED % word, code)}
        heads = {name.rpartition(".")[2] for name in spelled}
        imported = [
            dotted for dotted in self._imports.get(path, ())
            if dotted.rpartition(".")[2] in heads or dotted.partition(".")[0] == root
        ]
        if imported:
            return any(self._may_hold(dotted) for dotted in imported)
        if self._defining >= MANY or self._is_handed_on:
            return True
        return re.search(_SET % (word, re.escape(self._stem.encode())), code) is not None

    @cached_property
    def _is_handed_on(self) -> bool:
        """Whether a file that imports the module hands it on as a value: `run(utils)`."""
        handed = re.compile(_HANDED % re.escape(self._stem.encode()))
        return any(handed.search(self._read(one)) is not None for one in self._files)

    def _may_hold(self, dotted: str) -> bool:
        """Whether a name that is imported may be the module, or one that takes in what it holds."""
        if dotted not in self._known:
            said = dotted.split(".") if dotted else []
            self._known[dotted] = not said or any(parts[-len(said) :] == said for parts in self._taking)
        return self._known[dotted]


def _taking(path: str, importers: Importers) -> set[str]:
    """A module and the files that import it, packages followed further."""
    found, pending = {path}, [path]
    while pending:
        new = importers.of(pending.pop()) - found
        found |= new
        pending += [one for one in new if one.endswith("__init__.py")]
    return found
