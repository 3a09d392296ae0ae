"""Whether somebody waits for code: what prepares or clears up, and what a timer starts, nobody does."""

from asynccost.flow.project import Project
from asynccost.flow.words import words

_STARTS = frozenset({
    "startup", "lifespan", "setup", "initialize", "init", "shutdown", "teardown", "cleanup", "ready", "bootstrap",
    "install", "connect", "terminate", "dispose", "destroy", "close", "aclose", "aexit", "exit",
    "uninstall", "unload", "stop", "register", "unregister", "registration", "restore", "backup",
})


def at_start(project: Project, path: str, start: int) -> bool:
    """Whether the function that starts at a byte runs at the start or the end, by how it is entered or by its name."""
    made = project.names.function(path, start)
    if made is None:
        return False
    heat = project.heats.of(made)
    name = words(made.facts["qualname"].rpartition(".")[2])
    if heat.kind == "script":
        return True
    if heat.hot is False:
        return not _STARTS.isdisjoint((*name, *words(heat.reason)))
    return not heat.hot and bool(name) and name[0] in _STARTS


_UNATTENDED = {
    "periodic": "it runs on a timer, where nobody waits for it",
    "job": "it runs as a job, where nobody waits for it",
    "rare": "it is for the owner or an administrator, now and then",
}


def unattended(project: Project, path: str, start: int) -> str:
    """Why nobody waits for the function that starts at a byte, by how it is entered; "" where somebody may."""
    made = project.names.function(path, start)
    return _UNATTENDED.get(project.heats.of(made).kind, "") if made is not None else ""
