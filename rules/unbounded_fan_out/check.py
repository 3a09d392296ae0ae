"""Finds fan-outs over a list that nobody bounds."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.extent import bounded, chunked, outside
from asynccost.flow.few import few, has_most, many
from asynccost.flow.file import File, is_test
from asynccost.flow.intent import shown, spoken
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import open_rows
from asynccost.flow.linked.verdicts import settle as verdict_of
from asynccost.flow.mentions import speaks_of
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Await, Call, Closure, Expr, Function, Name, Node
from asynccost.flow.varies import parameters
from asynccost.flow.waits.awaits import classify, waits_in
from asynccost.flow.waits.fanout import FAN_OUTS, FanOut, fan_outs
from asynccost.flow.waits.side import runs_in_page
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_STARTS = re.compile(rb"\bPromise\b[\s?!.)]*(?:all|allSettled|any)\b\s*(?:<[^()]*>)?\s*(?:\?\.)?\(?")
_TAKEN = re.compile(rb"[}=]\s*Promise\b|Promise\s*\[")  # `const { all } = Promise`
_DEEP = 3  # calls on the way to a request
_LISTED = 3000  # bytes of a list that are looked at
_QUOTED = re.compile(rb"[\"'`/][^\"'`/\n]*[\[\]]")
_LIMITS = ("sem", "semaphore", "limit", "limiter", "throttle", "slots", "bucket", "limited", "bounded", "pool")


def worth(text: "Text") -> bool:
    """Whether a script starts more at once than it lists."""
    return not text.is_test and (_TAKEN.search(text.source) is not None or _unlisted(text.source))


def _unlisted(source: bytes) -> bool:
    """Whether something else than a list that is written out, item by item, goes into a fan-out."""
    for said in _STARTS.finditer(source):
        written = source[said.end() :].lstrip()[:_LISTED]
        if written[:1] != b"[" or b"..." in written[: _end_of(written)]:
            return True
    return False


def _end_of(written: bytes) -> int:
    """Where a list ends; the end of what is looked at, where brackets may stand in a text."""
    depth = 0
    for at, sign in enumerate(written):
        depth += (sign == ord("[")) - (sign == ord("]"))
        if not depth:
            return len(written) if _QUOTED.search(written, 0, at) else at
    return len(written)


def check(file: File) -> Iterator[Finding | Silence]:
    """Judge every gather, Promise.all and task group that is fed from a list."""
    if file.is_test and not file.explained:
        return
    for function in file.functions_if(speaks_of(file, FAN_OUTS)):
        seen: set[int] = set()
        for fan in fan_outs(file, function):
            if id(fan.call) not in seen:
                seen.add(id(fan.call))
                yield _judge(fan, file, function)


def _judge(fan: FanOut, file: File, function: Function) -> Finding | Silence:
    span = (fan.call.start, fan.call.end)
    waits = _work(fan, file)
    if reason := _bound(fan, file, function, waits):
        return file.silence(span, reason)
    where = outside(fan.items, file, function)
    name = "" if where else many(fan.items)
    where = where or name
    left = [w.node for w in waits if w.kind != "memory"]
    doubt = few(fan.items, left, fan.home, function, file) if where else ""
    if name and not doubt and has_most(name, file.module.source):
        doubt = "the file says how many there may be"
    if where and not doubt and file.language == "javascript" and file.memo(runs_in_page):
        doubt = "a browser sends a few at a time to one host"
    return file.finding(
        fan.call,
        "",
        Confidence.MEDIUM if where and not doubt and not shown(file) else Confidence.LOW,
        related=(file.related(fan.items, "one for every item of this"),),
        waits=open_rows(waits),
        where=where,
        doubt=doubt,
        named=name,
        handed=_handed(fan.items, function) if name else "",
        what=_all(fan.call),
        item=waits[0].label if waits else "",
    )


_GROWS = frozenset({"walk", "glob", "scan", "crawl", "all", "every", "find", "list", "readdir"})


def _handed(items: Expr, function: Function) -> str:
    """The function that takes a list whose name alone says that it is long; "*" where what makes it says so as well.

    `photos` of a form, `urls` of a configuration and `ids` that a turn put together are called so, and are few.
    """
    named = next((n for n in walk(items) if isinstance(n, Name)), None)
    bound = function.index.bound.get(named.id, []) if named is not None and function.index else []
    made = [v.value if isinstance(v, Await) else v for v in bound]
    if any(isinstance(v, Call) and not _GROWS.isdisjoint(words(chain(v.callee)[-1])) for v in made):
        return "*"
    return next((scope.name for scope in scopes(function) if parameters(items, scope) - {"?"}), "")


def _bound(fan: FanOut, file: File, function: Function, waits: list[Wait]) -> str:
    """What bounds the fan-out here; empty where nothing does."""
    if file.is_test:
        return "it is part of a test"
    if reason := bounded(fan.items, file, function):
        return reason
    if chunked(fan.call, file):
        return "it goes chunk by chunk, which bounds the load"
    for wait in waits:
        if wait.kind == "wait" or any(w in _LIMITS for n in wait.label.split(".") for w in words(n)):
            return f"{wait.label} bounds how many run at once"
    for name in _limiters(fan):
        return f"{name} bounds how many run at once"
    return spoken((fan.call.start, fan.call.end), file, function)


def _limiters(fan: FanOut) -> Iterator[str]:
    """`limit(() => fetch(x))`, `sem` handed to the coroutine."""
    for node in walk(*fan.work):
        if isinstance(node, Name) and any(w in _LIMITS for w in words(node.id)):
            yield node.id


def _work(fan: FanOut, file: File) -> list[Wait]:
    """What each item's coroutine waits for."""
    found: list[Wait] = []
    if fan.home is not fan.function:
        found = list(waits_in(fan.work, file, fan.home))
    if not found:
        for node in fan.work:
            found += _one(node, file, fan.home)
    return [w for w in found if w.kind not in ("value", "fresh")]


def _one(node: Node, file: File, home: Function) -> list[Wait]:
    if isinstance(node, Closure):
        return list(waits_in(list(node.function.body), file, node.function))
    value = getattr(node, "value", None) if not isinstance(node, (Call, Name)) else node
    if isinstance(value, Name):
        name = file.resolve(value, home) or ""
        return [Wait("project", value.id, value, value.id, ref=name)] if name else []
    return classify(value, file, home) if value is not None else []


def _all(call: Call) -> str:
    return ".".join(n for n in chain(call.callee) if n)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Whether each coroutine reaches another machine, and whether a limiter stands on the way."""
    verdict = verdict_of(finding.pending["waits"], finding.path, project)
    what, where, item = finding.pending["what"], finding.pending["where"], finding.pending["item"]
    if verdict.limited or (verdict.bad is not None and verdict.bad[0] == "wait"):
        way = verdict.limited or (verdict.bad[1] if verdict.bad else "")
        return Silence(finding.rule, finding.path, finding.span, f"{way} bounds how many run at once")
    if not (verdict.good or verdict.likely or verdict.others or verdict.unknown or verdict.bad):
        return Silence(finding.rule, finding.path, finding.span, f"{item or 'what runs'}() waits for nothing")
    way = (verdict.good or verdict.likely or [f"{item}()"])[0]
    source = f"every item of {where}" if where else "every item of a list of unknown length"
    finding.message = f"{what} starts {way} for {source} at once: nothing bounds how many run side by side"
    of, name = finding.pending["handed"], finding.pending["named"]
    if name and of != "*" and (not of or _is_called(of, finding.path, project)):
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: nothing but its name says that {name} is long)"
        return finding
    deep = "a condition on the long way to it may decide which items come there" if way.count("->") >= _DEEP else ""
    if doubt := finding.pending["doubt"] or deep:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: {doubt})"
    elif not (verdict.good or verdict.likely):
        finding.confidence = Confidence.LOW
    elif verdict.pooled:
        finding.confidence = Confidence.LOW
        finding.message += " (but the pool of connections lets few of them run)"
    return finding


def _is_called(name: str, path: str, project: Project) -> bool:
    """Whether another file of a program calls what takes a list, which then says how long it is: no user of a library
    does, who hands in what he has."""
    for caller in project.calls.calls_named(name):
        other = caller.by.file["path"]
        met = project.names.find(caller.call["name"], other)
        if other != path and not is_test(other) and (met is None or met.file["path"] == path):
            return True
    return False
