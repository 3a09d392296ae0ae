"""Whether the bases of a class are the project's own: what another package's class calls of it nobody here mentions."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from asynccost.flow.asked import Asked
from asynccost.flow.importers import parts_of
from asynccost.flow.linking import Names

_HOPS = 8
_PLAIN = frozenset(
    {"object", "ABC", "Protocol", "Generic", "Enum", "BaseModel", "Exception", "TypedDict", "NamedTuple"}
)
_META = frozenset({"metaclass", "ABCMeta"})
_WORD = re.compile(rb"[\w.]+")
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
                given = {word.decode("utf-8", "replace") for word in _WORD.findall(_INDEXED.sub(b"", found[1] or b""))}
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
