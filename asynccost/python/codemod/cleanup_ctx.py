"""Gives a client to an aiohttp.web application: a cleanup context opens and closes it, the application keeps it."""

from dataclasses import dataclass

from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Call, Expr, Function, Member, Name
from asynccost.python.codemod.accessor import Shared
from asynccost.python.codemod.building import Building, take_over
from asynccost.python.codemod.classes import first_line
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import Recipe, callee_is_class
from asynccost.python.codemod.top import stepped

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "view", "route")


@dataclass(slots=True, frozen=True)
class App:
    """A file's application: the statement that makes it, its name, and how the module `aiohttp.web` is called."""

    made: Assign
    name: str
    web: str


def app_of(file: File) -> App | None:
    """The one application that a file makes."""
    sites = list(file.calls_to("aiohttp.web.Application"))
    made = sites[0].call.parent if len(sites) == 1 else None
    callee = sites[0].call.callee if made is not None else None
    if not isinstance(made, Assign) or len(made.targets) != 1 or not isinstance(callee, Member):
        return None
    target, layout = made.targets[0], Layout(file.module.source)
    alone = layout.alone(made) and not made.declares
    return App(made, target.id, file.text(callee.value)) if isinstance(target, Name) and alone else None


def is_handler(function: Function, file: File) -> bool:
    """Whether a function answers requests: it takes one, and a route of this file names it."""
    plain = function.kind == "function" and function.is_async and not function.is_generator
    if not plain or len(function.params) != 1 or function.params[0].name in function.outer_names:
        return False
    if any(isinstance(d, Call) and _routes(d.callee) for d in function.decorators):
        return True
    given = (a.value for site in file.calls if _routes(site.call.callee) for a in site.call.arguments)
    return any(isinstance(g, Name) and file.names.function(file.resolve(g)) is function for g in given)


def _routes(callee: Expr) -> bool:
    """`web.get`, `routes.post`, `app.router.add_get`."""
    return isinstance(callee, Member) and callee.attr.removeprefix("add_") in _VERBS


def place(made: Building, key: str) -> str:
    """How a handler finds the client."""
    return f"{made.function.params[0].name}.app[{key}]"


def apply(patch: Patch, app: App, chosen: Shared) -> None:
    """Open the client in a cleanup context, and let the handlers use it."""
    made, layout, file = chosen.first, patch.layout, patch.file
    word = "http_session" if "Session" in file.text(made.call.callee) else "client"
    key = fresh(file, word.upper(), f"SHARED_{word.upper()}")
    context = fresh(file, f"open_{word}", f"open_shared_{word}")
    recipe = Recipe(made, file, indent="    ")
    kind = f", {file.text(made.call.callee)}" if callee_is_class(made.call, file) else ""
    lines = [
        f'{key} = {app.web}.AppKey("{word}"{kind})', "", "", f"async def {context}(app: {app.web}.Application):",
        f"    async with {recipe.fitted(15, '    ')} as {made.name}:",
        f"        app[{key}] = {made.name}", "        yield", "", "",
    ]  # fmt: skip
    patch.insert_lines(first_line(made.function, layout), "", *(stepped(line, layout) for line in lines))
    at = layout.next_line(app.made.end - 1)
    patch.insert_lines(at, layout.indent(app.made.start), f"{app.name}.cleanup_ctx.append({context})")
    for one, its in chosen.alike:
        take_over(patch, one, place(one, key), its.locals)
