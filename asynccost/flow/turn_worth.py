"""Whether turns that run side by side are worth more lines: who waits for them, and what one that fails takes along."""

import re

from asynccost.flow.entries import entry_of
from asynccost.flow.extent import outside
from asynccost.flow.file import File
from asynccost.flow.tree import Await, Comprehension, Function, Loop, Node, Raise, Try, With
from asynccost.flow.turn_keys import deep
from asynccost.flow.walk import walk
from asynccost.flow.words import words

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
    items = loop.iter if isinstance(loop, Loop) else loop.clauses[0].iter
    waited = (entry is not None and entry[0] in _WAITED_FOR) or outside(items, file, function) == "a request"
    if waited or (isinstance(loop, Loop) and _fails_alone(loop)):
        return ""
    return "does anybody wait for it, and how many at once does what is called bear?"


_TRANSACTIONS = re.compile(rb"\$tx\(|\$transaction\(|\btxClient\b|\.transaction\(")


def transacted(file: File) -> str:
    """A question where functions of a file work in transactions, which others may open around them; "" elsewhere."""
    within = _TRANSACTIONS.search(file.module.source)
    return "is it called in a transaction, whose one connection takes a query at a time?" if within else ""


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
