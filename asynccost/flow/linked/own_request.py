"""Coroutines that run on an event loop of one web request: Flask makes one for each call of an `async def` view.

A view is told by its route, or by the request of Flask that it is given or asks for.

What blocks there holds up that request alone, a client that is kept is bound to a loop which has ended by the next
request, and a task ends with the request.
"""

import re

from asynccost.flow.file import function_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.coming import comes_only_from
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.own_thread import BESIDE, waits
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.shut_out import lowered
from asynccost.flow.mentions import places
from asynccost.flow.tree import Name
from asynccost.flow.walk import walk
from asynccost.model import Span

_FLASK = frozenset({"flask", "flask_restful", "flask_restx", "apiflask", "flask_openapi3"})
_OTHERS = re.compile(r"(?:quart|fastapi|starlette|sanic|litestar|tornado|discord|telegram|aiohttp\.web)\b")
_REQUEST = frozenset({"flask.request", "flask.session", "flask.Request", "flask.wrappers.Request"})  # of one request
_HOPS = 4  # modules that hand on a name
_RULE = "add_url_rule()"
_ASGI = "WsgiToAsgi"  # by which a server that has a loop of its own runs the views on that


def in_own_request(made: Def, project: Project, *, alone: bool = False) -> str:
    """Why a coroutine runs on a loop of one request, as a clause; "" where it may run elsewhere.

    All that comes to it must come from views of Flask. alone: and none of it may start a second thing on the loop.
    """

    def begins(one: Def) -> str:
        view = one.facts["qualname"].rpartition(".")[2]
        return f"Flask runs {view}() in an event loop of its own for each request" if _is_view(one, project) else ""

    def step(caller: Caller, callee: Def) -> bool:
        return fits(caller.by) and waits(caller, callee)

    def fits(one: Def) -> bool:
        return one.facts["is_async"] and not (alone and _starts_more(one, project))

    if not fits(made) or project.memo(_on_one_loop):
        return ""
    return comes_only_from(made, project, begins, step)


def _is_view(made: Def, project: Project) -> bool:
    """Whether Flask calls a coroutine for requests, by what its file imports, or by the request that it speaks of."""
    if not project.memo(_has_flask):
        return False
    entry, asked = project.heats.entry(made), project.names.asked.get(made.file["path"])
    if asked is None or (entry is not None and entry[0] != "handler"):
        return False
    roots = {name.partition(".")[0] for name in asked.imports}
    if entry is None or _FLASK.isdisjoint(roots):
        return _has_request(made, project)
    others = {name.partition(".")[0] for name in asked.imports if _OTHERS.match(name)}
    by_rule = _RULE in entry[1] and "quart" not in others  # no framework but these two has it
    return not others or by_rule or _has_request(made, project)


def _has_flask(project: Project) -> bool:
    """Whether a file of the project imports Flask."""
    return any(name.partition(".")[0] in _FLASK for asked in project.names.asked.values() for name in asked.imports)


def _has_request(made: Def, project: Project) -> bool:
    """Whether a coroutine is given Flask's request, or asks for the one that is current: `request.remote_addr`."""
    path, place = made.file["path"], Span(made.facts["start"], made.facts["end"])
    file = lowered(project, path)
    function = function_at(file, place) if file is not None else None
    if file is None or function is None:
        return False
    given = [p.annotation for p in function.params if isinstance(p.annotation, Name)]
    named = (file.resolve(one, function) for one in (*given, *(n for n in walk(*function.body) if isinstance(n, Name))))
    return any(name is not None and _meant(name, path, project) in _REQUEST for name in {*named})


def _meant(name: str, near: str, project: Project) -> str:
    """A name of another module by where that has it from: `from helpers.api import Request`."""
    for _ in range(_HOPS):
        module, _, last = name.rpartition(".")
        path = project.names.module(module, near, "python") if last.lower() in ("request", "session") else None
        imports = project.names.files[path]["imports"] if path is not None else {}
        if path is None or last not in imports:
            break
        name, near = imports[last], path
    return name


def _starts_more(made: Def, project: Project) -> bool:
    asked = project.names.asked.get(made.file["path"])
    return asked is None or BESIDE.search(asked.source, made.facts["start"], made.facts["end"]) is not None


def _on_one_loop(project: Project) -> bool:
    """Whether a file of the project hands an application of Flask to a server that has one loop for all requests."""
    saying = project.python.holding(_ASGI, tests=True)
    return any(any(True for _ in places(project.python.text(path), _ASGI.encode())) for path in saying)
