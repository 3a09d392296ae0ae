"""May two statements that await run together? Asked of neighbours in one block."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.reach import local_function
from asynccost.flow.touches import MUTATORS, Touches, touches
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Choice,
    Closure,
    Collection,
    Constant,
    Do,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Subscript,
    Switch,
    Try,
    With,
)
from asynccost.flow.waits.awaits import classify
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, is_gate, verb, words

_BLOCKS = ("body", "orelse", "final")


@dataclass
class Step:
    """One statement of a run: `x = await f(a)`."""

    node: Node
    awaited: Await
    waits: list[Wait]
    verb: str
    gate: bool
    leaves: frozenset[str] = frozenset()  # the names around it that the local function changes which it calls

    @property
    def label(self) -> str:
        return f"{self.waits[0].label}()" if self.waits else "it"

    @cached_property
    def touches(self) -> Touches:
        """What the statement reads and writes."""
        return touches([self.node])

    @property
    def binds(self) -> frozenset[str]:
        """The names that it gives a value."""
        return frozenset(self.touches.writes)

    @cached_property
    def given(self) -> frozenset[str]:
        """The names that its arguments are spelled with."""
        call: Node = self.awaited.value
        while isinstance(call, (Other, Member)):
            inner = call.parts[0] if isinstance(call, Other) and call.parts else getattr(call, "value", None)
            if inner is None:
                break
            call = inner
        return frozenset(_given(call))


def blocks(function: Function) -> Iterator[list[Node]]:
    """Every list of statements of a function's own body."""
    stack: list[list[Node]] = [list(function.body)]
    while stack:
        block = stack.pop()
        yield block
        for node in block:
            if isinstance(node, (If, Loop, With, Try)):
                stack += [list(part) for name in _BLOCKS if (part := getattr(node, name, None))]
            if isinstance(node, Try):
                stack += [list(h.body) for h in node.handlers]
            if isinstance(node, Switch):
                stack += [list(c.body) for c in node.cases]


def runs(function: Function, file: File) -> Iterator[list[Step]]:
    """Neighbouring statements that each await one thing; two or more."""
    starts = sorted(wait.start for wait in function.index.awaits) if function.index else []
    for block in blocks(function):
        run: list[tuple[Node, Await]] = []
        for node in (*block, None):
            awaited = _awaited(node, starts)
            if awaited is not None and node is not None:
                run.append((node, awaited))
                continue
            if len(run) > 1:
                yield [_step(one, wait, file, function) for one, wait in run]
            run = []


def _awaited(node: Node | None, starts: list[int]) -> Await | None:
    """The one await that a statement is about: `await f()`, `x = await f()`, `x = (await f()).data`.

    starts: where the awaits of the function start, sorted.
    """
    if isinstance(node, Do):
        value: Node | None = node.value
    elif isinstance(node, Assign) and node.op == "=" and len(node.targets) == 1:
        value = node.value
    else:
        return None
    while value is not None and not isinstance(value, Await):
        if isinstance(value, (Member, Subscript)):
            value = value.value
        elif isinstance(value, Other) and len(value.parts) == 1:
            value = value.parts[0]
        elif isinstance(value, Choice) and value.test is None and value.op != "and":
            value = value.options[0]
        else:
            return None
    if value is None or bisect_right(starts, value.start) < bisect_left(starts, value.end):
        return None
    return value


def _step(node: Node, awaited: Await, file: File, function: Function) -> Step:
    waits = classify(awaited, file, function)
    name = waits[0].name if waits else ""
    kind = "write" if _changes(awaited) else "read" if _selects(awaited) else verb(name, file.knowledge)
    return Step(node, awaited, waits, kind, is_gate(name, file.knowledge), _left_by(awaited, function, file))


_SELECTS = frozenset({"selectFrom", "select", "find", "aggregate"})
_STORES = frozenset({"insert", "insertInto", "update", "updateTable", "upsert", "delete", "deleteFrom", "remove"})


def _selects(awaited: Await) -> bool:
    """Whether a chain of calls only asks a database: `db.selectFrom("users").execute()`, `users.find().toArray()`."""
    said = set(chain(awaited.value.callee)[1:-1]) if isinstance(awaited.value, Call) else set()
    return not _SELECTS.isdisjoint(said) and _STORES.isdisjoint(said)


def _left_by(awaited: Await, function: Function, file: File) -> frozenset[str]:
    """`const crawl = async () => { all.push(await ask()) }; await crawl()`: what `crawl` leaves in `all`."""
    call = awaited.value
    inner = local_function(call.callee, function, file) if isinstance(call, Call) else None
    if inner is None or inner.scope is None or inner.scope.kind == "module" or inner.owner is not None:
        return frozenset()
    said = touches(list(inner.body))
    roots = {key.partition(".")[0] for key in (*said.writes, *said.mutations)}
    changes = [c.callee for c in (inner.index.calls if inner.index else ()) if isinstance(c.callee, Member)]
    roots |= {chain(callee)[0] for callee in changes if callee.attr in MUTATORS}  # `all[key].push(row)`
    return frozenset(roots - set(inner.bindings))


def _changes(awaited: Await) -> bool:
    """Whether a call says that it changes something: by the text of a query (`PRAGMA`, `INSERT`, `SET`), or by the
    method of a request (`fetch(url, {method: "DELETE"})`)."""
    call = awaited.value
    if isinstance(call, Call) and any(_method(a.value) in _METHODS for a in call.arguments):
        return True
    first = call.arguments[0].value if isinstance(call, Call) and call.arguments else None
    if isinstance(first, Other) and first.op == "template" and first.parts:
        first = first.parts[0]
    said = first.value.split(None, 1)[:1] if isinstance(first, Constant) and isinstance(first.value, str) else []
    return bool(said) and said[0].upper() in _STATEMENTS


_METHODS = frozenset({"PUT", "PATCH", "DELETE"})


def _method(options: Node) -> str:
    """The HTTP method that a literal of options names; "" for none."""
    if not isinstance(options, Collection) or options.kind != "dict":
        return ""
    pairs = zip(options.keys, options.items, strict=False)
    said = [v.value for k, v in pairs if isinstance(k, Constant) and k.value == "method" and isinstance(v, Constant)]
    return said[0].upper() if said and isinstance(said[0], str) else ""


_STATEMENTS = frozenset({"PRAGMA", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "SET", "REPLACE", "MERGE"})


def _given(call: Node) -> Iterator[str]:
    """The names of a call's arguments."""
    if isinstance(call, Call):
        for argument in call.arguments:
            for node in walk(argument.value):
                if isinstance(node, Name):
                    yield node.id
                elif isinstance(node, Closure) and node.function.index is not None:
                    yield from (n.id for n in node.function.index.names)


def together(a: Step, b: Step) -> str:
    """Why the second of two steps may not start before the first is done; empty where nothing speaks against it."""
    reads = set(b.touches.reads) | {k.partition(".")[0] for k in b.touches.reads}
    for name in sorted(a.binds):
        if name in reads or (name.partition(".")[0] in reads and "." in name and _whole(b, name)):
            return f"{b.label} uses `{name}`, which {a.label} gives"
    if shared := sorted(a.binds & b.binds):
        return f"both set `{shared[0]}`"
    if left := sorted(a.leaves & (reads | b.leaves)):
        return f"{a.label} leaves something in `{left[0]}`"
    if changed := sorted(set(a.touches.mutations) & reads):
        return f"{a.label} changes `{changed[0]}`"
    return ""


def _whole(step: Step, key: str) -> bool:
    """Whether a step reads an attribute, or the whole object that has it."""
    base = key.partition(".")[0]
    return key in step.touches.reads or (base not in ("self", "this") and base in step.touches.reads)


def held(node: Node) -> str:
    """A lock, limiter, transaction or time limit around a block; why it must stay as it is."""
    for up in above(node):
        if not isinstance(up, With):
            continue
        for item in up.items:
            names = [n for n in chain(item.value) if n]
            said = [words(n)[-1:] for n in names]
            last = said[-1][0] if said and said[-1] else ""
            if any(w and w[0] in ("lock", "semaphore", "sem", "limiter", "mutex") for w in said):
                return f"it runs while {'.'.join(names)} is held"
            if last in ("transaction", "begin", "atomic", "savepoint"):
                return "it runs inside one transaction"
    return ""


def stored(names: frozenset[str], function: Function) -> bool:
    """Whether every name is bound to something that was awaited before: it is there already."""
    for name in names:
        values = function.index.bound.get(name, []) if function.index else []
        if not values or not all(v is not None and any(isinstance(n, Await) for n in walk(v)) for v in values):
            return False
    return True
