"""Requests whose failures a project takes up in one place: an interceptor that answers them, a wrapper that catches."""

import re

from asynccost.flow.brackets import arguments
from asynccost.flow.file import is_test
from asynccost.flow.project import Project

_INTERCEPTS = re.compile(rb"\binterceptors\.response\.use\(")
_PASSES_ON = re.compile(rb"\bthrow\b|\breject\b")
_SENDS = re.compile(rb"(?<![\w$.])(?:fetch|axios|ky|superagent)\b[.\w]*\(")
_OTHERS = frozenset({"pool", "conn", "file"})
_DIRECT = frozenset({"fetch", "axios", "window", "globalThis"})  # past the program's own instance
_CATCHES = re.compile(rb"\}\s*catch\b|\.catch\(")


def answers_failures(project: Project, kind: str, label: str, ref: str, near: str) -> bool:
    """Whether a request does not reject, for all that is seen; a database's or a file's is none of axios.

    kind: that of flow.awaits; label: how it is spelled; ref: what its name resolves to; near: the file that asks.
    """
    if kind in _OTHERS or label.partition(".")[0] in _DIRECT:
        return False
    module, colon, _ = ref.partition(":")
    path = project.names.module(module, near, "javascript") if colon else None
    if path is not None and _catches(project, path):
        return True
    return any(near.startswith(folder) for folder in project.memo(_answering))


def _catches(project: Project, path: str) -> bool:
    """Whether a module sends requests, catches what fails of each, and passes nothing of it on."""
    code = project.code.code(path)
    sent, caught = len(_SENDS.findall(code)), len(_CATCHES.findall(code))
    return 0 < sent <= caught and _PASSES_ON.search(code) is None


def _answering(project: Project) -> frozenset[str]:
    """The folders of programs in which an interceptor of axios answers what fails."""
    found = set()
    for path in project.code.holding(b"interceptors.response"):
        code = project.code.code(path)
        for match in _INTERCEPTS.finditer(code):
            handed = list(arguments(code, match.end()))
            if len(handed) > 1 and b"return" in handed[1] and not _PASSES_ON.search(handed[1]) and not is_test(path):
                parts = path.split("/")
                found.add("".join(f"{part}/" for part in parts[:-2] or parts[:-1]))  # `src/` of src/utils/request.ts
    return frozenset(found)
