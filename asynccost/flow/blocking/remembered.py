"""What files of a project tell each other: how they get into a thread, and that they speak of SQLite."""

from collections import Counter

from asynccost.flow.blocking.chains import RULE
from asynccost.flow.blocking.harmless import ways
from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import has_server
from asynccost.flow.tasks.task_helpers import near

_SQLITE = "<sqlite>"  # no qualname of a function
_WAY = "thread "  # before the name of what takes a function into a thread, among a file's facts
MAY_BE_A_FILE = " (not sure: the database may be a file of SQLite, which answers in microseconds)"


def remembered(file: File) -> dict[str, list[int]]:
    """What a file adds to its facts, beside its functions that block."""
    said: dict[str, list[int]] = {f"{_WAY}{name}": [] for name in ways(file)}
    return said | ({_SQLITE: []} if b"sqlite" in file.module.source else {})


def way_of(path: str, project: Project) -> str:
    """What files of the same program get into a thread with, where a file does not so itself; "" for nothing."""
    known = project.memo(_ways)
    found = Counter(name for other, name in known if near(path, other))
    here = any(other == path for other, _ in known)
    return "" if here or not found else found.most_common(1)[0][0]


def _ways(project: Project) -> list[tuple[str, str]]:
    """The files that get functions into a thread, and with what."""
    rows = project.rows(RULE).items()
    return [(path, key.removeprefix(_WAY)) for path, row in rows for key in row if key.startswith(_WAY)]


def in_a_file(project: Project) -> bool:
    """Whether a file of the project speaks of SQLite, and none imports the driver of a database server."""
    said = any(_SQLITE in row for row in project.rows(RULE).values())
    return said and not has_server(project)
