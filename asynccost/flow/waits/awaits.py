"""What an awaited expression waits for, however it is wrapped: the calls in it, one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from asynccost.flow.file import File
from asynccost.flow.tree import (
    Argument,
    Await,
    Bind,
    Call,
    Choice,
    Closure,
    Collection,
    Comprehension,
    Constant,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
    With,
)
from asynccost.flow.waits.await_kinds import BAD, GOOD, by_argument, package_kind, receiver_kind
from asynccost.flow.waits.called import called
from asynccost.flow.waits.threads import in_thread
from asynccost.flow.waits.wait import THREADS, Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_THEN = frozenset({"then", "catch", "finally"})
_WRAPPERS = frozenset(
    {
        "asyncio.wait_for",
        "asyncio.shield",
        "asyncio.ensure_future",
        "asyncio.create_task",
        "Promise.resolve",
        "wait_for",
        "asyncio.timeout",
        "with_timeout",
        "withTimeout",
        "pTimeout",
        "p-timeout:default",
    }
)


def waits_in(nodes: Sequence[Node], file: File, function: Function) -> Iterator[Wait]:
    """Everything that some code of one function waits for, in order; closures are not entered."""
    for node in walk(*nodes):
        if isinstance(node, (Await, With, Loop)):
            yield from _waited(node, file, function)


def waits_of(function: Function, file: File) -> Iterator[Wait]:
    """Everything that a function's own body waits for."""
    index = function.index
    for node in (*index.awaits, *index.withs, *index.loops) if index else ():
        if isinstance(node, (Await, With, Loop)):
            yield from _waited(node, file, function)


def _waited(node: Await | With | Loop, file: File, function: Function) -> Iterator[Wait]:
    if isinstance(node, Await):
        yield from classify(node.value, file, function)
    elif isinstance(node, With) and node.is_async:
        for item in node.items:
            yield from _entered(item.value, file, function)
    elif isinstance(node, Loop) and node.is_async and node.iter is not None:
        yield from (w for w in classify(node.iter, file, function) if w.kind in BAD)


def _entered(value: Node, file: File, function: Function) -> Iterator[Wait]:
    """`async with value`: a constructor only makes the thing, anything else is waited for."""
    for wait in _named(value, file, function) if isinstance(value, (Name, Member)) else classify(value, file, function):
        made = wait.name[:1].isupper() and wait.kind != "wait"
        if not made and wait.name not in ("timeout", "timeout_at", "fail_after", "move_on_after", "TaskGroup"):
            yield replace(wait, held=True)


def _named(value: "Name | Member", file: File, function: Function) -> list[Wait]:
    """`async with self.lock`: a thing that was made before."""
    names = chain(value)
    kind = package_kind(file.resolve(value, function) or "", file.knowledge)
    known = (receiver_kind(n, file.knowledge) for n in reversed(names))
    kind = kind or next((k for k in known if k in ("wait", "conn")), "")
    label = ".".join(n for n in names if n)
    return [Wait(kind, label, value, names[0])] if kind in ("wait", "conn") else []


def classify(expr: Node | None, file: File, function: Function, depth: int = 0) -> list[Wait]:
    """What `await expr` waits for: several things where the expression holds several."""
    if expr is None or depth > 6:
        return []
    if isinstance(expr, (Await, Argument)):
        return classify(expr.value, file, function, depth + 1)
    if isinstance(expr, Other) and len(expr.parts) == 1:
        return classify(expr.parts[0], file, function, depth + 1)
    if isinstance(expr, Bind):
        return classify(expr.value, file, function, depth + 1)
    if isinstance(expr, Choice):
        return [w for o in expr.options if not isinstance(o, Constant) for w in classify(o, file, function, depth + 1)]
    if isinstance(expr, Call):
        return _call(expr, file, function, depth)
    if isinstance(expr, (Collection, Comprehension)):
        return [Wait("gather", "a list", expr)]
    if isinstance(expr, Constant):
        return []
    names = chain(expr)
    return [Wait("value", ".".join(n for n in names if n) or "a value", expr, names[0])]


def _call(call: Call, file: File, function: Function, depth: int) -> list[Wait]:
    callee = call.callee
    if isinstance(callee, Member) and callee.attr in _THEN and isinstance(callee.value, Call):
        return classify(callee.value, file, function, depth + 1)
    name = file.resolve(callee, function) or ""
    names = chain(callee)
    last = names[-1]
    if name in _WRAPPERS or last in _WRAPPERS:
        calls = [a.value for a in call.arguments if isinstance(a.value, Call)]
        if inner := [w for c in calls for w in classify(c, file, function, depth + 1)]:
            return inner
    if last in THREADS:
        return [in_thread(call, last, file, function)]
    if call.new and name.partition(":")[0] == "Promise":
        return _closures(call, file, depth) or [Wait("unknown", "new Promise", call)]
    wait = called(call, name, names, file, function)
    if wait.kind == "project" and isinstance(callee, Call):  # `withAuth(send)(mail)`: what its result waits for
        wait = replace(wait, kind=wait.otherwise, ref="")
    if wait.kind in GOOD and (handed := by_argument(call, file, function)) in ("conn", "doubt"):
        return [Wait(handed, wait.label, call, wait.root, target=wait.target)]
    if wait.kind in ("unknown", "project") and any(isinstance(a.value, Closure) for a in call.arguments):
        inner = [w for w in _closures(call, file, depth) if w.kind not in ("fresh", "unknown")]
        return inner or [wait]
    return [wait]


def _closures(call: Call, file: File, depth: int) -> list[Wait]:
    """What the functions handed to a call wait for: `retry(() => fetch(url))`, `new Promise((resolve) => ...)`."""
    found: list[Wait] = []
    for argument in call.arguments:
        if isinstance(argument.value, Closure):
            inner = argument.value.function
            for node in walk(*inner.body):
                if isinstance(node, Call):
                    if chain(node.callee)[-1] in ("setTimeout", "requestAnimationFrame"):
                        found.append(Wait("wait", "setTimeout", node))
                    elif depth < 3:
                        wait = called(node, file.resolve(node.callee, inner) or "", chain(node.callee), file, inner)
                        if wait.kind != "unknown":
                            found.append(wait)
    return found
