"""Coroutines that a thread of their own runs, on a loop with nothing else on it: what blocks there holds up nobody."""

import re

from asynccost.flow.file import is_test
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project

_HOPS = 6
_WIDTH = 150
_FEW = 3  # functions of a name that a call may mean where nobody knows what it is called on
BESIDE = re.compile(  # what puts a second thing on a loop, or lets others do so
    rb"\b(?:create_task|ensure_future|gather|TaskGroup|create_task_group|as_completed|call_soon\w*|call_later|call_at"
    rb"|run_coroutine_threadsafe|run_forever|start_server|add_reader|add_signal_handler|get_running_loop"
    rb"|get_event_loop)\b|\basyncio\.wait\b"
)
_TARGET = rb"\bThread\(\s*(?:[^()]*,\s*)?target\s*=\s*"
_LAMBDA = re.compile(_TARGET + rb"$")
_NEW_LOOP = re.compile(rb"\basyncio\.run\(|^[ \t]*\w+\s*=\s*asyncio\.new_event_loop\(\)", re.M)
LENT = re.compile(rb"^[ \t]*global\b|\bself\.\w*loop\w*\s*=|\brun_forever\b", re.M)


def in_own_thread(made: Def, project: Project) -> str:
    """Why what blocks in a coroutine holds up nothing else, as a clause; "" where something else may be on its loop.

    All that comes to it must come from the one coroutine that a thread runs on a loop that it made.
    """
    roots: list[tuple[Def, Def]] = []
    level, seen = [made], {made.place}
    for _ in range(_HOPS):
        further = []
        for one in level:
            callers = [c for c in project.calls.callers(one) if not is_test(c.by.file["path"])]
            if not callers or project.heats.entry(one) is not None or project.calls.mentioned(one):
                return ""
            for caller in callers:
                if caller.call["cold"] == "fresh":
                    if not _is_thread(caller.by, project):
                        return ""
                    roots.append((one, caller.by))
                elif not waits(caller, one):
                    return ""
                elif caller.by.place not in seen:
                    seen.add(caller.by.place)
                    further.append(caller.by)
        level = further
        if not level:
            break
    if level or not roots or not all(_is_alone(root, project) for root, _ in roots):
        return ""
    return f"a thread runs {_name(roots[0][0])}() in a loop of its own, with nothing else on it"


def waits(caller: Caller, callee: Def) -> bool:
    """Whether a call is a step of its caller, in the same task."""
    return caller.by.facts["kind"] != "module" and (caller.call["awaited"] or not callee.facts["is_async"])


def _is_thread(by: Def, project: Project) -> bool:
    """Whether a plain function or lambda, which runs a coroutine in a new loop, is what a thread is made for."""
    asked = project.names.asked.get(by.file["path"])
    if asked is None or by.facts["is_async"]:
        return False
    source, start, end = asked.source, by.facts["start"], by.facts["end"]
    if not _NEW_LOOP.search(source, start, end) or LENT.search(source, start, end):
        return False
    if by.facts["kind"] == "lambda":
        return _LAMBDA.search(source, 0, start) is not None
    target = re.compile(_TARGET + rb"(?:self\.|cls\.)?%s\b" % re.escape(_name(by).encode()))
    return target.search(source) is not None and not project.calls.callers(by)


def _is_alone(root: Def, project: Project) -> bool:
    """Whether nothing that a coroutine comes to starts a second thing on its loop."""
    pending, seen = [root], {root.place}
    while pending:
        one = pending.pop()
        asked = project.names.asked.get(one.file["path"])
        if asked is None or len(seen) > _WIDTH:
            return False
        if BESIDE.search(asked.source, one.facts["start"], one.facts["end"]):
            return False
        for call in one.facts["calls"]:
            for found in _meant(call["name"], one, project):
                if found.place not in seen:
                    seen.add(found.place)
                    pending.append(found)
    return True


def _meant(name: str, by: Def, project: Project) -> list[Def]:
    """The functions of the project that a call may mean."""
    found = project.names.find(name, by.file["path"])
    if found is not None:
        return [found]
    named = [one for one in project.calls.named(name.rpartition(".")[2]) if one.file["path"] in project.names.asked]
    return named if len(named) <= _FEW else []


def _name(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]
