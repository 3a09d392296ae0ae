"""Finds loops whose turns wait for each other although none needs another's result."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.around import function_of, loops_around
from asynccost.flow.file import File
from asynccost.flow.intent import waived_in_loop
from asynccost.flow.linked.aside import at_start, is_rare
from asynccost.flow.linked.namesakes import namesakes_ask
from asynccost.flow.linked.one_by_one import handed, one_by_one
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.verdicts import Verdict, may_be_a_file, may_share_session, open_rows, says_request
from asynccost.flow.linked.verdicts import settle as verdict_of
from asynccost.flow.loops.turn_doubts import doubts_of
from asynccost.flow.loops.turn_ties import looks_and_adds
from asynccost.flow.loops.turn_worth import doubts_of_ways
from asynccost.flow.loops.turns import WHY, Turns, turns
from asynccost.flow.tree import Comprehension, Function, Loop
from asynccost.flow.waits.acts import acts_only
from asynccost.flow.waits.wait import Wait
from asynccost.flow.words import verb
from asynccost.model import Confidence, Finding, Silence
from asynccost.python.shapes import shape_of

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_MOST = 12  # ways whose namesakes are looked for
_NEAR = 3  # calls on a way: further on, conditions and memories come before a request
_LOOP = re.compile(rb"\b(?:for|while)\b")


def worth(text: "Text") -> bool:
    """Whether a script has a loop that awaits."""
    return not text.is_test and b"await" in text.source and _LOOP.search(text.source) is not None and text.shape.loops


def check(file: File) -> Iterator[Finding | Silence]:
    """Judge every loop that awaits, inner loops before the loops around them."""
    if file.is_test and not file.explained:
        return
    for function in file.functions_if(lambda f: shape_of(file, f).loops):
        loops = _awaiting(function)
        found: list[Loop | Comprehension] = []
        paced: list[Loop | Comprehension] = []
        for loop in sorted(loops.values(), key=lambda one: one.end - one.start):
            if file.is_test:
                yield file.silence(_anchor(loop), "it is part of a test")
            elif waived_in_loop(file, loop):
                yield file.silence(_anchor(loop), "a comment for another linter says that it is meant")
            elif inner := next((f for f in found if loop.start <= f.start and f.end <= loop.end), None):
                line = file.span(inner).line
                yield file.silence(_anchor(loop), f"the loop inside it is judged by itself (line {line})")
            else:
                said = turns(loop, file, function)
                if any(loop.start <= p.start and p.end <= loop.end for p in paced):
                    yield file.silence(_anchor(loop), "the loop inside it goes chunk by chunk, which bounds the load")
                elif said.independent is False:
                    paced += [loop] if "chunk" in said.reason else []
                    yield file.silence(_anchor(loop), said.reason)
                else:
                    found.append(loop)
                    yield _finding(loop, said, file)


def _awaiting(function: Function) -> dict[int, Loop | Comprehension]:
    """The loops that hold an await in their turns."""
    if function.index is None or not (function.index.awaits or any(w.is_async for w in function.index.withs)):
        return {}
    places = [*function.index.awaits, *(w for w in function.index.withs if w.is_async)]
    return {id(loop): loop for place in places for loop in loops_around(place)}


def _anchor(loop: Loop | Comprehension) -> tuple[int, int]:
    return loop.start, loop.end


def _finding(loop: Loop | Comprehension, said: Turns, file: File) -> Finding:
    first = next((w for w in said.waits if w.kind not in ("fresh", "memory")), said.waits[0])
    doubts = doubts_of(loop, said, first, file)
    return file.finding(
        loop,
        "",
        Confidence.LOW if doubts else Confidence.MEDIUM,
        span=_anchor(loop),
        related=(file.related(first.node, "each turn waits here"),),
        waits=open_rows(said.waits, said.made),
        doubts=doubts,
        label=_label(first),
        runs=function_of(loop).start,
        over=handed([loop], function_of(loop)),
        contract=said.contract,
        walks=next((w.label for w in said.waits if w.name and w.name == function_of(loop).name), ""),
        acts=acts_only(loop) or _writes(said.waits, file),
    )


def _writes(waits: list[Wait], file: File) -> bool:
    """Whether a call says by its name that it changes something."""
    return any(verb(w.name, file.knowledge) in ("write", "add") for w in waits if w.kind not in ("fresh", "memory"))


def _label(wait: Wait) -> str:
    return f"{wait.label}()"


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """What the awaited calls come to, over the whole project."""
    rows = finding.pending["waits"]
    verdict = verdict_of(rows, finding.path, project)
    label = finding.pending["label"]
    if reason := _against(verdict, label):
        return Silence(finding.rule, finding.path, finding.span, reason)
    finding.message = (
        f"each turn waits for {label} before the next one starts, though no turn needs another's result: "
        "n items cost n waits in a row"
    )
    doubts = list(finding.pending["doubts"])
    asks = bool(verdict.likely) or _says_so(verdict, finding.path, project)
    if not (verdict.good or verdict.heavy or asks):
        what = (verdict.unknown or verdict.others or [label])[0]
        doubts.append(f"nothing shows that {what} waits for another machine")
    doubts += doubts_of_ways(verdict, label, finding, project)
    stores = bool(finding.pending["acts"]) and verdict.pooled and not finding.pending["contract"]
    if stores and not asks:
        doubts.append("each turn changes what a database stores, where order, locks and triggers may tie them")
    if way := may_be_a_file(verdict, project):
        doubts.append(f"{way} may be answered by a file of SQLite, over one connection")
    if verdict.doubt:
        doubts.append(f"{verdict.doubt} is handed something that may tie the turns together")
    if name := looks_and_adds(rows, finding.path, project):
        doubts.append(f"{name}() looks for something and adds it if it is missing, where two turns may meet")
    if not (doubts or verdict.good or finding.pending["contract"]):
        finding.fix = shown_only(finding.fix, _doubtful(verdict, label))
    if stores:
        finding.fix = shown_only(finding.fix, "may the changes of two turns meet in the database?")
    if down := finding.pending["walks"]:
        finding.fix = shown_only(finding.fix, f"how many would wait at once, where {down}() calls itself in each turn?")
    # one doubt is enough, and this one costs the most to know
    if not doubts and at_start(project, finding.path, finding.pending["runs"]):
        doubts.append("it runs once, when the program starts or ends")
    if not doubts and (few := one_by_one(finding.path, finding.pending["runs"], finding.pending["over"], project)):
        doubts.append(few)
    if not doubts and (seldom := is_rare(project, finding.path, finding.pending["runs"])):
        doubts.append(seldom)
    if doubts:
        finding.confidence = Confidence.LOW
        finding.message += f" (not sure: {doubts[0]})"
    elif not (verdict.unknown or verdict.others or verdict.likely or stores):
        finding.confidence = Confidence.HIGH
    if way := may_share_session(verdict, project):
        finding.fix = shown_only(finding.fix, f"do the turns share one session of the database in {way}?")
    if verdict.good and verdict.good[0] != label and not doubts:
        finding.message += f" ({verdict.good[0]})"
    return finding


def _says_so(verdict: Verdict, path: str, project: Project) -> bool:
    """Whether what any way leads to asks another machine by its name, or as all methods of its name do."""
    near = [way for way in verdict.unsure if way.count("->") <= _NEAR]
    return any(map(says_request, near)) or any(namesakes_ask(way, path, project) for way in near[:_MOST])


def _doubtful(verdict: Verdict, label: str) -> str:
    """A question: to run side by side what only words say something of is worth nothing where it does not wait."""
    if verdict.heavy and not verdict.likely:
        return f"how many of {verdict.heavy[0]} does the machine bear at once?"
    return f"does {[*verdict.likely, *verdict.unknown, *verdict.others, label][0]} wait for another machine at all?"


def _against(verdict: Verdict, label: str) -> str:
    """Why the turns are left alone after all."""
    if verdict.bad is not None:
        kind, way = verdict.bad
        return WHY[kind].format(way)
    if verdict.carried:
        return WHY["carries"].format(verdict.carried)
    if not (verdict.good or verdict.likely or verdict.others or verdict.unknown):
        return WHY["memory"].format((verdict.memory or [label])[0])
    return ""
