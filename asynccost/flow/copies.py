"""Folders into which a project has copied packages of others: what they do is to be mended where they come from."""

import re

from asynccost.flow.project import Project

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
    text = project.unmentioned.text(path) if path in project.imports else b""
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
