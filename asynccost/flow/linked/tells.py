"""Whether the user is told of what fails in a request, by a module that all requests of a program go through.

By texts: an interceptor of axios that shows what fails and passes it on, the program's own request layer that does so
before it throws, a hook that is handed an `onError`, what hears of every rejection of a page.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import arguments
from asynccost.flow.linked.script_functions import Code, called_code, code_of
from asynccost.flow.waits.telling import shows
from asynccost.flow.waits.told import TOLD
from asynccost.flow.words import words

_STEPS = 2
_NEAR = 600  # bytes behind what opens a piece of code
_THROWN = 400
_CALL = re.compile(
    rb"(?<![\w$.])((?:[\w$]+(?:\(\))?[?!]?\s*\.\s*){0,5}[\w$]+)\s*\(\s*(null|undefined|false|\"\"|'')?"
)
_INTERCEPTS = re.compile(rb"([\w$.]*?)\.?\binterceptors\.response\.use\(")
_THROWS = re.compile(rb"\bthrow\b|\breject\(")
_SENDS = re.compile(  # whatever it is asked for: `fetch(url, options)`
    rb"(?<![\w$])(?:fetch|axios|ofetch|ky|instance|request)(?:\.\w+)?(?:<[^<>()]*>)?\(\s*"
    rb"(?:`(?:\$\{[^{}]*\}/?)+`|[\w$.]*(?:url|uri|path|endpoint|input|resource|req|request|config|options|route)\w*)"
    rb"\s*[,)]",
    re.I,
)
_HOOKS = re.compile(rb"\b(?:onResponseError|onRequestError|onFetchError|afterResponse|responseError)\b")
_ON_ERROR = re.compile(rb"\bonError\b\s*(?::|\()")
_OF_MUTATIONS = re.compile(rb"\bnew MutationCache\(|\bmutations\s*:\s*\{")
_WORDS = frozenset({"if", "for", "while", "switch", "catch", "function", "return", "await", "typeof", "super"})
_DIRECT = frozenset({"fetch", "axios", "window", "globalThis"})  # past the program's own instance
_OTHERS = frozenset({"pool", "conn", "file"})


class _Voice(NamedTuple):
    """A module that tells the user of what fails in a folder; of: the requests that it hears of."""

    folder: str
    path: str
    of: str  # "instance", "axios" (also what is sent by the library itself), "layer", "page" (whatever is rejected)


def is_told(project: Project, by: Sequence[str], near: str) -> bool:
    """Whether one of the functions that a failure comes by tells the user, see `flow.waits.told`."""
    return TOLD in by or any(_tells(project, code_of(project, name, near)) for name in by)


def tells_failures(project: Project, kind: str, label: str, ref: str, near: str) -> bool:
    """Whether the user is told where a request of the file `near` fails; the rest is as in `answers_failures`."""
    if any(voice.of == "page" and near.startswith(voice.folder) for voice in project.memo(_voices)):
        return True
    if kind in _OTHERS and "." in label:  # `db.query()`; `loadDatabase(id)` of a page is a request
        return False
    if _has_hook(project, ref, near) or (label.rpartition(".")[2] == "mutateAsync" and project.memo(_mutations_told)):
        return True
    module, colon, _ = ref.partition(":")
    path = project.names.module(module, near, "javascript") if colon else None
    first = label.removeprefix("this.").partition(".")[0]
    return any(_hears(project, voice, first, path, near) for voice in project.memo(_voices))


def _hears(project: Project, voice: _Voice, first: str, path: str | None, near: str) -> bool:
    if voice.of == "layer" and voice.path in (path, near):
        return True
    if not near.startswith(voice.folder):
        return False
    if first in _DIRECT:
        return voice.of == first
    return near == voice.path or b"axios.create(" not in project.code.code(near)


def _has_hook(project: Project, ref: str, near: str) -> bool:
    """Whether a call is one of what the project's own hook gives, which hears of its failures: `useUpload()`."""
    name, called, _ = ref.partition("()")
    if not called or words(name.rpartition(":")[2])[:1] != ("use",):
        return False
    made = code_of(project, name, near)
    return made is not None and any(
        _says(project, made.text[at.start() : at.end() + _NEAR], made.path) for at in _ON_ERROR.finditer(made.text)
    )


def _mutations_told(project: Project) -> bool:
    """Whether a page tells of every mutation that fails: `new MutationCache({ onError: ... })`."""
    for path in project.code.holding(b"onError"):
        code = project.code.code(path)
        for at in _OF_MUTATIONS.finditer(code):
            near = code[at.end() : at.end() + _NEAR]
            if (told := _ON_ERROR.search(near)) and _says(project, near[told.end() :], path) and not is_test(path):
                return True
    return False


# ---------------------------------------------------------------- who tells


def _voices(project: Project) -> tuple[_Voice, ...]:
    return (*_intercepting(project), *_layers(project), *_last_resorts(project))


def _intercepting(project: Project) -> Iterator[_Voice]:
    """The modules whose interceptor of axios tells what fails."""
    for path in project.code.holding(b"interceptors.response"):
        code = project.code.code(path)
        for match in () if is_test(path) else _INTERCEPTS.finditer(code):
            handed = [_meant(project, one, path) for one in list(arguments(code, match.end()))[:2]]
            if any(_says(project, one, path) for one in handed):
                yield _Voice(program(path), path, "axios" if match[1] == b"axios" else "instance")


def _meant(project: Project, handed: bytes, path: str) -> bytes:
    """What is handed over, or the code of the function that it names; the names in it are those of the file."""
    name = handed.decode("utf-8", "replace").removeprefix("this.")
    made = called_code(project, name, path) if name.isidentifier() else None
    return made.text if made is not None else handed


def _layers(project: Project) -> Iterator[_Voice]:
    """The modules that send whatever they are asked for, and tell what fails before they throw it."""
    table = set(project.knowledge.table("tasks")["telling"]["layers"])
    for path in sorted(project.names.scripts.by_path):
        folder, _, name = path.rpartition("/")
        said = {*words(name.partition(".")[0]), *words(folder.rpartition("/")[2])}
        if table.isdisjoint(said) or is_test(path):
            continue
        code = project.code.code(path)
        hooked = (code[at.end() : at.end() + _NEAR] for at in _HOOKS.finditer(code))
        sent = _SENDS.search(code) is not None
        if any(_says(project, one, path) for one in hooked) or (sent and _tells_and_throws(project, code)):
            yield _Voice(program(path), path, "layer")


def _tells_and_throws(project: Project, code: bytes) -> bool:
    return any(_THROWS.search(code, at, at + _THROWN) is not None for at in _shown(project, code))


def _last_resorts(project: Project) -> Iterator[_Voice]:
    """What hears of all that nobody catches in a page, and tells or reports it: `on:unhandledrejection={tell}`."""
    for path in project.code.holding(b"unhandledrejection"):
        code = project.code.code(path)
        heard = (_heard(project, code, at.end(), path) for at in _RESORT.finditer(code))
        told = (one for one in heard if _REPORTS.search(one) or _says(project, one, path))
        if not is_test(path) and any(_PICKS.search(one) is None for one in told):
            yield _Voice(program(path), path, "page")


def _heard(project: Project, code: bytes, at: int, path: str) -> bytes:
    """What is done with a rejection, from behind the name of the event: what stands there, or a function's code."""
    named = _HANDLER.match(code, at)
    made = called_code(project, named[1].decode("utf-8", "replace"), path) if named else None
    return made.text if made is not None else code[at : at + _NEAR]


_RESORT = re.compile(rb"(?:\.on|[\"'`]|\bon:)unhandledrejection(?![\w$])[\"'`]?\s*[,=]?\s*")
_HANDLER = re.compile(rb"[\"{]?\s*([A-Za-z_$][\w$]*)\s*[}\"),;\n]")
_PICKS = re.compile(  # some errors from others
    rb"\bswitch\s*\(|\binstanceof\s+(?!Error\b)|\b(?:reason|name|code)\s*[=!]==?"
)
_REPORTS = re.compile(rb"\b(?:capture|log|report)(?:Exception|Error)\(")  # to those who keep the page up


_WITHIN = frozenset({
    "lib", "libs", "utils", "util", "helpers", "helper", "services", "service", "api", "apis", "http", "request",
    "requests", "common", "config", "plugins", "shared", "core", "hooks", "network", "client", "axios", "store",
})  # fmt: skip


def program(path: str) -> str:
    """The folder of the program that a module for all of it lies in: `ui/` of ui/src/utils/http/index.ts."""
    folders = path.split("/")[:-1]
    if "src" in folders:
        folders = folders[: len(folders) - folders[::-1].index("src")]
        folders = folders[:-1] or folders
    else:
        while folders and folders[-1] in _WITHIN:
            folders.pop()
    return "".join(f"{folder}/" for folder in folders)


# ---------------------------------------------------------------- what tells


def _says(project: Project, code: bytes, path: str, step: int = 0) -> bool:
    """Whether a piece of a file's code tells the user of something, itself or by a function that it calls."""
    if any(True for _ in _shown(project, code)):
        return True
    if step == _STEPS:
        return False
    called = dict.fromkeys(found[1].decode("utf-8", "replace").removeprefix("this.") for found in _CALL.finditer(code))
    named = (called_code(project, name, path) for name in called if name.isidentifier() and name not in _WORDS)
    return any(one is not None and _tells(project, one, step + 1) for one in named)


def _shown(project: Project, code: bytes) -> Iterator[int]:
    """Where a piece of code shows a failure to the user."""
    for found in _CALL.finditer(code):
        names = [part.strip(" \t\r\n()?!") for part in found[1].decode("utf-8", "replace").split(".")]
        if shows(names, project.knowledge) and not (found[2] and names[-1].startswith("set")):
            yield found.end()


def _tells(project: Project, code: Code | None, step: int = 0) -> bool:
    """Whether a function of the project tells the user of something, in one step or two."""
    if code is None:
        return False
    known = project.memo(_known)
    if (code, step) not in known:
        known[code, step] = False
        known[code, step] = _says(project, code.text, code.path, step)
    return known[code, step]


def _known(_: Project) -> dict[tuple[Code, int], bool]:
    """Whether functions tell, as far as they were asked."""
    return {}
