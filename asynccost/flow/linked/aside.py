"""Work that nobody waits for, or that is done seldom, by the names of its function, its file and its folders.

The words stand in `rules/knowledge/seldom.toml`.

Whether somebody waits for code: what prepares or clears up, and what a timer starts, nobody does.

Folders into which a project has copied packages of others: what they do is to be mended where they come from.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Argument, Call, Closure, Collection, Constant, Function, Member, Node
from asynccost.flow.words import chain, words

_NEAR = 3  # parts of a path that say what its functions are for
_FEW = 2


def asides(known: File | Project) -> "Asides":
    """What names say, by the tables of a file or a project."""
    return Asides(known.knowledge.table("seldom")["aside"])


class Asides:
    """Asked what names say of look-ups."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._words = {key: frozenset(said) for key, said in table.items()}

    def _met(self, key: str, said: Iterable[str]) -> bool:
        return not self._words[key].isdisjoint(said)

    def aside(self, path: str, function: str) -> str:
        """Why nobody waits for two look-ups of a function to be quick; "" where its names say nothing of it."""
        parts = [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]
        own = words(function.rpartition(".")[2])
        stem = words(parts[-1])
        if any(self._met("tells", words(part)) for part in parts) or "track" in (own[:1] + stem[:1]):
            return "nobody waits for what only tells how the program is used"
        if any(said[:1] and said[0] in self._words["sends"] and self._met("notices", said) for said in (own, stem)):
            return "nobody waits for the look-ups before a notice is sent"
        if self.sweeps(function):
            return "it goes through all of its kind in the background, where nobody waits for it"
        if self._met("exports", (*own, *stem)):
            return "an import or an export takes long, whatever it looks up first"
        return ""

    def seldom_changed(self, function: str, steps: int) -> str:
        """Why two look-ups before a change are of no account: an administrator's, or one that people make seldom."""
        own = words(function.rpartition(".")[2])
        own = own[1:] if own[:1] == ("handle",) else own
        if steps > _FEW:
            return ""
        right = next((word for word in own if word in self._words["rights"]), "")
        if self._met("changes", own[:1]) and right:
            return f"{right} says that an administrator changes it now and then"
        if self._met("seldom", own[:1]):
            return f"{own[0]} says that somebody does it now and then"
        return self.before_a_change(function)

    def before_a_change(self, function: str) -> str:
        """Why look-ups in a database are of no account where a function's name says that it does more than look up."""
        own = words(function.rpartition(".")[2])
        own = own[1:] if own[:1] == ("handle",) else own
        if own in ((), ("execute",)):  # `SaveRecordHandler.execute`
            own = words(function.rpartition(".")[0].rpartition(".")[2])
        return f"{own[0]} says that a change follows, which takes longer" if self._met("does", own[:1]) else ""

    def sweeps(self, function: str) -> bool:
        """`processThresholdsForAllOrgs`: what goes through all of its kind, in the background."""
        return any(one == "all" and other in self._words["owners"] for one, other in pairwise(words(function)))

    def left_to_itself(self, function: Function) -> list[str]:
        """A doubt where code stands in what `waitUntil(...)` or `after(...)` is given: the answer is sent already."""
        here: Function | None = function
        while here is not None and here.closure is not None:
            up = here.closure.parent
            if isinstance(up, Call) and up.callee is here.closure:  # `waitUntil((async () => {})())`
                up = up.parent
            call = up.parent if isinstance(up, Argument) else None
            if isinstance(call, Call) and chain(call.callee)[-1] in self._words["after"]:
                return ["it runs when the answer is sent, where nobody waits for it"]
            here = here.scope
        return []


def keyed(function: Function) -> str:
    """The key that a nameless function stands under: `delete` of `{ delete: procedure.mutation(async () => ...) }`."""
    here: Node | None = function.closure
    while isinstance(here, (Closure, Argument, Call, Member)):
        up = here.parent
        if isinstance(up, Collection) and up.kind == "dict":
            keys = (k for k, v in zip(up.keys, up.items, strict=False) if v is here and isinstance(k, Constant))
            return next((str(key.value) for key in keys), "")
        here = up
    return ""


_STARTS = frozenset({
    "startup", "lifespan", "cog", "setup", "initialize", "init", "shutdown", "teardown", "cleanup", "ready",
    "bootstrap", "install", "connect", "terminate", "dispose", "destroy", "close", "aclose", "aexit", "exit",
    "uninstall", "unload", "stop", "register", "unregister", "registration", "restore", "backup",
})


def at_start(project: Project, path: str, start: int) -> bool:
    """Whether the function that starts at a byte runs at the start or the end, by how it is entered or by its name."""
    made = project.names.function(path, start)
    if made is None:
        return False
    heat = project.heats.of(made)
    name = words(made.facts["qualname"].rpartition(".")[2])
    if heat.kind == "script":
        return True
    if heat.hot is False:
        return not _STARTS.isdisjoint((*name, *words(heat.reason)))
    return not heat.hot and bool(name) and name[0] in _STARTS


_RARE = "it is for the owner or an administrator, now and then"
_UNATTENDED = {
    "periodic": "it runs on a timer, where nobody waits for it",
    "job": "it runs as a job, where nobody waits for it",
    "rare": _RARE,
}


def unattended(project: Project, path: str, start: int) -> str:
    """Why nobody waits for the function that starts at a byte, by how it is entered; "" where somebody may."""
    made = project.names.function(path, start)
    return _UNATTENDED.get(project.heats.of(made).kind, "") if made is not None else ""


def is_rare(project: Project, path: str, start: int) -> str:
    """Why the function that starts at a byte runs seldom, by how it is entered; "" where it need not."""
    said = unattended(project, path, start)
    return said if said == _RARE else ""


def on_timer(project: Project, path: str, start: int) -> str:
    """Why nobody waits for the function that starts at a byte, where a timer alone starts it; "" where others may."""
    made = project.names.function(path, start)
    entry = project.heats.entry(made) if made is not None else None
    if made is None or entry is None or entry[0] != "periodic":
        return ""
    alone = all(caller.by.facts["kind"] == "module" for caller in project.calls.callers(made))
    return _UNATTENDED["periodic"] if alone else ""


_KNOWN = frozenset({  # packages that projects copy along
    "requests", "urllib3", "certifi", "idna", "chardet", "charset_normalizer", "six", "yaml", "jinja2",
    "markupsafe", "bs4", "soupsieve", "dateutil", "pytz", "tzlocal", "simplejson", "cherrypy", "mako", "html5lib",
    "websocket", "tornado", "packaging", "markdown", "feedparser", "httplib2", "oauthlib", "pyparsing", "cheroot",
    "portend", "tempora", "jaraco", "attr", "click", "werkzeug", "babel", "pkg_resources", "setuptools", "rsa",
    "pyasn1", "apscheduler", "zipp",
})
_MANY = 4  # of them, side by side
_SHELF = re.compile(r"(?:^|[_-])(?:libs?|packages|ext|externals?|extern|deps|contrib|vendor\w*|third_?party)$")
_RELEASED = re.compile(rb"^__version__[ \t]*=", re.M)
_SIGNED = re.compile(rb"^__(?:author|license|copyright)__[ \t]*=", re.M)


def is_copy(project: Project, path: str) -> bool:
    """Whether a Python file lies in a folder of such packages, at whatever depth, or in one that says whose it is."""
    parts = path.split("/")
    if any("/".join(parts[:at]) in project.memo(_folders) for at in range(1, len(parts))):
        return True
    return any("/".join(parts[:at]) in project.memo(_signed) for at in range(2, len(parts)))


def _signed(project: Project) -> frozenset[str]:
    """The packages on a shelf of libraries, side by side, that tell their version and who made them, each its own."""
    shelves: dict[str, set[str]] = {}
    for path in project.imports:
        parts = path.split("/")
        at = next((n for n, part in enumerate(parts[:-1]) if _SHELF.search(part)), -1)
        if at >= 0 and "/".join([*parts[: at + 1], "__init__.py"]) not in project.imports:
            shelves.setdefault("/".join(parts[: at + 1]), set()).add(parts[at + 1].removesuffix(".py"))
    beside = (f"{shelf}/{name}" for shelf, names in shelves.items() if len(names) >= _MANY for name in names)
    return frozenset(package for package in beside if _is_signed(project, f"{package}/__init__.py"))


def _is_signed(project: Project, path: str) -> bool:
    text = project.python.text(path) if path in project.imports else b""
    return _RELEASED.search(text) is not None and _SIGNED.search(text) is not None


def _folders(project: Project) -> frozenset[str]:
    """The folders in which several of them lie."""
    held: dict[str, set[str]] = {}
    for path in project.imports:
        parts = path.removesuffix(".py").split("/")
        for at in range(1, len(parts)):
            if parts[at] in _KNOWN:
                held.setdefault("/".join(parts[:at]), set()).add(parts[at])
    return frozenset(folder for folder, names in held.items() if len(names) >= _MANY)
