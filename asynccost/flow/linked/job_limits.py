"""Jobs that their queue ends after a while, whatever they wait for: what has no timeout of its own is bounded there.

RQ ends every job after 180 seconds, unless the project says otherwise, by a signal. Celery does so where a limit is
set; it has none by itself. Huey has none. Dramatiq has one of ten minutes, but raises it in the job's thread, where no
call of the system is interrupted: a request that waits for ever still does.
"""

import re
from collections.abc import Iterator
from math import prod

from asynccost.flow.file import is_test
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.coming import comes_only_from
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Call
from asynccost.flow.words import chain

_LONG = 900  # seconds: a worker that is held for longer is missed
_RQ = frozenset({"rq", "django_rq", "flask_rq", "flask_rq2"})
_CELERY = frozenset({"celery"})
_TASKS = frozenset({"task", "shared_task"})
_QUEUED = rb"\benqueue(?:_call|_in|_at)?\(\s*(?:[^(),]+(?:\([^()]*\))?,\s*)?(?:func\s*=\s*)?(?:%s)"
_TIMEOUT = re.compile(rb"\b(?:job_)?timeout[\"']?\s*[=:]\s*(-1|None|[\d\s*]+|[\"'][\d.]+\w*[\"'])", re.I)
_NEAR = 600  # bytes of a call that hands a job to a queue
_LIMIT = re.compile(rb"\b(?:soft_)?time_limit\s*=\s*([\d\s*]+)")
_SETTINGS = ("CELERY_TASK_TIME_LIMIT", "CELERY_TASK_SOFT_TIME_LIMIT", "CELERYD_TASK_TIME_LIMIT",
             "CELERYD_TASK_SOFT_TIME_LIMIT", "task_time_limit", "task_soft_time_limit")  # fmt: skip


def job_limit(made: Def, project: Project) -> str:
    """What ends all jobs that come to a function before long, as a clause; "" where others come, or nothing does."""
    rq, celery = project.names.imports_any(_RQ), project.names.imports_any(_CELERY)
    if not (rq or celery):
        return ""

    def begins(one: Def) -> str:
        name = one.facts["qualname"].rpartition(".")[2]
        if rq and _is_queued(one, name, project):
            return f"RQ ends the job {name}() after its timeout, 180 seconds unless the project says otherwise"
        if celery and (seconds := _of_celery(one, project)):
            return f"Celery ends the task {name}() after {seconds} seconds"
        return ""

    return comes_only_from(made, project, begins, _is_step)


def _is_step(caller: Caller, _: Def) -> bool:
    return caller.by.facts["kind"] != "module"


def _decorators(made: Def, project: Project) -> Iterator[tuple[str, bytes]]:
    """The decorators of a function: the last parts of their names, and their texts."""
    asked = project.names.asked.get(made.file["path"])
    function = asked.file.names.definitions.function(made.facts["qualname"]) if asked is not None else None
    if asked is None or function is None:
        return
    for decorator in function.decorators:
        callee = decorator.callee if isinstance(decorator, Call) else decorator
        yield chain(callee)[-1], asked.source[decorator.start : decorator.end]


def _is_queued(made: Def, name: str, project: Project) -> bool:
    """Whether RQ runs a function, which is decorated or handed to a queue, and nobody says that it may take long."""
    asked = project.names.asked.get(made.file["path"])
    imports = {one.partition(".")[0] for one in asked.imports} if asked is not None else set()
    if not _RQ.isdisjoint(imports):
        jobs = [text for last, text in _decorators(made, project) if last == "job"]
        if jobs:
            return not any(_is_long(text) for text in jobs)
    if not name.isidentifier() or made.facts["owner"] or made.facts["outer"] >= 0:
        return False
    found = [call for path in project.python.holding(name) for call in _queueing(made, name, path, project)]
    return bool(found) and not any(_is_long(call) for call in found)


def _queueing(made: Def, name: str, path: str, project: Project) -> Iterator[bytes]:
    """What hands a function of a module to a queue, by its name or by its whole name in quotes."""
    source, word = project.python.text(path), re.escape(name.encode())
    stem = re.escape(made.file["name"].rpartition(".")[2].encode())
    quoted = rb"[\"'](?:\w+\.)*%s\.%s[\"']" % (stem, word)
    plain = rb"(?:[\w.]+\.)?%s(?=\s*[,)])" % word
    for match in re.finditer(_QUEUED % (quoted + b"|" + plain), source):
        yield source[match.start() : match.start() + _NEAR].partition(b"\n\n")[0]


def _is_long(text: bytes) -> bool:
    """Whether a call says that a job may take long: `job_timeout=3600`, `timeout=-1`, `job_timeout="2h"`."""
    found = _TIMEOUT.search(text)
    if found is None:
        return False
    said = found[1].strip()
    return not re.fullmatch(rb"[\d\s*]+", said) or _seconds(said) > _LONG


def _seconds(said: bytes) -> int:
    return prod(int(number) for number in re.findall(rb"\d+", said))


def _of_celery(made: Def, project: Project) -> int:
    """The seconds after which Celery ends a task of a decorator, by that or by the project's settings; 0 for none."""
    texts = [text for last, text in _decorators(made, project) if last in _TASKS]
    if not texts:
        return 0
    own = [_seconds(m[1]) for text in texts for m in _LIMIT.finditer(text)]
    seconds = min(own) if own else 0 if any(b"time_limit" in text for text in texts) else project.memo(_of_all)
    return seconds if 0 < seconds <= _LONG else 0


def _of_all(project: Project) -> int:
    """The limit that the project's settings give all tasks of Celery; 0 where none is seen."""
    said = rb"\b(?:%s)[\"']?\s*[=:]\s*([\d\s*]*\d)\s*(?:#|,|\)|$)" % b"|".join(name.encode() for name in _SETTINGS)
    known = project.python
    paths = (p for p in known.words if not is_test(p) and any(known.may_say(name, p) for name in _SETTINGS))
    found = [_seconds(m[1]) for path in paths for m in re.finditer(said, known.text(path), re.M)]
    return min(found, default=0)
