"""What an awaited expression waits for: a request of its own, one shared connection, a message, a sleep.

The kinds are those of rules/knowledge/awaits.toml, and besides

    maybe     a request to another machine, as far as a word can tell
    value     a promise or task that runs already (`await task`)
    thread    blocking work in a thread, of a kind that its name does not tell
    project   a function of the scanned project: `ref` names it, what it waits for is in its facts
    doubt     it is handed something that may tie it to other calls
    fresh     a thing that the same turn made or was handed: a response being read
    unknown   nothing is known
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
from asynccost.flow.waits.at_hand import is_at_hand
from asynccost.flow.waits.await_kinds import (
    BAD,
    GOOD,
    by_argument,
    by_words,
    method_kind,
    package_kind,
    receiver_kind,
    recodes,
)
from asynccost.flow.waits.tied import is_tied
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.knowledge import Knowledge

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
_THREADS = frozenset(
    {
        "to_thread",
        "run_in_executor",
        "run_in_threadpool",
        "run_sync",
        "async_add_executor_job",
        "run_in_thread",
        "call_in_thread",
    }
)
_SECOND = frozenset({"run_in_executor"})
_SELF = frozenset({"self", "cls", "this"})
_TABLES = frozenset({"from", "from_", "table", "collection", "rpc", "container", "bucket", "index"})


@dataclass(slots=True, frozen=True)
class Wait:
    """One thing that is waited for. label: how the source spells it; root: the name that it starts from.

    ref: the project-wide name where kind is "project" or "thread"; otherwise: the kind to assume when the project
    does not know that name. target: the table or bucket that a request is about. held: it is entered by `async with`.
    """

    kind: str
    label: str
    node: Node
    root: str = ""
    ref: str = ""
    otherwise: str = "unknown"
    target: str = ""
    held: bool = False

    @property
    def name(self) -> str:
        """The last name of the call."""
        return self.label.rpartition(".")[2]

    @property
    def shares_self(self) -> bool:
        """Whether a thread runs a method of the object at hand, so that several of them would share what it holds."""
        own = self.root in _SELF and self.label.count(".") == 1
        return own and isinstance(self.node, Call) and chain(self.node.callee)[-1] in _THREADS


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
    if last in _THREADS:
        return [_thread(call, last, file, function)]
    if call.new and name.partition(":")[0] == "Promise":
        return _closures(call, file, depth) or [Wait("unknown", "new Promise", call)]
    wait = _plain(call, name, names, file, function)
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
                        wait = _plain(node, file.resolve(node.callee, inner) or "", chain(node.callee), file, inner)
                        if wait.kind != "unknown":
                            found.append(wait)
    return found


def _plain(call: Call, name: str, names: list[str], file: File, function: Function) -> Wait:
    """The kind of one call, by its resolved name, else by its words."""
    knowledge = file.knowledge
    label = ".".join(n for n in names if n)
    if is_at_hand(call, names, file, function):
        return Wait("memory", label, call, names[0])
    kind = package_kind(name, knowledge)
    target = _target(call.callee)
    if is_tied(call.callee, function, file):
        kind = "conn"
    if kind:
        return Wait(kind, label, call, names[0], target=target)
    handed = by_argument(call, file, function)
    if handed == "message" and _is_project(name, file):  # `ask(prompt, websocket)`: whether it sends, its body tells
        return Wait("project", label, call, names[0], ref=name, otherwise=handed, target=target)
    if handed:
        return Wait(handed, label, call, names[0], target=target)
    if recodes(names[-1]):
        return Wait("memory", label, call, names[0])
    said = by_words(call, names, file)
    if _is_project(name, file) and not (said and names[0] not in _SELF and len(names) > 1 and said in BAD):
        return Wait("project", label, call, names[0], ref=name, otherwise=said or "unknown", target=target)
    return Wait(said or "unknown", label, call, names[0], target=target)


def _is_project(name: str, file: File) -> bool:
    """Whether a resolved name may be a function of the scanned project."""
    if file.language == "javascript":
        module, colon, _ = name.partition(":")
        return bool(colon) and not module.startswith("@types/")
    return "." in name and not name.endswith("()")


def _thread(call: Call, last: str, file: File, function: Function) -> Wait:
    """`to_thread(f, ...)`: what f does, where its name tells."""
    at = 1 if last in _SECOND else 0
    if len(call.arguments) <= at:
        return Wait("thread", last, call)
    target = call.arguments[at].value
    if isinstance(target, Call) and chain(target.callee)[-1] == "partial" and target.arguments:
        target = target.arguments[0].value
    if isinstance(target, Closure):
        inner = target.function
        calls = [n for n in walk(*inner.body) if isinstance(n, Call)]
        found = [_plain(n, file.resolve(n.callee, inner) or "", chain(n.callee), file, inner) for n in calls]
        known = [w for w in found if w.kind in GOOD or w.kind in BAD]
        return known[0] if known else Wait("thread", last, call)
    name = file.resolve(target, function) or ""
    names = chain(target)
    label = ".".join(n for n in names if n)
    kind = package_kind(name, file.knowledge)
    if kind:
        return Wait(kind, label, call, names[0])
    if _is_project(name, file):
        return Wait("thread", label, call, names[0], ref=name, otherwise=_in_thread(names, file.knowledge))
    return Wait(_in_thread(names, file.knowledge), label, call, names[0])


_THREAD_READS = frozenset(
    {
        "search",
        "invoke",
        "predict",
        "generate",
        "complete",
        "query",
        "download",
        "fetch",
        "request",
        "embed",
        "scrape",
        "crawl",
        "transcribe",
        "translate",
        "summarize",
        "rerank",
    }
)


_COMPUTES = frozenset({"generate", "predict", "transcribe", "translate", "embed", "summarize", "rerank"})
_MODELS = frozenset({"model", "pipeline", "pipe"})


def _in_thread(names: list[str], knowledge: Knowledge) -> str:
    """A method run in a thread: blocking clients are why threads are used, so a remote verb is a request.

    A model that a thread lets generate computes on this machine: `to_thread(self.model.generate, prompt)`.
    """
    kind = method_kind(names[-1], knowledge)
    if kind in ("file", "conn", "net", "pool"):
        return kind
    said = words(names[-1])
    for name in reversed(names[:-1]):
        if (kind := receiver_kind(name, knowledge)) in ("conn", "file", "wait"):
            return kind
    of = words(names[-2]) if len(names) > 1 else ()
    if not (_COMPUTES.isdisjoint(said[:1]) or _MODELS.isdisjoint(of[-1:])):
        return "thread"
    return "net" if said and not _THREAD_READS.isdisjoint((said[0], said[-1])) and len(names) > 1 else "thread"


def _target(callee: Node | None) -> str:
    """The table that a chain of calls names: `client.from("users").insert(row)` -> users."""
    while isinstance(callee, (Member, Call)):
        if isinstance(callee, Call):
            if chain(callee.callee)[-1] in _TABLES and callee.arguments:
                value = callee.arguments[0].value
                if isinstance(value, Constant) and isinstance(value.value, str):
                    return value.value
            callee = callee.callee
        else:
            callee = callee.value
    return ""
