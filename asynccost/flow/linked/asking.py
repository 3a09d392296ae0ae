"""Whether what an async function of a script lets fail asks another machine or the disk, followed over the project.

Requests whose failures a project takes up in one place: an interceptor that answers them, a wrapper that catches.
"""

import re
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from asynccost.flow.file import is_test
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import arguments
from asynccost.flow.linked.tells import is_told, program, tells_failures
from asynccost.flow.words import words

_INTERCEPTS = re.compile(rb"\binterceptors\.response\.use\(")
_TELLS = re.compile(rb"\{[^{}=;]*\berror\b[^{}=;]*\} = await (?:this\.)?(?!this\b)([a-zA-Z]\w*)\.")
_KEEPS = re.compile(rb"\bcatch\b[^;{}]*\{[^{}]*(?:\berror\s*=[^=]|return\s*\{[^{}]*\berror\b)")
_HANDS_OUT = re.compile(rb"\breturn\s*\{[^{}]*\berror\b")
_LIBRARIES = (b"@supabase/", b"\"better-auth", b"'better-auth")  # whose clients keep it
_PASSES_ON = re.compile(rb"\bthrow\b|\breject\b")
_SENDS = re.compile(rb"(?<![\w$.])(?:fetch|axios|ky|superagent)\b[.\w]*\(")
_KEPT = re.compile(  # hooks that keep what fails as a state of theirs, `error`; `unwrap()` has it thrown
    r":use(?:\w*LazyQuery\(\)\[0\]|Lazy\w*Query\(\)\[0\]|\w*Query\(\)(?:\[1\])?\.refetch)$"
)
_OTHERS = frozenset({"pool", "conn", "file"})
_DIRECT = frozenset({"fetch", "axios", "window", "globalThis"})  # past the program's own instance
_CATCHES = re.compile(rb"\}\s*catch\b|\.catch\(")


def answers_failures(project: Project, kind: str, label: str, ref: str, near: str) -> bool:
    """Whether a request does not reject, for all that is seen; a database's or a file's is none of axios.

    kind: that of flow.awaits; label: how it is spelled; ref: what its name resolves to; near: the file that asks.
    """
    first, dot, _ = label.removeprefix("this.").partition(".")
    if _KEPT.search(ref):
        return True
    if first in _DIRECT:
        return False
    if dot and first in project.memo(_telling) and not _PASSES_ON.search(project.code.code(near)):
        return True
    if kind in _OTHERS:
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


def _telling(project: Project) -> frozenset[str]:
    """The clients whose answers say what failed in two places or more: `const { data, error } = await client.get()`."""
    codes = [project.code.code(path) for path in project.code.holding(b"error") if not is_test(path)]
    told = Counter(found[1].decode() for code in codes for found in _TELLS.finditer(code))
    often = frozenset(name for name, count in told.items() if count > 1)
    kept = any(_KEEPS.search(code) and _HANDS_OUT.search(code) for code in codes) if often else False
    return often if kept or (often and any(map(project.code.holding, _LIBRARIES))) else frozenset()


def _answering(project: Project) -> frozenset[str]:
    """The folders of programs in which an interceptor of axios answers what fails."""
    found = set()
    for path in project.code.holding(b"interceptors.response"):
        code = project.code.code(path)
        for match in _INTERCEPTS.finditer(code):
            handed = list(arguments(code, match.end()))
            if len(handed) > 1 and b"return" in handed[1] and not _PASSES_ON.search(handed[1]) and not is_test(path):
                found.add(program(path))
    return frozenset(found)


_DEPTH = 6
_WIDTH = 60
_REQUESTS = frozenset({"net", "maybe", "pool", "conn", "file"})
_OF_ARRAYS = frozenset({
    "map", "filter", "reduce", "forEach", "join", "slice", "includes", "some", "every", "sort", "flat", "flatMap",
})
_LOOKS = _OF_ARRAYS | {"find"}
_BASES = frozenset({"pool", "conn"})  # no page has one: `db.find(...)` looks through what it was handed
_PICKERS = frozenset({"picker", "chooser", "prompt", "dialog"})
_PICKS = frozenset({"pick", "choose", "prompt", "confirm"})
_HERE = frozenset({"value", "wait", "gather", "message"})  # nothing is asked, or nobody misses the answer


def asks(project: Project, rows: list[list[str]], near: str, *, heard: bool = False) -> bool:
    """Whether a request that may fail is among what a function of the file `near` lets fail, see `flow.waits.risks`.

    heard: what the user is told of counts as seen to, though it goes on.
    """
    ways = deque((row, near, 0) for row in rows)
    seen: set[tuple[str, str]] = set()
    while ways:
        (kind, label, ref, *by), at, depth = ways.popleft()
        if heard and is_told(project, by, at):
            continue
        found = project.names.find(ref, at) if ref else None
        inner = found.facts["risks"] if found is not None else []
        # a plain function that hands a client's promise on: of most of them only the names are read
        unread = found is None or not (inner or found.facts["is_async"])
        if found is None and (found := _method(project, ref, at)) is not None:
            inner = found.facts["risks"]
            unread = any(row[0] not in _HERE for row in inner) or not (inner or found.facts["is_async"])
        asked = kind in _REQUESTS or (kind not in _HERE and _says_so(project, kind, label, ref))
        asked = asked and not (heard and kind in _BASES and label.rpartition(".")[2] in _LOOKS)
        if unread and asked and not _is_of_browser(project, label, ref):
            seen_to = answers_failures(project, kind, label, ref, at)
            if not (seen_to or (heard and tells_failures(project, kind, label, ref, at))):
                return True
        if found is not None and found.key not in seen and depth < _DEPTH and len(seen) < _WIDTH:
            seen.add(found.key)
            ways.extend((row, found.file["path"], depth + 1) for row in inner)
    return False


def _method(project: Project, ref: str, near: str) -> Def | None:
    """The one method of a resolved name in the file that hands its object out, if names alone do not lead there.

    `export default new Gallery()`: `gallery.update()` is that file's `Gallery.update`.
    """
    module, _, rest = ref.partition(":")
    path = project.names.module(module, near, "javascript") if rest else None
    if path is None:
        return None
    last = "." + rest.rpartition(".")[2]
    methods = [one for one in project.names.functions_of(path) if f".{one.facts['qualname']}".endswith(last)]
    return methods[0] if len(methods) == 1 else None


def _is_of_browser(project: Project, label: str, ref: str) -> bool:
    """`browser.tabs.query()`: an extension asks its own browser."""
    table = project.knowledge.table("tasks")["requests"]
    names = label.split(".")
    of = ref.partition(":")[0] if ":" in ref else names[0]
    return of in table["browser"] and not set(table["parts"]).isdisjoint(names[1:-1])


def _says_so(project: Project, kind: str, label: str, ref: str) -> bool:
    """Whether the words of a call that is no function of the project say that it is a request."""
    table = project.knowledge.table("tasks")["requests"]
    names = label.split(".")
    if names[-1] in table["bodies"] and "()." in ref:
        return False  # `answer.json()`: what was asked for is here
    if names[-1] in _OF_ARRAYS and "()." in ref:
        return False  # `commands.reduce(...)` of what `getCommands()` gave
    last, receiver = names[-1], words(names[-2]) if len(names) > 1 else ()
    if not (_PICKERS.isdisjoint(words(last)[-1:]) and _PICKS.isdisjoint(words(last)[:1])):
        return False  # it waits for somebody to choose
    if last in table["http"] and receiver:
        return not set(table["clients"]).isdisjoint(receiver)
    if not set(table["queries"]).isdisjoint(names):
        return True
    if not set(table["modules"]).isdisjoint(w for part in _module(ref).split("/") for w in words(part)):
        return True
    if kind == "memory":  # the store of a page fetches; it is written in memory
        return words(last)[:1] in [(word,) for word in table["fetches"]]
    if last.startswith("querySelector"):
        return False
    verbs = {*table["fetches"], *table["writes"], *(table["bridged"] if names[0] == "window" else ())}
    if not words(last) or words(last)[0] not in verbs:
        return False
    remote = last in table["http"] or words(last)[0] in table["remote"]
    return kind != "unknown" or remote or _is_on_client(names, ref, table)


_HOOKS = re.compile(r":use\w*(?:Mutation|Query)\(\)")  # what they hand out asks a server


def _is_on_client(names: list[str], ref: str, table: Mapping[str, Any]) -> bool:
    """Whether a call of `save()` or the like is one on a client, by its name or by the library that it comes from.

    What the word alone says is little: `commands.executeCommand()` and `view.removeInsertedCSS()` ask no machine.
    """
    if (names[0] == "window" and len(names) > 1) or _HOOKS.search(ref):
        return True  # a page's bridge to its program, or a hook's
    bridged = not set(table["bridges"]).isdisjoint(ref.partition(":")[0].split("/"))
    return bridged or any(not set(table["clients"]).isdisjoint(words(name)) for name in names[:-1])


def _module(ref: str) -> str:
    """The module of a resolved name; a page's own bridge to its program asks no machine for what it reads."""
    module, colon, _ = ref.partition(":")
    return module.removeprefix("@") if colon and not module.startswith(("@tauri-apps/", "react")) else ""
