"""Jobs of Bull, which ends each after the timeout that its queue gives all: what has none of its own ends there.

BullMQ, which came after it, has no such timeout.
"""

import re

from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_BULL = re.compile(rb"\bfrom\s*[\"'](?:@nestjs/)?bull[\"']|\brequire\(\s*[\"']bull[\"']\s*\)")
_WORKS = re.compile(rb"@Process\(|\.process\(")
_LIMIT = re.compile(rb"\bdefaultJobOptions\b[^;]{0,300}?\btimeout\s*:")


def bull_limit(project: Project, path: str) -> str:
    """What ends the jobs that a file works off, as a clause; "" where it works off none, or nothing ends them."""
    code = project.code.code(path)
    if not (_BULL.search(code) and _WORKS.search(code)):
        return ""
    where = project.memo(_limiting)
    return f"{where} gives every job of Bull a timeout" if where else ""


def _limiting(project: Project) -> str:
    paths = (one for one in project.code.holding(b"defaultJobOptions") if not is_test(one))
    return min((one for one in paths if _LIMIT.search(project.code.code(one))), default="")
