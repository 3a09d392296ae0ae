"""Why what blocks in a coroutine is thought to hold up nobody: it runs once, or on an event loop of its own."""

from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.own_drive import in_own_loop
from asynccost.flow.linked.own_request import in_own_request
from asynccost.flow.linked.own_thread import in_own_thread
from asynccost.flow.linked.project import Project
from asynccost.flow.words import words

_LAYS_OUT = frozenset({"create", "delete", "drop", "ensure", "build"})
_LAYOUT = frozenset({"indices", "indexes", "constraints", "schema", "schemas", "tables"})
_KEEPS_UP = frozenset({"start", "startup", "stop", "shutdown", "restart", "setup", "bootstrap", "install"})
_SETS_UP = frozenset({
    "setup", "wizard", "onboarding", "onboard", "install", "installer", "bootstrap", "migration", "migrations",
    "migrate",
})  # fmt: skip


def calm(made: Def, project: Project, names: list[str]) -> str:
    """Why what blocks in a coroutine is thought to hold up little, or nothing."""
    if said := _once(made, project.heats.of(made), names):
        return said
    name = made.file["path"].rpartition("/")[2]
    if not _SETS_UP.isdisjoint(words(name.partition(".")[0])):
        return f"{name} is about what is done once, by its name"
    if start := project.heats.once(made):
        return f"only {start} comes to it, which runs once"
    return (
        in_own_thread(made, project)
        or in_own_request(made, project, alone=True)
        or (in_own_loop(made, project) if made.facts["owner"] else "")
    )


def _once(made: Def, heat: Heat, names: list[str]) -> str:
    """Why a coroutine is thought to run once, or nothing."""
    if heat.hot is False:
        return heat.reason
    name = made.facts["qualname"].rpartition(".")[2]
    said = words(name.removeprefix("async_"))
    if heat.kind == "loop" and said[:1] and said[0] in _KEEPS_UP:  # a loop sees to it that something is up, or is not
        return f"{name}() does its work once in a while, whatever loop comes to it"
    if heat.hot is None and said and (said[0] in names or (said[0] in _LAYS_OUT and not _LAYOUT.isdisjoint(said))):
        return f"{name}() looks as if it ran once"
    return ""
