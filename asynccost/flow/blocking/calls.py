"""Which calls stop the event loop, by the table `rules/knowledge/blocking.toml`."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Await, Call, Function, Member, Name, Node, Subscript

if TYPE_CHECKING:
    from asynccost.knowledge import Knowledge

_PART = re.compile(r"\(\)\.\w+\.")
_TABLES: dict[int, "tuple[Knowledge, Blocking]"] = {}


@dataclass(slots=True, frozen=True)
class Kind:
    """A kind of blocking call: its name, what it does ("waits for an HTTP answer"), how sure a direct call is."""

    name: str
    does: str
    confidence: str


class Blocking:
    """The table, ready for look-ups: by the first word of a name, then by pattern."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.kinds = {name: Kind(name, k["does"], k["confidence"]) for name, k in table["kinds"].items()}
        self.codes: dict[str, str] = table["ruff"]
        self._ends = {name: frozenset(k["ends"]) for name, k in table["kinds"].items() if "ends" in k}
        quick = table["quick"]
        self._quick = frozenset(quick["ends"])
        self._begins, self._suffixes = tuple(quick["begins"]), tuple(quick["suffixes"])
        self.once = frozenset(table["once"]["words"])
        self.names = frozenset(name for names in table["calls"].values() for name in names)
        self._exact: dict[str, str] = {}
        self._under: dict[str, list[tuple[str, str]]] = {}
        for kind, names in table["calls"].items():
            for name in names:
                if name.endswith(".*"):
                    self._under.setdefault(name.split(".", 1)[0], []).append((name[:-1], kind))
                else:
                    self._exact[name] = kind

    def kind(self, name: str | None) -> Kind | None:
        """The kind of a call by what it resolves to; None where it does not block."""
        if name is None or "." not in name:
            return None
        if exact := self._exact.get(name):
            return self.kinds[exact]
        for prefix, kind in self._under.get(name.split(".", 1)[0], ()):
            if name.startswith(prefix) and self._counts(name, prefix, kind):
                return self.kinds[kind]
        return None

    def _counts(self, name: str, prefix: str, kind: str) -> bool:
        last = name.rpartition(".")[2]
        rest = name[len(prefix) :]
        if kind in self._ends:
            # a part of an answer is there by now: `auth.get_user().user.data.get`, `hgetall().get`
            taken = last == "get" and rest.endswith("().get") and not rest.endswith("query().get")
            part = taken or _PART.search(rest)
            return last in self._ends[kind] and not part
        if "()" in rest:  # of what a call returned: an answer, which is there by now
            return False
        if last in self._quick or last.startswith(self._begins) or last.endswith(self._suffixes):
            return False
        return prefix.endswith("()") or not last[:1].isupper()


def blocking(file: File) -> Blocking:
    """The table of the file's knowledge, made once per knowledge."""
    knowledge = file.knowledge
    known = _TABLES.get(id(knowledge))
    if known is None or known[0] is not knowledge:
        known = _TABLES[id(knowledge)] = (knowledge, Blocking(knowledge.table("blocking")))
    return known[1]


def comes_async(call: Call, function: Function) -> bool:
    """Whether what a method is called on was awaited or opened by `async with`: then its answers are there by now."""
    root: Node | None = call.callee
    while isinstance(root, (Member, Subscript, Call)):
        root = root.callee if isinstance(root, Call) else root.value
    if isinstance(root, Await):
        return True
    if not isinstance(root, Name) or not isinstance(call.callee, Member):
        return False
    scope = binder(root.id, function)
    if scope is None or scope.index is None:
        return False
    values = [v for v in scope.index.bound.get(root.id, []) if v is not None]
    opened = (i for w in scope.index.withs if w.is_async for i in w.items)
    if any(isinstance(i.target, Name) and i.target.id == root.id for i in opened):
        return True
    return bool(values) and all(isinstance(v, Await) for v in values)
