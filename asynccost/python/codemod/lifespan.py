"""Gives a client to a FastAPI or Starlette application: opened and closed by its lifespan, kept on `app.state`."""

from dataclasses import dataclass

from asynccost.flow.around import above, statement_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, mentioned
from asynccost.flow.tree import Assign, Call, Do, Function, Member, Name, Node, With, Yield
from asynccost.python.codemod.accessor import Shared
from asynccost.python.codemod.arguments import add_keyword
from asynccost.python.codemod.building import take_over
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import Recipe
from asynccost.python.codemod.top import import_from, stepped

_APPS = ("fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette")


@dataclass(slots=True, frozen=True)
class App:
    """A module's application: the statement that makes it, its name, and its lifespan function with the `yield`."""

    made: Assign
    call: Call
    name: str
    lifespan: Function | None
    pause: Do | None


def app_of(file: File) -> App | None:
    """The one application of a module, where a lifespan may be added or widened."""
    sites = [s for s in file.calls_to(*_APPS) if s.function.kind == "module"]
    if len(sites) != 1 or b"on_event(" in file.module.source or b"add_event_handler" in file.module.source:
        return None
    call = sites[0].call
    made = call.parent
    layout = Layout(file.module.source)
    if not isinstance(made, Assign) or len(made.targets) != 1 or not isinstance(made.targets[0], Name):
        return None
    if any(a.keyword in ("on_startup", "on_shutdown") or a.star for a in call.arguments) or not layout.alone(made):
        return None
    given = next((a.value for a in call.arguments if a.keyword == "lifespan"), None)
    if given is None:
        return App(made, call, made.targets[0].id, None, None)
    function = file.names.function(file.resolve(given)) if isinstance(given, Name) else None
    pause = _pause(function) if function is not None else None
    return App(made, call, made.targets[0].id, function, pause) if pause is not None else None


def _pause(function: Function) -> Do | None:
    """The `yield` at which a lifespan waits: a statement of its body, or of a with statement in it."""
    yields = function.index.yields if function.index else []
    if len(yields) != 1 or yields[0].value is not None:
        return None
    statement = statement_of(yields[0])
    plain = all(isinstance(up, (With, Function)) for up in above(statement))
    return statement if isinstance(statement, Do) and isinstance(statement.value, Yield) and plain else None


def is_handler(function: Function, app: App) -> bool:
    """Whether a function answers requests of this application, and sees it by its name."""
    routes = any(
        isinstance(d, Call) and isinstance(d.callee, Member) and isinstance(d.callee.value, Name)
        and d.callee.value.id == app.name
        for d in function.decorators
    )
    return routes and _sees(function, app)


def _sees(function: Function, app: App) -> bool:
    """Whether the application's name stands for it in a function: no scope around it has a parameter of that name."""
    scope = binder(app.name, function)
    return scope is not None and scope.kind == "module"


def serves(function: Function, app: App, file: File) -> bool:
    """Whether a function sees an application and runs for its requests alone, as far as its file shows: it answers
    them, or is called by functions that do and by nothing else."""
    seen, pending, answers = set[int](), [function], False
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if is_handler(one, app):
            answers = True
            continue
        users = _users(one, file) if _is_plain(one, file) else []
        if not users or not all(called for _, called in users):
            return False
        pending += (user for user, _ in users)
    return answers and _sees(function, app)


def _is_plain(function: Function, file: File) -> bool:
    top = function.scope is file.module.top and function.owner is None
    return top and function.kind == "function" and not function.decorators


def _users(function: Function, file: File) -> list[tuple[Function, bool]]:
    """The module's functions that name one of them, themselves or within, and whether they call it there."""
    by = ((other, named, called) for other in file.functions for named, called in mentioned(other, file))
    return [(_outermost(other, file), called) for other, named, called in by if named is function]


def _outermost(function: Function, file: File) -> Function:
    while function.scope is not None and function.scope is not file.module.top:
        function = function.scope
    return function


def apply(patch: Patch, app: App, chosen: Shared) -> None:
    """Open the client in the lifespan, and let what answers requests use it."""
    made = chosen.first
    attr = fresh(patch.file, "http_client" if made.client.http else "client", "shared_client")
    place = f"{app.name}.state.{attr}"
    if app.lifespan is None:
        _new(patch, app, chosen, attr)
    else:
        _wider(patch, app, chosen, attr)
    for one, its in chosen.alike:
        take_over(patch, one, place, its.locals)


def _new(patch: Patch, app: App, chosen: Shared, attr: str) -> None:
    layout, made = patch.layout, chosen.first
    manager = import_from(patch, "contextlib", "asynccontextmanager")
    name = fresh(patch.file, "lifespan", "app_lifespan")
    recipe = Recipe(made, patch.file, indent="    ")
    kind = layout.text(app.call.callee.start, app.call.callee.end)
    lines = [
        f"@{manager}", f"async def {name}({app.name}: {kind}):",
        f"    async with {recipe.fitted(15, '    ')} as {made.name}:",
        f"        {app.name}.state.{attr} = {made.name}", "        yield", "", "",
    ]
    at = layout.with_comments(app.made.start)
    before = layout.source[:at].replace(b"\r\n", b"\n")
    blank = [""] * max(0, 3 - (len(before) - len(before.rstrip(b"\n")))) if before.strip() else []
    patch.insert_lines(at, "", *blank, *(stepped(line, layout) for line in lines))
    add_keyword(patch, app.call, f"lifespan={name}")


def _wider(patch: Patch, app: App, chosen: Shared, attr: str) -> None:
    """Put the client around the `yield` of the lifespan, and what follows that in its block."""
    layout, made, pause = patch.layout, chosen.first, app.pause
    assert pause is not None
    assert app.lifespan is not None
    indent, unit = layout.indent(pause.start), layout.unit(app.lifespan)
    given = app.lifespan.params[0].name if app.lifespan.params else app.name
    name = attr if made.name in app.lifespan.bindings else made.name
    recipe = Recipe(made, patch.file, indent=indent)
    patch.insert_lines(
        pause.start, "", f"{indent}async with {recipe.fitted(len(indent) + 11, unit)} as {name}:",
        f"{indent}{unit}{given}.state.{attr} = {name}",
    )
    patch.reindent(pause.start, _end(pause), indent, indent + unit)


def _end(pause: Node) -> int:
    """Where the block of a statement ends."""
    block = getattr(pause.parent, "body", [pause])
    return int(block[-1].end) if any(s is pause for s in block) else pause.end


