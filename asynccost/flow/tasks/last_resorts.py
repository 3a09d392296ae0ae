"""What takes up the rejections of a whole process that nobody catches, and whether the process goes on behind it."""

from asynccost.flow.file import File, Site
from asynccost.flow.linked.project import Project
from asynccost.flow.reach import local_function, within
from asynccost.flow.tree import Call, Constant, Function, Node, Raise
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

# Node raises a rejection that nobody takes as an uncaught exception
EVENTS = ("unhandledRejection", "uncaughtException")
GOES_ON, ENDS, HEARD = "goes on", "ends", "heard"  # HEARD: what follows is not seen
_STEPS = 2
_END = frozenset({
    "exit", "abort", "quit", "kill", "die", "shutdown", "terminate", "relaunch", "crash", "rethrow",
})  # fmt: skip
_LOGS = frozenset({"error", "warn", "log", "info", "debug", "captureException", "captureError", "report"})


def last_resorts(file: File) -> dict[str, str]:
    """What a file has the process do with the errors that nobody catches, by event."""
    source = file.module.source
    found: dict[str, str] = {}
    if file.is_test or not any(event.encode() in source for event in EVENTS):
        return found
    for site in file.calls:
        given = [argument.value for argument in site.call.arguments]
        if len(given) > 1 and isinstance(given[0], Constant) and given[0].value in EVENTS:
            event, does = str(given[0].value), _does(file, site, given[1])
            found[event] = does if does == ENDS else found.get(event, does)
    return found


def after_all(project: Project, path: str) -> str:
    """What becomes of a process with a rejection that nobody of a file catches: GOES_ON, ENDS, HEARD; "" if nothing.

    A listener for rejections keeps them from one for exceptions, which is no place to go on from: what is unknown has
    failed. Such a one, and that of another program, is HEARD at most.
    """
    rows = project.memo(_rows)
    for event in EVENTS:
        every = {at: takes[event] for at, takes in rows.items() if event in takes}
        here = {does for at, does in every.items() if _one_program(at, path)}
        if here:
            does = next(does for does in (ENDS, HEARD, GOES_ON) if does in here)
            return HEARD if does == GOES_ON and event != EVENTS[0] else does
        if every:
            return HEARD
    return ""


def _rows(project: Project) -> dict[str, dict[str, str]]:
    return {at: said["takes"] for at, said in project.rows("dropped-task").items() if said.get("takes")}


def _does(file: File, site: Site, listener: Node) -> str:
    made = local_function(listener, site.function, file)
    if made is not None:
        return ENDS if _ends(file, made) else GOES_ON
    name = chain(listener)[-1]
    return GOES_ON if name in _LOGS else ENDS if _says_end(name) else HEARD


def _ends(file: File, function: Function, step: int = 0) -> bool:
    """Whether a listener ends the process, itself or by a function that it calls: `process.exit(1)`, `throw error`."""
    for one in within(function, file):
        for node in walk(*one.body):
            if isinstance(node, Raise):
                return True
            if isinstance(node, Call):
                made = local_function(node.callee, one, file) if step < _STEPS else None
                if _says_end(chain(node.callee)[-1]) or (made is not None and _ends(file, made, step + 1)):
                    return True
    return False


def _says_end(name: str) -> bool:
    return not _END.isdisjoint(words(name))


_SHELVES = frozenset({"packages", "apps", "services", "libs", "projects", "plugins", "examples", "functions"})
_ASIDE = frozenset({"scripts", "tools", "bench", "benchmarks", "docs", "website", "demo", "e2e"})


def _one_program(taker: str, path: str) -> bool:
    """Whether two files run in one process, as far as their folders say."""
    theirs, ours = taker.split("/")[:-1], path.split("/")[:-1]
    if not theirs or not {theirs[0], *ours[:1]} & (_SHELVES | _ASIDE):
        return True
    wanted = 2 if theirs[0] in _SHELVES else 1
    return ours[:wanted] == theirs[:wanted]
