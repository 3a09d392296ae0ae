"""The code of a function that a script calls by its name, by texts alone: also in files that no rule looks at."""

import re
from posixpath import normpath
from typing import NamedTuple

from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import closed, without_prose

_BODY = 80  # bytes from the parameters of a function to its body, at most
_SHORT = 200  # bytes of an arrow function without a body
_ALIASES = "@~#./"


class Code(NamedTuple):
    """A piece of a script."""

    path: str
    text: bytes


def code_of(project: Project, name: str, near: str) -> Code | None:
    """The code of the function that a resolved name of the file `near` means: `src/lib/report:report`."""
    made = project.names.find(name, near)
    script = project.names.scripts.by_path.get(made.file["path"]) if made is not None else None
    if made is not None and script is not None:
        return Code(script.path, without_prose(script.source[made.facts["start"] : made.facts["end"]]))
    module, colon, rest = name.partition(":")
    path = _module(project, module, near) if colon else None
    return _defined(project, path, rest.rpartition(".")[2]) if path is not None else None


def called_code(project: Project, name: str, path: str) -> Code | None:
    """The code of the function that a file calls by a name of its own, or by one that it imports."""
    own = _defined(project, path, name)
    if own is not None:
        return own
    word = re.escape(name.encode())
    found = re.search(
        rb"\bimport\s[^;\"'()]*\b" + word + rb"\b[^;\"'()]*\bfrom\s*[\"']([^\"'\n]+)", project.code.code(path)
    )
    if found is None:
        return None
    said = found[1].decode("utf-8", "replace")
    module = normpath(f"{path.rpartition('/')[0]}/{said}") if said.startswith(".") else said
    return code_of(project, f"{module}:{name}", path)


def _module(project: Project, module: str, near: str) -> str | None:
    """The script that a module's name means, seen from a file; the nearest of several."""
    stem = module.lstrip(_ALIASES)
    if module[:1] not in _ALIASES:  # by its path, or by a name of the project's own
        stem = module
    ends = [path for path in project.memo(_by_name).get(stem.rpartition("/")[2], ()) if _is(path, stem)]
    return max(ends, key=lambda path: (_shared(path, near), -len(path)), default=None)


def _is(path: str, stem: str) -> bool:
    return f"/{_stem(path)}".endswith(f"/{stem}")


def _stem(path: str) -> str:
    folder, _, name = path.rpartition("/")
    first = name.partition(".")[0] if not name.endswith(".vue") else name
    return folder if first == "index" else f"{folder}/{first}".lstrip("/")


def _by_name(project: Project) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for path in project.code.paths():
        table.setdefault(_stem(path).rpartition("/")[2], []).append(path)
    return table


def _shared(path: str, near: str) -> int:
    shared = 0
    for one, other in zip(path.split("/"), near.split("/"), strict=False):
        if one != other:
            break
        shared += 1
    return shared


def _defined(project: Project, path: str, name: str) -> Code | None:
    """The function of a name that stands in a file's text."""
    word, code = re.escape(name.encode()), project.code.code(path)
    if name.encode() not in code:
        return None
    found = re.search(
        rb"\bfunction\s*\*?\s+" + word + rb"\s*(?=[(<])"
        rb"|\b(?:const|let|var)\s+" + word + rb"\b[^=\n]{0,80}=\s*(?=(?:async\b|function\b|useCallback\b)?[\s\w]*\()"
        rb"|\b" + word + rb"\s*[:=]\s*(?=(?:async\s*)?(?:function\b[^(]*)?\()"
        rb"|^[ \t]*(?:(?:async|static|private|public|protected)\s+)*" + word + rb"\s*(?=\([^()]*\)[^;{}\n]*\{)",
        code,
        re.M,
    )
    return Code(path, _body(code, found.end())) if found is not None else None


def _body(code: bytes, at: int) -> bytes:
    """From the parameters of a function to the end of its body."""
    given = code.find(b"(", at)
    behind = closed(code, given) if given >= 0 else at
    body = code.find(b"{", behind, behind + _BODY)
    return code[at : closed(code, body)] if body >= 0 else code[at : behind + _SHORT]
