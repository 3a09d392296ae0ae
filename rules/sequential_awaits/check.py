"""Finds neighbouring awaits that could wait together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from asynccost.flow.file import File
from asynccost.flow.intent import shown, spoken
from asynccost.flow.linked.aside import asides, keyed
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.verdicts import Verdict, may_be_a_file, may_share_session, open_rows
from asynccost.flow.linked.verdicts import settle as verdict_of
from asynccost.flow.loops.depend import Step, held, runs, stored, together
from asynccost.flow.loops.look_ups import deletes, not_worth, one_context
from asynccost.flow.loops.turns import WHY
from asynccost.flow.tree import Function
from asynccost.flow.waits.await_kinds import BAD
from asynccost.flow.words import chain, words
from asynccost.model import Confidence, Finding, Related, Silence, Span
from asynccost.python.shapes import shape_of

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_REASONS = {
    **WHY,
    "message": "messages are seen in their order ({})",
    "wait": "it waits on purpose ({})",
    "conn": "one database session or connection takes one statement at a time ({})",
    "ordered": "one stateful thing is driven step by step ({})",
}

_AT_ONCE = frozenset({"better-sqlite3"})  # answers before anybody can wait


def worth(text: "Text") -> bool:
    """Whether two statements of a script may await one after the other."""
    return not text.is_test and text.source.count(b"await") > 1 and text.shape.neighbours


def check(file: File) -> Iterator[Finding | Silence]:
    """Judge every run of neighbouring awaits."""
    if file.is_test and not file.explained:
        return
    for function in file.functions_if(lambda f: shape_of(file, f).neighbours):
        if function.index is None or len(function.index.awaits) < 2:
            continue
        for run in runs(function, file):
            yield from _judge(run, file, function)


def _judge(run: list[Step], file: File, function: Function) -> Iterator[Finding | Silence]:
    span = (run[0].node.start, run[-1].node.end)
    if file.is_test:
        yield file.silence(span, "it is part of a test")
        return
    if reason := held(run[0].node):
        yield file.silence(span, reason)
        return
    if reason := spoken(span, file, function):
        yield file.silence(span, reason)
        return
    best, reason = _widest(run)
    if best is None:
        yield file.silence(span, reason)
        return
    yield file.finding(
        best[0].node,
        "",
        Confidence.MEDIUM,
        span=(best[0].node.start, best[-1].node.end),
        steps=[_row(s, file) for s in best],
        stored=_all_stored(best, function),
        shown=[*shown(file), *file.memo(asides).left_to_itself(function), *deletes(best[0].node)],
        named="" if function.name else keyed(function),
        runs=function.start,
        context=one_context([s.awaited.value for s in best]),
    )


def _row(step: Step, file: File) -> dict[str, Any]:
    return {
        "name": step.label,
        "span": file.span(step.node)._asdict(),
        "waits": open_rows(step.waits),
        "verb": step.verb,
        "bound": bool(step.binds),
        "bundled": "import.meta.url" in file.text(step.node),
        "updates": step.waits[0].name.lower().startswith("update"),
    }


def _all_stored(steps: list[Step], function: Function) -> bool:
    """Whether what the calls share was there before them: no row of one is what another hangs on."""
    shared = frozenset.union(*(a.given & b.given for i, a in enumerate(steps) for b in steps[i + 1 :]))
    return stored(shared, function)


def _widest(run: list[Step]) -> tuple[list[Step] | None, str]:
    """The longest part of a run whose steps may all run together, and why it is no longer."""
    best: list[Step] = []
    reason = ""
    for start in range(len(run)):
        part = [run[start]]
        reason = reason or _alone(run[start])
        if _alone(run[start]):
            continue
        for step in run[start + 1 :]:
            why = _alone(step) or next((w for a in part if (w := together(a, step))), "")
            why = why or _gated(part) or _checked(part, step) or _only_fails(part, step)
            if why:
                reason = reason or why
                break
            part.append(step)
        if len(part) > len(best) and len(part) > 1:
            best = part
    return (best or None), reason or "nothing shows that the awaits are independent"


def _alone(step: Step) -> str:
    """What keeps a step out of every group."""
    if not step.waits:
        return "nothing is known of what is awaited"
    for wait in step.waits:
        if wait.kind in BAD and wait.kind != "value":
            return _REASONS[wait.kind].format(wait.label)
        if wait.kind == "value":
            return f"what is awaited ({wait.label}) runs already"
    return ""


def _gated(part: list[Step]) -> str:
    for step in part:
        said = words(step.waits[0].name)
        asks = (not step.binds and (said[:1] in (("is",), ("has",)) or "throw" in said)) or "owned" in said
        if step.gate or asks:  # a question whose answer nobody takes speaks by raising
            return f"{step.label} decides whether the next may happen"
    return ""


def _checked(part: list[Step], step: Step) -> str:
    """`getGroupOrThrow()` before `createPartner()`: nothing is to be stored where the first raises."""
    changes = step.verb in ("add", "write")
    raises = next((s.label for s in part if "throw" in words(s.waits[0].name)), "") if changes else ""
    return f"{raises} decides whether the next may happen" if raises else ""


def _only_fails(part: list[Step], step: Step) -> str:
    """`await loadOwned(id)` before `policies = await loadPolicies(id)`: what is asked for nothing speaks by raising."""
    unread = (s for s in part if s.verb == "read" and not s.binds and not _hands_on(s))
    first = next(unread, None) if step.binds else None
    return f"{first.label} decides whether the next may happen" if first is not None else ""


def _hands_on(step: Step) -> bool:
    """Whether a step's answer goes to a callback: `await fetch(url).then((r) => r.json())`."""
    return "then" in chain(step.awaited.value)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """What the awaited calls come to, over the whole project; the part of the run that is worth overlapping."""
    steps = finding.pending["steps"]
    verdicts = [verdict_of(s["waits"], finding.path, project) for s in steps]
    first, last = _worth(verdicts, steps)
    steps, verdicts = steps[first:last], verdicts[first:last]
    names = [s["name"] for s in steps]
    if reason := _against(verdicts, names, steps):
        return Silence(finding.rule, finding.path, finding.span, reason)
    begin, end = Span(**steps[0]["span"]), Span(**steps[-1]["span"])
    finding.span = Span(begin.start, end.end, begin.line, begin.column, end.end_line, end.end_column)
    finding.related = tuple(Related(finding.path, Span(**s["span"]), f"{s['name']} waits here") for s in steps[1:])
    listed = ", ".join(names[:-1]) + " and " + names[-1]
    finding.message = f"{listed} wait one after another though neither needs the other: their times add up"
    if told := next((v.bad[1] for v in verdicts if v.bad is not None and v.bad[0] == "message"), ""):
        finding.fix = shown_only(finding.fix, f"may the messages that they send on their way mix: {told}?")
    doubt = _doubt(steps, verdicts, names, bool(finding.pending["stored"])) or "".join(finding.pending["shown"])
    doubt = doubt or not_worth(finding, names, verdicts, all(s["bundled"] for s in steps), project)
    if not doubt and (way := next((w for v in verdicts if (w := may_be_a_file(v, project))), "")):
        doubt = f"{way} may be answered by a file of SQLite, over one connection"
    shared = [way for verdict in verdicts if (way := may_share_session(verdict, project))]
    if len(shared) > 1:
        asked = f"do {shared[0]} and {shared[1]} share one session of the database?"
        finding.fix = shown_only(finding.fix, asked)
    if project.names.imports_any(_AT_ONCE) and not any(v.wide for v in verdicts):
        finding.fix = shown_only(finding.fix, "is their database that of better-sqlite3, which answers at once?")
    if doubt:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: {doubt})"
    elif all(s["bound"] and s["verb"] == "read" for s in steps) and all(v.good for v in verdicts):
        finding.confidence = Confidence.HIGH
    return finding


def _progress(verdict: Verdict, step: dict[str, Any]) -> bool:
    """Whether the messages on the way to a request, whose answer is taken, may only tell how far it is."""
    said = verdict.bad is not None and verdict.bad[0] == "message" and "->" in verdict.bad[1]
    return said and bool(verdict.good) and bool(step["bound"])


def _worth(verdicts: list[Verdict], steps: list[dict[str, Any]]) -> tuple[int, int]:
    """The longest stretch of steps that reach another machine; all of them where there are not two."""
    best = (0, 0)
    for start in range(len(verdicts)):
        end = start
        while end < len(verdicts) and _fits(verdicts[end], steps[end]):
            end += 1
        best = max(best, (start, end), key=lambda part: part[1] - part[0])
    return best if best[1] - best[0] > 1 else (0, len(verdicts))


def _fits(verdict: Verdict, step: dict[str, Any]) -> bool:
    return bool(verdict.good or verdict.likely) and (verdict.bad is None or _progress(verdict, step))


def _against(verdicts: list[Verdict], names: list[str], steps: list[dict[str, Any]]) -> str:
    """Why the run is left alone after all."""
    for verdict, name, step in zip(verdicts, names, steps, strict=True):
        if verdict.bad is not None and verdict.bad[0] != "measures" and not _progress(verdict, step):
            return _REASONS[verdict.bad[0]].format(verdict.bad[1])
        if not (verdict.good or verdict.likely or verdict.others or verdict.unknown):
            return WHY["memory"].format(name)
    for at, verdict in enumerate(verdicts):
        for other, name in zip(verdicts[at + 1 :], names[at + 1 :], strict=True):
            if met := sorted(verdict.writes & (other.reads | other.writes) | verdict.reads & other.writes):
                return f"{names[at]} and {name} meet in {met[0]}"
    return ""


def _doubt(steps: list[dict[str, Any]], verdicts: list[Verdict], names: list[str], all_stored: bool) -> str:
    """What keeps the confidence low; empty where there is evidence that running them together is right and pays."""
    if any(not _OPENS.isdisjoint(words(name.rpartition(".")[2])) for name in names):
        return "connections are opened once"
    pairs = list(zip(steps, verdicts, strict=True))
    asked = all(s["verb"] == "read" and s["bound"] for s in steps)  # what only asks is a request, however far it lies
    for verdict, name in zip(verdicts, names, strict=True):
        if not verdict.good and not verdict.likely:
            return f"nothing shows that {name} waits for another machine"
        far = [] if asked else [w for w in verdict.likely if "->" in w]
        if unknown := [*verdict.unknown, *verdict.others, *far]:
            return f"{unknown[0]} is not known"
    if all(_reads(s, v) and (v.good or s["bound"]) for s, v in pairs):
        return ""
    if not all(v.good for v in verdicts):
        return "only names say that they wait for another machine"
    return _writes(steps, verdicts, all_stored)


def _reads(step: dict[str, Any], verdict: Verdict) -> bool:
    """By its name; or an answer is taken and all it sends are questions: `write_summary()` has a model write it."""
    asked = verdict.asks and bool(step["bound"]) and not verdict.writes
    return step["verb"] == "read" or asked


_OPENS = frozenset({"connect", "connection", "connections"})


def _writes(steps: list[dict[str, Any]], verdicts: list[Verdict], all_stored: bool) -> str:
    """Adding rows to different tables is independent if what they hang on is stored already."""
    if not all(s["verb"] == "add" or (s["updates"] and s["bound"]) for s in steps):
        return "one of them changes what the other may depend on"
    for at, verdict in enumerate(verdicts):
        for other in verdicts[at + 1 :]:
            if not verdict.targets or not other.targets or verdict.targets & other.targets:
                return "nothing shows that they write to different places"
    return "" if all_stored else "one may hang on what the other adds"
