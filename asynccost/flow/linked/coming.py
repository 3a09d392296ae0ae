"""Whether all that comes to a function comes from entries of one kind: views, jobs."""

from collections.abc import Callable

from asynccost.flow.file import is_test
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project

_HOPS = 6


def comes_only_from(
    made: Def, project: Project, begins: Callable[[Def], str], step: Callable[[Caller, Def], bool]
) -> str:
    """What `begins` says of the first entry found, where it says something of every one; "" where others come.

    step: whether a call is a step of its caller; one that is not may start something that goes on by itself.
    """
    said, level, seen = "", [made], {made.place}
    for _ in range(_HOPS):
        further = []
        for one in level:
            callers = [c for c in project.calls.callers(one) if not is_test(c.by.file["path"])]
            if clause := begins(one):
                said = said or clause
            elif not callers or project.heats.entry(one) is not None or project.calls.mentioned(one):
                return ""
            for caller in callers:
                if not step(caller, one):
                    return ""
                if caller.by.place not in seen:
                    seen.add(caller.by.place)
                    further.append(caller.by)
        level = further
        if not level:
            return said
    return ""
