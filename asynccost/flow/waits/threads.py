"""What a call waits for that a thread makes: `await to_thread(client.get, url)`."""

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Closure, Function
from asynccost.flow.waits.await_kinds import BAD, GOOD, method_kind, package_kind, receiver_kind
from asynccost.flow.waits.called import called, is_project
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.knowledge import Knowledge

_SECOND = frozenset({"run_in_executor"})
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


def in_thread(call: Call, last: str, file: File, function: Function) -> Wait:
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
        found = [called(n, file.resolve(n.callee, inner) or "", chain(n.callee), file, inner) for n in calls]
        known = [w for w in found if w.kind in GOOD or w.kind in BAD]
        return known[0] if known else Wait("thread", last, call)
    name = file.resolve(target, function) or ""
    names = chain(target)
    label = ".".join(n for n in names if n)
    kind = package_kind(name, file.knowledge)
    if kind:
        return Wait(kind, label, call, names[0])
    if is_project(name, file):
        return Wait("thread", label, call, names[0], ref=name, otherwise=_by_words(names, file.knowledge))
    return Wait(_by_words(names, file.knowledge), label, call, names[0])


def _by_words(names: list[str], knowledge: Knowledge) -> str:
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
