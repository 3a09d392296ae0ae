"""What an async function of a script asks of others, and lets fail where nothing catches it."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above, tries_of, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, values
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Closure,
    Collection,
    Constant,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
    Return,
)
from asynccost.flow.waits.awaits import classify
from asynccost.flow.waits.failing import catches_answer, failing, is_caught, lets_out, never_rejects
from asynccost.flow.waits.picks import fails_so
from asynccost.flow.waits.told import told_by
from asynccost.flow.walk import walk

_DEPTH = 4
_TOGETHER = frozenset({"all", "any", "race"})
Row = tuple[str, ...]
_CALLBACK = re.compile(r"on[A-Z]")


def risks(file: File, function: Function) -> list[list[str]]:
    """Rows [kind, label, ref, *by] of what a JavaScript function waits for, or hands on, where nothing catches it.

    The kinds are those of flow.awaits; ref: a function of another file. Functions of its own file are followed.
    by: what tells the user of a failure on its way, see `flow.waits.told`.
    """
    if file.language != "javascript":
        return []
    found: dict[Row, None] = {}
    _collect(file, function, found, set(), ())
    if not found and not function.is_async and _answers_at_worst(file, function):
        return [["value", "a promise that does not fail", ""]]
    return [list(row) for row in found]


def _answers_at_worst(file: File, function: Function) -> bool:
    """Whether all that a plain function hands back are promises that see to their own errors, or have none."""
    given = [one.value for one in function.index.returns if one.value is not None] if function.index else []
    return bool(given) and all(catches_answer(value) or never_rejects(file, value) for value in given)


def _collect(
    file: File,
    function: Function,
    found: dict[Row, None],
    seen: set[tuple[int, Row]],
    told: Row,
    depth: int = 0,
) -> None:
    if (id(function), told) in seen or depth > _DEPTH:
        return
    seen.add((id(function), told))
    for value, own in _left(file, function):
        by = tuple(dict.fromkeys((*told, *own)))
        if isinstance(value, Call) and value.new and isinstance(value.callee, Name) and value.callee.id == "Promise":
            found["unknown", "new Promise", "", *by] = None  # whatever its executor calls, somebody may reject it
        for wait in classify(value, file, function):
            inner = local_function(wait.node.callee, function, file) if isinstance(wait.node, Call) else None
            if wait.label == wait.root and any(p.name == wait.root for p in function.params):
                continue  # who hands a callback in hears of what fails in it
            if inner is None and not wait.ref and _CALLBACK.match(wait.label.rpartition(".")[2]):
                continue  # so does who sets one: `await this.options.onClose?.()`
            if inner is not None and _is_switched_off(file, wait.node, inner):
                continue
            if inner is not None:
                _collect(file, inner, found, seen, by, depth + 1)
            else:
                kind = wait.otherwise if wait.ref else wait.kind
                if kind == "unknown" and _heard(value, function):
                    kind = "value"
                found[kind, wait.label[:80], wait.ref or _imported(file, wait.node, function), *by] = None


def _imported(file: File, node: Node, function: Function) -> str:
    """The resolved name of a call on what another file of the project hands out, whatever its words say of it."""
    if not isinstance(node, Call):
        return ""
    name = _inherited(file, node.callee, function) or file.resolve(node.callee, function) or ""
    return name if ":" in name else _one_of(file, node.callee, function)


def _one_of(file: File, callee: Node, function: Function) -> str:
    """What a name stands for that is given one of several things, all handed out by hooks: one of them."""
    scope = binder(callee.id, function) if isinstance(callee, Name) else None
    if not isinstance(callee, Name) or scope is None:
        return ""
    given = [one for one in values(callee.id, scope) if one is not None]
    named = [file.resolve(one, scope) or "" for one in given if isinstance(one, Name)]
    return named[0] if named and len(named) == len(given) and all(map(_OF_HOOK.search, named)) else ""


_OF_HOOK = re.compile(r":use[A-Z]\w*\(\)")


def _inherited(file: File, callee: Node, function: Function) -> str:
    """What `super.load` names, where the class around extends one of another file."""
    of = callee.value if isinstance(callee, Member) else None
    owner = function.owner
    if not (isinstance(callee, Member) and isinstance(of, Name) and of.id == "super" and owner and owner.bases):
        return ""
    base = file.resolve(owner.bases[0].value)
    return f"{base}.{callee.attr}" if base else ""


def _heard(value: Node, function: Function) -> bool:
    """`const done = await f(); if (!done.success) { ... }`: what f answers tells of its failure."""
    use = use_of(value)
    kept = use.node.targets if isinstance(use.node, Assign) else ()
    names = {target.id for target in kept if isinstance(target, Name)}
    asked = [n.parent for n in (function.index.names if function.index else ()) if n.id in names]
    return any(isinstance(said, Member) and said.attr == "success" and _decides(said) for said in asked)


def _decides(said: Member) -> bool:
    """Whether a test asks it, and something is done where it is not so."""
    test = next((up for up in above(said) if isinstance(up, If)), None)
    asks = test is not None and test.test.start <= said.start < test.test.end
    return asks and test is not None and (bool(test.orelse) or isinstance(said.parent, Other))


def _left(file: File, function: Function) -> Iterator[tuple[Node, list[str]]]:
    """What a function waits for, or hands on, uncaught, and by what its failure is told; each of several together."""
    index = function.index
    if index is None:
        return
    for wait in index.awaits:
        if lets_out(file, wait, function, 0) and not _is_foreseen(wait):
            by = told_by(file, wait, function)
            yield from ((one, [*by, *own]) for one, own in _parts(file, wait.value))
    for handed in index.returns:
        value = handed.value
        if value is None or isinstance(value, Await) or is_caught(handed):
            continue
        if not (catches_answer(value) or never_rejects(file, value)):
            yield from _parts(file, value)


def _is_switched_off(file: File, call: Node, made: Function) -> bool:
    """Whether a call's arguments have its callee throw nothing on: `update(false)`."""
    return isinstance(call, Call) and failing(file, made) and made.is_async and not fails_so(file, call, made)


def _is_foreseen(wait: Await) -> bool:
    """Whether a handler looks for the failure that a wait is there to find: `if (e.code === "ENOENT") return false`."""
    around = next(tries_of(wait), None)
    tests = [s for h in around.handlers for s in h.body if isinstance(s, If)] if around is not None else []
    return any(isinstance(test.body[-1], Return) and _speaks_of_none(test) for test in tests if test.body)


def _speaks_of_none(test: If) -> bool:
    return any(isinstance(node, Constant) and node.value == "ENOENT" for node in walk(test.test))


def _parts(file: File, value: Node) -> Iterator[tuple[Node, list[str]]]:
    given = [a.value for a in value.arguments] if isinstance(value, Call) else []
    if not (isinstance(value, Call) and isinstance(value.callee, Member) and value.callee.attr in _TOGETHER):
        handed = [v.function for v in given if isinstance(v, Closure) and v.function.is_async]
        if not handed or any(failing(file, one) for one in handed):
            yield value, []
        return
    for one in given:
        if isinstance(one, Collection):
            yield from ((item, []) for item in one.items)
        elif isinstance(one, Call):  # `Promise.all(ids.map((id) => load(id)))`
            maps = [a.value.function for a in one.arguments if isinstance(a.value, Closure)]
            for each in maps:
                yield from _left(file, each)
