"""Modules that Python 3 cannot import: what was left behind when a project moved on."""

import re

from asynccost.flow.linked.importers import parts_of
from asynccost.flow.linked.project import Project

# what Python 3.0 renamed or took away (docs.python.org/3/whatsnew/3.0.html, PEP 3108); indented ones may be tried first
_GONE = re.compile(
    rb"^(?:from|import)[ \t]+(urllib2|urlparse|ConfigParser|Queue|StringIO|cStringIO|cPickle|HTMLParser|httplib"
    rb"|BaseHTTPServer|SimpleHTTPServer|SocketServer|cookielib|Cookie|xmlrpclib|Tkinter|__builtin__)\b(?!\.)",
    re.M,
)
_OF_3 = ("asyncio.", "dataclasses.", "pathlib.", "typing.", "configparser.", "urllib.parse.", "urllib.request.")


def outdated(project: Project, path: str) -> str:
    """What a module imports that Python 3 has not, as a clause, where the project itself is written for Python 3."""
    if path not in project.imports:
        return ""
    gone = _GONE.search(project.python.text(path))
    if gone is None or not project.memo(_is_for_3):
        return ""
    name = gone[1].decode()
    return "" if name in project.memo(_own_names) else f"it imports {name}, which Python 3 has not"


def _is_for_3(project: Project) -> bool:
    """Whether other modules of a project import what only Python 3 has."""
    return any(f"{name}.".startswith(_OF_3) for names in project.imports.values() for name in names)


def _own_names(project: Project) -> frozenset[str]:
    """What the modules and packages of a project are called."""
    return frozenset(part for path in project.imports for part in parts_of(path))
