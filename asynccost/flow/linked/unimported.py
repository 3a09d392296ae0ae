"""Python modules of a package that nobody imports: what was set aside, and what was tried beside the program.

Python files that belong to no program of a project: nothing imports them, and nothing of them goes on by itself.

Python modules that a program loads by a name which it puts together: `import_module(f"shop.sources.{name}")`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from asynccost.flow.facts.entry_table import GOES_ON, entries_of
from asynccost.flow.file import is_test
from asynccost.flow.linked.importers import Importers, parts_of
from asynccost.flow.linked.project import Project

_WORDS = ("import_module", "__import__")
_PUT_TOGETHER = re.compile(  # a literal beginning, then a part that is known only while the program runs
    rb"\b(?:import_module|__import__)\b[(,\s]+[rRfF]{0,2}[\"'](\.?)([\w.]*?)\.?(?:\{|%s|[\"']\s*\+)"
)


def is_loaded_by_name(project: Project, path: str) -> bool:
    """Whether a module lies where some code of the project loads whatever it is asked for."""
    folder = tuple(parts_of(path)[:-1])
    return any(folder[-len(given) :] == given for given in project.memo(_folders))


def _folders(project: Project) -> frozenset[tuple[str, ...]]:
    """The packages whose modules are loaded by name, by the end of their dotted names."""
    found = set()
    for path in project.imports:
        if not any(project.python.may_say(word, path) for word in _WORDS):
            continue
        for match in _PUT_TOGETHER.finditer(project.python.text(path)):
            own = parts_of(path)[:-1] if match[1] else []
            if given := (*own, *filter(None, match[2].decode().split("."))):
                found.add(given)
    return frozenset(found)


_ASIDE = frozenset({
    "legacy", "deprecated", "obsolete", "archive", "archived", "attic", "graveyard", "unused", "old", "backup", "bak",
})
_STARTED = frozenset({  # modules that something else than an import starts, or finds by their names
    "main", "app", "server", "bot", "run", "runner", "start", "worker", "workers", "cli", "cmd", "daemon", "service",
    "scheduler", "cron", "job", "jobs", "manage", "setup", "config", "settings", "wsgi", "asgi", "celery", "tasks",
    "urls", "admin", "apps", "models", "views", "signals", "forms", "consumers", "routing", "handler", "handlers",
    "hooks", "index", "plugin", "plugins", "middleware", "conftest", "dags", "dag", "gunicorn", "config_flow",
    "functions", "function", "lambda_function", "commands", "events", "listeners", "receivers", "startup", "launcher",
})
_DEPTH = 4  # modules that came out of use, each imported by the next
_FEWEST = 3  # modules beside it that are imported, and two of three of them
_MAIN = re.compile(rb"^if __name__ ==", re.M)
_DEFINED = re.compile(rb"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)", re.M)
_DECORATED = re.compile(rb"^@(?!(?:dataclass|attr|define|final|frozen|lru_cache|cache|retry)\w*\b)", re.M)
_GOES_ROUND = re.compile(rb"^[ \t]*while (?:True|1)\b|\bthreading\b|\.serve_forever\(", re.M)


def unimported(project: Project, path: str, within: tuple[str, ...] = ()) -> str:
    """Why nothing of a module is thought to run, as a clause; "" where something may import or start it.

    within: the modules that this one imports, of which the same is asked.
    """
    if path not in project.imports or is_test(path) or path.endswith(("__init__.py", "__main__.py")):
        return ""
    folders = parts_of(path)[:-1]
    aside = next((at for at, folder in enumerate(folders) if folder.lower() in _ASIDE), -1)
    if aside > 0:
        folder = "/".join(folders[: aside + 1]) + "/"
        return "" if _reaches_out(project, path, folder) else f"nothing outside of {folder} imports it"
    if said := _deprecated(project, folders):
        return f"{said} says that it is deprecated"
    beside = "no other module imports this one, as they do those beside it: it is run by hand, if at all"
    if _is_tool(project, path):
        return f"it starts itself, and nothing imports what lies in {folders[0]}/: it is run by hand"
    if _is_exception(project, path):
        return beside
    return _forgotten(project, path, within)


# what a package says as it is imported: `warnings.warn("shop.old is deprecated")`, `deprecation.show_message(...)`
_WARNS = re.compile(
    rb"^(?:[\w.]*[Dd]eprecat[\w.]*\("
    rb"|(?:\w+\.)?warn\((?:[^()]|\([^()]*\)){0,300}?(?:[Dd]eprecated|DeprecationWarning))",
    re.M,
)


def _deprecated(project: Project, folders: Sequence[str]) -> str:
    """The package around a module that warns of itself when it is imported; "" where none does."""
    packages = ("/".join((*folders[:at], "__init__.py")) for at in range(len(folders), 0, -1))
    every = (path for path in packages if path in project.imports)
    return next((path for path in every if _WARNS.search(project.python.text(path))), "")


def _is_tool(project: Project, path: str) -> bool:
    """Whether a module of a project's own `tools/` starts itself and ends, where no program imports that folder."""
    asked = project.names.asked.get(path)
    if asked is None or path.count("/") != 1 or not path.startswith("tools/") or not _MAIN.search(asked.source):
        return False
    serving = entries_of(asked.knowledge).serving
    if _GOES_ROUND.search(asked.source) or any(name.partition(".")[0] in serving for name in project.imports[path]):
        return False
    return not any(_reaches_out(project, one, "tools/") for one in project.imports if one.startswith("tools/"))


def _reaches_out(project: Project, path: str, folder: str) -> bool:
    """Whether a file outside of a folder comes to a module by what it imports."""
    found, pending = {path}, [path]
    while pending:
        new = project.importers.of(pending.pop()) - found
        if any(not one.startswith(folder) for one in new):
            return True
        found |= new
        pending += new
    return False


def _is_by_itself(project: Project, path: str) -> bool:
    """Whether nobody imports a module of a package, and nothing is known to start or find it by its name."""
    return not project.importers.of(path) and _may_be_forgotten(project, path)


def _may_be_forgotten(project: Project, path: str) -> bool:
    """Whether nothing is known to start or find a module of a package by its name."""
    if _stem(path) in _STARTED or "custom_components/" in path:
        return False
    return f"{path.rpartition('/')[0]}/__init__.py" in project.imports


def _stem(path: str) -> str:
    return parts_of(path)[-1]


def _forgotten(project: Project, path: str, within: tuple[str, ...]) -> str:
    """Why a module of a program came out of use: nobody imports it, and nobody says its name or what it defines.

    Tests do not count, nor do modules that came out of use. What a library holds is for its users to import; a program
    that serves has none.
    """
    if not _may_be_forgotten(project, path) or not project.memo(_serves):
        return ""
    importers = project.importers.of(path)
    others = {one for one in importers if not is_test(one)}
    if len(within) > _DEPTH or not all(one in within or unimported(project, one, (*within, path)) for one in others):
        return ""
    source = project.python.text(path)
    if is_loaded_by_name(project, path) or any(p.search(source) for p in (_MAIN, _GOES_ROUND, _DECORATED)):
        return ""
    names = [_stem(path), *(name.decode() for name in _DEFINED.findall(source))]
    if any(project.python.is_said_elsewhere(name, path, *importers) for name in names):
        return ""
    if not _are_imported(project, path):
        return ""
    if not importers:
        return "no other module imports this one, as they do those beside it, and none speaks of what it defines"
    idle = min(others, default="")
    return f"only {idle} imports this module, which came out of use" if idle else "only tests import this module"


def _serves(project: Project) -> bool:
    """Whether a project is a program that serves, and no library alone."""
    serving = next((entries_of(asked.knowledge).serving for asked in project.names.asked.values()), frozenset())
    imported = (name for path, names in project.imports.items() if not is_test(path) for name in names)
    return any(name.partition(".")[0] in serving for name in imported)


def _are_imported(project: Project, path: str) -> bool:
    """Whether others import most modules beside one."""
    folder = path.rpartition("/")[0]
    beside = [p for p in project.imports if p.rpartition("/")[0] == folder and p != path and "__" not in p]
    known = sum(bool(project.importers.of(one)) for one in beside)
    return known >= _FEWEST and 3 * known >= 2 * len(beside)


def _is_exception(project: Project, path: str) -> bool:
    """Whether a module of a package runs by itself and nobody imports or names it, as they do its neighbours."""
    asked = project.names.asked.get(path)
    if asked is None or not _is_by_itself(project, path) or project.python.is_said_elsewhere(_stem(path), path):
        return False
    serving = entries_of(asked.knowledge).serving
    if any(name.partition(".")[0] in serving for name in project.imports[path]):
        return False
    outer = path.rpartition("/")[0].rpartition("/")[0]
    if not _MAIN.search(asked.source) or f"{outer}/__init__.py" not in project.imports:
        return False  # users of a library may import it; a package of one floor may be a program of several commands
    return _are_imported(project, path)


def is_loose(project: Project, path: str) -> bool:
    """Whether a file is run by hand, if at all: what it wastes, it wastes once."""
    asked = project.names.asked.get(path)
    if asked is None or not project.memo(_loose).holds(path) or GOES_ON.search(asked.source):
        return False
    return not is_loaded_by_name(project, path)


def _loose(project: Project) -> "Loose":
    knowledge = next(asked.knowledge for asked in project.names.asked.values())
    return Loose(project.imports, project.importers, entries_of(knowledge).serving)


class Loose:
    """Asked which files are loose. imports: what each Python file imports, by absolute dotted names.

    A file in a package, one that imports what serves, and one that another file imports are none. Where a project has
    no package and nothing that serves, its scripts are the program.
    """

    def __init__(
        self, imports: Mapping[str, Sequence[str]], importers: Importers, serving: frozenset[str]
    ) -> None:
        self._imports = imports
        self._importers = importers
        self._serving = serving

    def holds(self, path: str) -> bool:
        """Whether a file is loose; its code aside."""
        if path not in self._imports or self._in_package(path) or self._serves(path) or not self._has_program:
            return False
        return not self._importers.of(path)

    def _in_package(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return f"{folder}/__init__.py".lstrip("/") in self._imports

    def _serves(self, path: str) -> bool:
        return any(name.partition(".")[0] in self._serving for name in self._imports[path])

    @cached_property
    def _has_program(self) -> bool:
        return any(
            (path.endswith("__init__.py") or self._serves(path)) and not is_test(path) for path in self._imports
        )
