"""Coroutines that run on an event loop of one web request: Flask makes one for each call of an `async def` view.

What blocks there holds up that request alone, a client that is kept is bound to a loop which has ended by the next
request, and a task ends with the request.
"""

import re

from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.coming import comes_only_from
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.own_thread import BESIDE, waits
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import places

_FLASK = frozenset({"flask", "flask_restful", "flask_restx", "apiflask", "flask_openapi3"})
_OTHERS = re.compile(r"(?:quart|fastapi|starlette|sanic|litestar|tornado|discord|telegram|aiohttp\.web)\b")
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
    """Whether Flask calls a coroutine for requests, by what its file imports."""
    entry, asked = project.heats.entry(made), project.names.asked.get(made.file["path"])
    if entry is None or entry[0] != "handler" or asked is None:
        return False
    roots = {name.partition(".")[0] for name in asked.imports}
    return not _FLASK.isdisjoint(roots) and not any(_OTHERS.match(name) for name in asked.imports)


def _starts_more(made: Def, project: Project) -> bool:
    asked = project.names.asked.get(made.file["path"])
    return asked is None or BESIDE.search(asked.source, made.facts["start"], made.facts["end"]) is not None


def _on_one_loop(project: Project) -> bool:
    """Whether a file of the project hands an application of Flask to a server that has one loop for all requests."""
    saying = project.python.holding(_ASGI, tests=True)
    return any(any(True for _ in places(project.python.text(path), _ASGI.encode())) for path in saying)
