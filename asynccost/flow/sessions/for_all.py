"""The session that a module keeps for everything that asks: a class of its own, or one that the module holds."""

import re
from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Call, Name

_SESSIONS = {
    "requests.Session": "requests", "requests.session": "requests", "requests.sessions.Session": "requests",
    "niquests.Session": "niquests", "httpx.Client": "httpx",
}
_SAID = re.compile(rb"\b(?:[sS]ession|Client)\b")


def kept_for_all(file: File) -> Iterator[tuple[str, str]]:
    """The library and the name of each session of a module that others could import."""
    if not _SAID.search(file.module.source):
        return
    top = file.module.top
    for cls in file.module.classes:
        library = next((_SESSIONS[n] for b in cls.bases if (n := file.resolve(b.value, top)) in _SESSIONS), "")
        if library:
            yield library, cls.name
    for statement in top.body:
        if isinstance(statement, Assign) and isinstance(statement.value, Call):
            name, target = file.resolve(statement.value.callee, top), statement.targets[0]
            if name in _SESSIONS and isinstance(target, Name):
                yield _SESSIONS[name], target.id
