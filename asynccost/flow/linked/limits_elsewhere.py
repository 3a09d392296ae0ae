"""What other files say of how long a request may take: a limit for all, a caller that misses its answer."""

import re

from asynccost.flow.file import File, is_test
from asynccost.flow.linked.bull_limit import bull_limit
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.job_limits import job_limit
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.socket_limit import socket_limit
from asynccost.flow.waits.seconds import may_take_long
from asynccost.model import Finding

_DEFAULTS = re.compile(
    rb"Timeout(?:HTTP)?Adapter|class \w*Timeout\w*\(\w*HTTPAdapter|axios\.defaults\.timeout"
)
_CLI = re.compile(r"(?:^|/)(?:cli|automation)/")
_BY_HAND = "it is part of a command that somebody waits for, and can end"
_RULE = "missing-timeout"


def bounds_all(file: File) -> bool:
    """Whether a file sets a timeout for all of its requests, or makes sessions that have one."""
    return _DEFAULTS.search(file.module.source) is not None


def bounding(project: Project) -> str:
    """A file that makes sessions which have a timeout; "" where none is in sight."""
    return min((path for path, row in project.rows(_RULE).items() if "bounds" in row), default="")


def missed(finding: Finding, project: Project) -> str:
    """A question where a caller in another file misses a late answer, or takes it for something else."""
    if not finding.pending.get("heard") or not project.memo(_any_misses):
        return ""
    made = (project.names.function(finding.path, start) for start in finding.pending["heard"])
    callers = (c for one in made if one is not None for c in project.calls.callers(one))
    for caller in callers:
        row = project.row(_RULE, caller.by.file["path"]) or {}
        if question := row.get("missed", {}).get(str(caller.call["start"])):
            return f"{caller.by.file['path']}:{caller.call['line']}: {question}"
    return ""


def _any_misses(project: Project) -> bool:
    return any("missed" in row for row in project.rows(_RULE).values())


def callers_known(finding: Finding, project: Project) -> tuple[list[Caller], list[Caller]]:
    """The callers of the function that a finding is in, tests aside, and those of them that were looked at."""
    made = project.names.function(finding.path, finding.pending["start"])
    callers = [
        c for c in (project.calls.callers(made) if made else ()) if (project.heats.entry(c.by) or ("",))[0] != "test"
    ]
    return callers, [c for c in callers if project.row(_RULE, c.by.file["path"]) is not None]


def outlasted(finding: Finding, project: Project) -> str:
    """A question where a script that takes an instance of axios from its module speaks of what may take long."""
    if finding.fix is None or not (finding.pending["handed"] and finding.pending["sends"].endswith(":create")):
        return ""
    users = (one for one in project.names.scripts.importers(finding.path) if one != finding.path and not is_test(one))
    where = next((one for one in users if may_take_long(project.code.code(one))), "")
    return f"may what {where} asks by it take longer?" if where else ""


def ending(finding: Finding, project: Project) -> str:
    """What ends a wait after all: the limit of its jobs or of all sockets, somebody at a keyboard; "" for nothing."""
    if not finding.path.endswith(".py"):
        return bull_limit(project, finding.path) or (_BY_HAND if _CLI.search(finding.path) else "")
    if finding.pending.get("leaves") and (where := socket_limit(project, finding.path)):
        return f"socket.setdefaulttimeout() in {where} gives every socket a limit"
    made = project.names.named_in(finding.path, finding.function) if finding.function else None
    return job_limit(made, project) if made is not None else ""
