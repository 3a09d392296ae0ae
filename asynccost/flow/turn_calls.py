"""What the functions that a loop awaits leave behind for its next turn: a shared memo, a look before a write."""

from collections.abc import Iterable, Sequence

from asynccost.flow.file import File
from asynccost.flow.linking import Def
from asynccost.flow.project import Project
from asynccost.flow.reach import binder, local_function
from asynccost.flow.touches import Touches, touches
from asynccost.flow.tree import Await, Call, Function, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_LOOKS = frozenset({"get", "find", "search", "query", "lookup", "select", "exists", "has", "fetch", "list", "first"})
_ADDS = frozenset({"insert", "create", "add", "upsert", "append", "push"})


def memo_of(body: Sequence[Node], file: File, function: Function) -> str:
    """A variable of the code around that an awaited local function asks before its await and fills after it."""
    for node in walk(*body):
        if not (isinstance(node, Await) and isinstance(node.value, Call)):
            continue
        inner = local_function(node.value.callee, function, file)
        if inner is not None and inner.index is not None and inner.index.awaits and inner is not function:
            name = _filled(inner)
            if name:
                return name
    return ""


def _filled(inner: Function) -> str:
    said = touches(list(inner.body), set(inner.bindings))
    for key in sorted({*said.writes, *said.mutations}):
        base = key.partition(".")[0]
        scope = None if base in inner.bindings or base in ("self", "this") else binder(base, inner)
        if scope is not None and scope.kind != "module" and _after_await(key, said):
            return key
    return ""


def _after_await(key: str, said: Touches) -> bool:
    """Whether an await stands between a look at something and a later change of it."""
    reads = said.reads.get(key, [])
    changes = [*said.writes.get(key, []), *said.mutations.get(key, [])]
    return bool(reads and changes) and any(min(reads) < a < max(changes) for a in said.awaits)


def looks_and_adds(rows: Iterable[Sequence[str]], near: str, project: Project) -> str:
    """A function of the project that looks for something in a store and adds it there if it is missing."""
    for kind, label, ref, *_ in rows:
        made = project.names.find(ref, near) if ref and kind == "project" else None
        if made is not None and _upserts(made):
            return label
    return ""


def _upserts(made: Def) -> bool:
    looked: dict[str, int] = {}
    for at, (kind, label, *_) in enumerate(made.facts["waits"]):
        store, _, last = label.rpartition(".")
        said = words(last)[:1]
        if not store or kind in ("reads", "writes", "message", "ordered"):
            continue
        if said and said[0] in _LOOKS:
            looked.setdefault(store, at)
        elif said and said[0] in _ADDS and store in looked:
            return True
    return False
