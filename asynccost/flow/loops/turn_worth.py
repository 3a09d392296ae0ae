"""Whether turns that run side by side are worth more lines: who waits for them, and what one that fails takes along.

What the ways that a loop's waits take say against running its turns together: caches, transactions, look-ups.
"""

import re

from asynccost.flow.extent import outside
from asynccost.flow.facts.entries import entry_of
from asynccost.flow.file import File
from asynccost.flow.intent import comment_above
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import Verdict
from asynccost.flow.loops.turn_ties import deep
from asynccost.flow.tree import Await, Comprehension, Function, Loop, Node, Raise, Try, With
from asynccost.flow.turn import gone_through
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.model import Finding

_WAITED_FOR = frozenset({"handler", "tool", "command", "render"})
_IN_BACKGROUND = frozenset({
    "job", "jobs", "cron", "crons", "script", "scripts", "skills", "bin", "cli", "seed", "seeds", "migration",
    "migrations", "backfill", "tasks",
})


def worth(loop: Loop | Comprehension, function: Function, file: File) -> str:
    """A question where a loop of a list of any length takes many lines to run side by side, and nothing shows that
    somebody waits for it, or that one turn's failure leaves the others alone; "" where something does."""
    if found := next((word for word in _words_of(file.path) if word in _IN_BACKGROUND), ""):
        return f"does anybody wait for it, so that more lines are worth it in what {found} names?"
    entry = entry_of(file, function)
    items = gone_through(loop)
    waited = (entry is not None and entry[0] in _WAITED_FOR) or outside(items, file, function) == "a request"
    if waited or (isinstance(loop, Loop) and _fails_alone(loop)):
        return ""
    return "does anybody wait for it, and how many at once does what is called bear?"


_TRANSACTIONS = re.compile(rb"\$tx\(|\$transaction\(|\btxClient\b|\.transaction\(")


def transacted(file: File) -> str:
    """A question where functions of a file work in transactions, which others may open around them; "" elsewhere."""
    within = _TRANSACTIONS.search(file.module.source)
    return "is it called in a transaction, whose one connection takes a query at a time?" if within else ""


_WARNS = re.compile(rb"(?i)(?:^|\n)[ \t]*(?:#|//|/?\*)[^\n]*\b(?:concurren\w+|race|races|overwrit\w+|clobber\w*)\b")


def warned(loop: Loop, file: File) -> str:
    """A question where the comment above a loop speaks of what changes the same at once; "" elsewhere."""
    above = comment_above(file.module.source, loop.start)
    said = _WARNS.search(b"\n" + b"\n".join(above))
    return "what is said above it speaks of changes at once: may the turns make theirs so?" if said else ""


def _words_of(path: str) -> list[str]:
    parts = (part.partition(".")[0] or part.strip(".") for part in path.split("/"))
    return [word for part in parts for word in words(part)]


def _fails_alone(loop: Loop) -> bool:
    """Whether all that a turn waits for is in a `try` of its own which lets no failure out."""
    safe: set[int] = set()
    for tried in (n for n in walk(*loop.body) if isinstance(n, Try) and n.handlers):
        if not any(isinstance(n, Raise) for handler in tried.handlers for n in walk(handler)):
            safe |= {id(n) for n in walk(*tried.body)}
    waits = [n for n in deep([*loop.body]) if _is_wait(n)]
    return bool(waits) and all(id(n) in safe for n in waits)


def _is_wait(node: Node) -> bool:
    return isinstance(node, Await) or (isinstance(node, (With, Loop)) and node.is_async)


_KEPT = frozenset({"cached", "memoized", "memoised"})


def doubts_of_ways(verdict: Verdict, label: str, finding: Finding, project: Project) -> list[str]:
    """Why the confidence of a loop is low at most, by what its calls lead to. label: the call that it names."""
    found = []
    if kept := next((way for way in verdict.good if not _KEPT.isdisjoint(words(way))), ""):
        found.append(f"what is asked is kept for a while, by the name of {kept}")
    if within := next((way for way in verdict.good if "tx" in words(way)), ""):
        found.append(f"{within} may run in a transaction, whose one connection takes a query at a time")
    if any("spreadsheets" in words(way) for way in (*verdict.good, *verdict.likely, *verdict.others)):
        found.append("Google Sheets takes few requests a minute from each user, and the tabs of a sheet have an order")
    said = words(label)
    if not {"read", "load", "parse", "write"}.isdisjoint(said) and "file" in said and "url" not in said:
        found.append(f"{label} may only touch the local disk")
    if not {"config", "settings"}.isdisjoint(said):
        found.append(f"{label} may be answered from memory")
    if chosen := _picked(finding, project):
        found.append(f"{label} waits only for those with a {chosen} of its own")
    return found


def _picked(finding: Finding, project: Project) -> str:
    """What the one function that a turn waits for asks of its argument before it waits."""
    rows = [row for row in finding.pending["waits"] if row[0] not in ("fresh", "memory")]
    if len(rows) != 1 or rows[0][0] != "project" or not rows[0][2]:
        return ""
    made = project.names.find(rows[0][2], finding.path)
    return next((label for kind, label, *_ in made.facts["waits"] if kind == "picks"), "") if made else ""
