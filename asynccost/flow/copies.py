"""Folders into which a project has copied packages of others: what they do is to be mended where they come from."""

from asynccost.flow.project import Project

_KNOWN = frozenset({  # packages that projects copy along
    "requests", "urllib3", "certifi", "idna", "chardet", "charset_normalizer", "six", "yaml", "jinja2",
    "markupsafe", "bs4", "soupsieve", "dateutil", "pytz", "tzlocal", "simplejson", "cherrypy", "mako", "html5lib",
    "websocket", "tornado", "packaging", "markdown", "feedparser", "httplib2", "oauthlib", "pyparsing", "cheroot",
    "portend", "tempora", "jaraco", "attr", "click", "werkzeug", "babel", "pkg_resources", "setuptools", "rsa",
    "pyasn1", "apscheduler", "zipp",
})
_MANY = 4  # of them, side by side


def is_copy(project: Project, path: str) -> bool:
    """Whether a Python file lies in a folder of such packages, at whatever depth."""
    parts = path.split("/")
    return any("/".join(parts[:at]) in project.memo(_folders) for at in range(1, len(parts)))


def _folders(project: Project) -> frozenset[str]:
    """The folders in which several of them lie."""
    held: dict[str, set[str]] = {}
    for path in project.imports:
        parts = path.removesuffix(".py").split("/")
        for at in range(1, len(parts)):
            if parts[at] in _KNOWN:
                held.setdefault("/".join(parts[:at]), set()).add(parts[at])
    return frozenset(folder for folder, names in held.items() if len(names) >= _MANY)
