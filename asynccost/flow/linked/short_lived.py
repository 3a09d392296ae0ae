"""Who makes the objects of a class, and whether they come and go, as far as the project shows."""

import re
import sys

from asynccost.flow.file import is_test
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.project import Project

KEPT = frozenset({"attribute", "global", "element", "argument", "captured", "returned", "yielded"})
_ONCE = frozenset({"script", "main", "startup"})


def maker(project: Project, path: str, cls: str) -> Caller | None:
    """A place that makes an object of a class, one that keeps it nowhere first; None where there is none in sight."""
    dotted = path.rpartition(".")[0].replace("/", ".")
    last = cls.rpartition(".")[2]
    found = None
    for caller in project.calls.calls_named(last):
        name = caller.call["name"].removesuffix("()")
        if name not in (cls, last) and not name.endswith(f".{cls}") and name != f"{dotted}.{cls}":
            continue
        entry = project.heats.entry(caller.by)
        if entry is not None and entry[0] in ("test", "script"):  # an example is not who uses it
            continue
        if lets_go(project, caller):
            return caller
        found = found or caller
    return found


def lets_go(project: Project, caller: Caller) -> bool:
    """Whether a place makes an object again and again, and keeps none."""
    entry = project.heats.entry(caller.by)
    once = caller.by.facts["kind"] == "module" or caller.call["cold"] or (entry is not None and entry[0] in _ONCE)
    return caller.call["use"] not in KEPT and not once and project.heats.of(caller.by).hot is not False


def importer(project: Project, path: str, cls: str, *, exported: bool = False) -> str:
    """A file of the project that imports a class to use it; "" where there is none in sight. exported: a package that
    imports it to hand it out."""
    names, mine = project.names, f".{path.rpartition('.')[0].replace('/', '.')}"
    for other, dotted in project.memo(_importers).get(cls, ()):
        module = dotted.rpartition(".")[0]
        below = mine.endswith(f".{module}")  # the project lies in a folder of the tree: `libs/agno/agno/tools.py`
        wanted = other != path and other.endswith("__init__.py") is exported
        if wanted and (below or names.module(module, other, "python") is not None):
            return other
    return ""


_WEB = frozenset({"fastapi", "starlette", "flask", "quart", "sanic", "litestar", "django", "aiohttp"})


def serves(project: Project, path: str) -> bool:
    """Whether a file imports a web framework: what its module keeps lives as long as the server."""
    asked = project.names.asked.get(path)
    imports = asked.imports if asked is not None else project.files[path]["imports"].values()
    return any(name.partition(".")[0] in _WEB for name in imports)


_MOUNT = re.compile(rb"(?:\.mount|\bMount|\.host)\((?![^\n]*\n?[^\n]*\bStaticFiles\b)")
_MOUNTING = frozenset({"fastapi", "starlette"})


def mounts(project: Project) -> str:
    """A file that puts one application into another, whose lifespan then never runs; "" where none is seen."""
    return project.memo(_mounts)


def _mounts(project: Project) -> str:
    every = (a for a in project.names.asked.values() if not is_test(a.path))
    web = (a for a in every if any(n.partition(".")[0] in _MOUNTING for n in a.imports))
    return min((a.path for a in web if _MOUNT.search(a.source)), default="")


def keeps(project: Project, path: str, cls: str) -> bool:
    """Whether a file seems to keep an object of a class in a name of the module, for good, as its text has it."""
    asked = project.names.asked.get(path)
    made = rf"^\w+(?:[ \t]*:[^=\n]*)?[ \t]*=[ \t]*(?:\w+\.)?{re.escape(cls)}\("
    return asked is not None and re.search(made.encode(), asked.source, re.MULTILINE) is not None


def kin(project: Project, path: str, cls: str) -> str:
    """Another file that imports a base of a class: what makes one kin by its name makes them all; "" if none does."""
    bases = {base.removesuffix("()") for base in project.files[path]["classes"].get(cls, [])}
    bases = {base for base in bases if base.partition(".")[0] not in sys.stdlib_module_names}
    lasts = {base.rpartition(".")[2] for base in bases}
    found = [row for last in lasts for row in project.memo(_importers).get(last, ())]
    return min((other for other, dotted in found if other != path and dotted in bases), default="")


def _importers(project: Project) -> dict[str, list[tuple[str, str]]]:
    """Who imports what, by the last part of its name: paths in order, tests aside, each with the whole name."""
    table: dict[str, list[tuple[str, str]]] = {}
    for path, asked in project.names.asked.items():
        for dotted in asked.imports if not is_test(path) else ():
            table.setdefault(dotted.rpartition(".")[2], []).append((path, dotted))
    return table


def foreign_base(project: Project, path: str, cls: str) -> str:
    """A base class from outside of the project, as a framework has them; "" where there is none."""
    facts = project.files[path]
    own = facts["name"].partition(".")[0]
    for base in facts["classes"].get(cls, []):
        module, _, name = base.removesuffix("()").rpartition(".")
        root = module.partition(".")[0]
        if name != cls and name in facts["classes"] and module in ("", facts["name"]):
            if found := foreign_base(project, path, name):
                return found
        elif root not in sys.stdlib_module_names and root != own and not project.names.module(module, path, "python"):
            return name
    return ""


_ENDS = ("aclose", "close", "terminate", "shutdown", "stop", "cleanup", "disconnect", "teardown", "dispose", "destroy")


def inherited_end(project: Project, path: str, cls: str) -> str:
    """The coroutine by which a base class of another file ends its objects; "" where there is none in sight."""
    for base in project.files[path]["classes"].get(cls, []):
        for name in _ENDS:
            found = project.names.find(f"{base.removesuffix('()')}.{name}", path)
            if found is not None and found.facts["is_async"] and not found.facts["is_generator"]:
                return name
    return ""
