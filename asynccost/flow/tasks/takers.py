"""Who takes what a function returns, and who drops it."""

from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.words import words

_HOPS = 4


def takers(project: Project, helper: Def, depth: int = 0) -> list[Caller]:
    """The callers of a function, and of those that only pass its result on."""
    found: list[Caller] = []
    for caller in project.calls.callers(helper) or _by_name(project, helper):
        by, call = caller.by, caller.call
        if by.facts["entry"] and by.facts["entry"][0] == "test":
            continue
        passes = call["use"] == "returned" and not call["awaited"] and not by.facts["is_async"]
        if passes and depth < _HOPS and by.key != helper.key:
            found += takers(project, by, depth + 1)
        else:
            found.append(caller)
    return found


def _by_name(project: Project, helper: Def) -> list[Caller]:
    """A mixin's method is called on classes that do not name it: go by the name, if only one body has it.

    A name of one word is anybody's: `kill()` is a process's too.
    """
    last = helper.facts["qualname"].rpartition(".")[2]
    if not helper.facts["owner"] or len(words(last)) == 1:
        return []
    others = [d for d in project.calls.named(last) if d.key != helper.key and d.facts["end_line"] - d.facts["line"] > 8]
    return [] if others else project.calls.calls_named(last)


def drops(caller: Caller, helper: Def) -> bool:
    """Whether a call lets go of the task: an awaited coroutine function has handed it over by then."""
    wanted = "awaited" if helper.facts["is_async"] else "dropped"
    return caller.call["use"] == wanted
