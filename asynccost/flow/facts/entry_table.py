"""The table of how functions are entered, rules/knowledge/entries.toml, ready to be asked."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from asynccost.flow.file import File
from asynccost.flow.tree import Await, Call, Closure, Constant, Do, Function, If, Member, Name, Node, Raise

if TYPE_CHECKING:
    from asynccost.knowledge import Knowledge

HOT = frozenset({"handler", "tool", "command", "consumer", "periodic", "job", "render", "loop"})
ONCE = frozenset({"once", "test", "script", "cached"})
PHRASE = {
    "handler": "answers web requests",
    "tool": "is called by an agent or a model",
    "command": "runs for every command that a user sends",
    "consumer": "runs for every message or event",
    "periodic": "runs again and again on a timer",
    "job": "runs for every job",
    "render": "runs on every render",
    "once": "runs once",
    "cached": "runs once, its result is kept",
    "test": "is part of a test",
    "script": "is part of a script or an example",
    "rare": "is for the owner or an administrator",
    "event": "runs when somebody clicks",
    "effect": "runs as an effect",
    "constructor": "runs once for each object",
}
Entry = tuple[str, str]


class EntryTable:
    """The knowledge table with its patterns compiled."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.raw = table
        self.decorators: dict[str, str] = table["decorators"]
        self.routes: dict[str, str] = table["routes"]
        self.callbacks: dict[str, str] = table["callbacks"]
        self.dotted = frozenset(name.partition(".")[0] for name in self.callbacks if "." in name)
        self.path_callbacks: dict[str, str] = table["path_callbacks"]
        self.event_callbacks: dict[str, str] = table["event_callbacks"]
        lasts = (name.rpartition(".")[2] for name in self.callbacks)
        self.taking = frozenset((*lasts, *self.path_callbacks, *self.event_callbacks, "use"))
        self.names: dict[str, str] = table["names"]
        self.command_line = frozenset(table["command_line"]["libraries"])
        self.seldom = frozenset(table["seldom"]["words"])
        self.methods = [(*_globs(key), kind) for key, kind in table["methods"].items()]
        self.files = [(re.compile(translate(key)).match, row) for key, row in table["files"].items()]
        self.keywords: dict[str, str] = table["keywords"]
        self.serving = frozenset(table["paths"]["serving"])
        self.script = re.compile("|".join(_script_paths(table["paths"])))
        self.commands = re.compile("|".join(table["paths"]["commands"]))
        self.terminals = frozenset(table["paths"]["terminals"])


def _script_paths(paths: Mapping[str, list[str]]) -> Iterator[str]:
    """Regular expressions of the paths of code that is run by hand, the project's commands left out."""
    said = {key: "|".join(map(re.escape, paths[key])) for key in ("top", "script", "vendored", "stems")}
    yield rf"^(?:{said['top']})/"
    yield rf"(?:^|/)\.?(?:{said['script']})/"
    yield rf"(?:^|/)(?:lib|libs|ext|external)/(?:{said['vendored']})(?:/(?:[^/]+/)*[^/]+)?\.py$"
    yield rf"^(?:(?:apps|packages)/[^/]+/)?(?:src/)?(?:{said['stems']})\.[cm]?[jt]sx?$"
    yield from paths["patterns"]


def _globs(key: str) -> tuple[Any, Any]:
    base, _, method = key.rpartition(".")
    return re.compile(translate(base)).match, re.compile(translate(method)).match


_READY: dict[int, tuple[Mapping[str, Any], EntryTable]] = {}


def entry_table(file: File) -> EntryTable:
    """The table of a file's knowledge."""
    return entries_of(file.knowledge)


def entries_of(knowledge: "Knowledge") -> EntryTable:
    """The table, made once."""
    raw = knowledge.table("entries")
    known = _READY.get(id(raw))
    if known is None or known[0] is not raw:
        known = _READY[id(raw)] = (raw, EntryTable(raw))
    return known[1]


def is_script(file: File) -> bool:
    """Whether the path says that a file is run by hand or is another project's, or its code that it is a command."""
    by_path = entry_table(file).script.search(file.path) is not None
    return by_path or is_own_command(file) or _is_command(file) or _is_tool(file) or _refuses(file)


def is_own_command(file: File) -> bool:
    """Whether a file lies where a Python project has its commands, and nothing in it goes on in a terminal."""
    table = entry_table(file)
    found = table.commands.search(file.path)
    if found is None or (found["of"] and b"async def " in file.module.source):
        return False
    return table.terminals.isdisjoint(name.partition(".")[0] for name in file.module.imports.values())


_NODE = re.compile(rb"""["'](?:node:)?(?:fs|path|child_process)(?:/promises)?["']""")
HANDS_OUT = re.compile(rb"^[ \t]*export\b|\bmodule\.exports\b|^[ \t]*exports\.", re.M)
_STAYS = re.compile(
    rb"\.(?:listen|on|once|login|launch|start|subscribe|consume)\("
    rb"|\b(?:createServer|setInterval|serve|while *\((?:true|1)\))|\bexpress\b|\bwindow\.|\bdocument\."
)


_LEAVES = re.compile(rb"\bprocess\.exit\((?:0?)\)")
_LAST_WORDS = re.compile(rb"\bprocess\.(?:on|once)\(")


def _is_tool(file: File) -> bool:
    """Whether a script for Node works on files, hands nothing out, and listens to nothing: it runs and ends.

    So does one that starts a function of its own which leaves the process when it is done.
    """
    source = file.module.source
    if file.language != "javascript" or file.path.endswith((".vue", ".svelte")) or HANDS_OUT.search(source):
        return False
    if _NODE.search(source):
        return not _STAYS.search(source)
    return _LEAVES.search(source) is not None and not _STAYS.search(_LAST_WORDS.sub(b"", source)) and _ends(file)


def _ends(file: File) -> bool:
    """Whether `run()` or `run().then(() => process.exit())` stands at the top of a script whose `run` leaves it."""
    for statement in file.module.top.body:
        call: Node | None = statement.value if isinstance(statement, Do) else None
        call = call.value if isinstance(call, Await) else call
        while isinstance(call, Call) and isinstance(call.callee, Member) and call.callee.attr in _AFTER:
            given = (argument.value for argument in call.arguments)
            if any(isinstance(one, Closure) and _leaves(one.function) for one in given):
                return True
            call = call.callee.value
        if isinstance(call, Call) and isinstance(call.callee, Name):
            name = call.callee.id
            if any(_leaves(one) for one in file.module.functions if one.qualname == name):
                return True
    return False


_AFTER = frozenset({"then", "finally", "catch"})


def _leaves(function: Function) -> bool:
    """Whether a function's own body says `process.exit(0)`: one that only does so on an error may go on."""
    for call in function.index.calls if function.index else ():
        if dotted(call.callee) == "process.exit":
            code = call.arguments[0].value if call.arguments else None
            if code is None or (isinstance(code, Constant) and code.value == 0):
                return True
    return False


def _refuses(file: File) -> bool:
    """Whether a module raises as soon as it is imported: nothing of it runs any more."""
    return any(isinstance(statement, Raise) for statement in file.module.top.body)


_ARGUMENTS = re.compile(
    rb"\bsys\.argv\b|(?<![\w.])input\(|^[ \t]*(?:import|from)[ \t]+(?:argparse|typer|click|docopt|fire)\b", re.M
)
# what keeps a program going: a loop of its own, an event loop, a thread, a server
GOES_ON = re.compile(rb"^[ \t]*(?:async def |while True\b|while 1\b)|\bthreading\b|\.serve_forever\(", re.M)
_ASKS = re.compile(rb"(?<![\w.])input\(")
_SERVES = re.compile(rb"^[ \t]*async def |\bthreading\b|\.serve_forever\(", re.M)


def _is_command(file: File) -> bool:
    """Whether a Python file reads a command line or asks, does what it is told and ends: only who called it waits.

    Or it is a shell: whoever types waits for the answer, and can stop waiting.
    """
    source = file.module.source
    if file.language != "python":
        return False
    if b"cmd.Cmd)" in source:
        return True
    if _SERVES.search(source) or not _ARGUMENTS.search(source):  # in this order: the first is soon found in most
        return False
    if GOES_ON.search(source) and not _ASKS.search(source):  # who asks goes round until the answer is one
        return False
    starts = b"__main__" in source or b"sys.argv" in source
    return starts and entry_table(file).serving.isdisjoint(i.partition(".")[0] for i in file.module.imports.values())


def in_main_guard(file: File, at: int) -> bool:
    """Whether a place lies in `if __name__ == "__main__":`, where nothing goes on: that is run by hand, and ends."""
    return file.language == "python" and any(start <= at < end for start, end in file.memo(_guards))


def _guards(file: File) -> list[tuple[int, int]]:
    source = file.module.source
    tests = [s for s in file.module.top.body if isinstance(s, If) and "__name__" in file.text(s.test)]
    return [(s.start, s.end) for s in tests if not GOES_ON.search(source, s.start, s.end)]


def dotted(expr: Node | None) -> str:
    """A name as it is written, calls left out: `app.cli.command`."""
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Member):
        base = dotted(expr.value)
        return f"{base}.{expr.attr}" if base else expr.attr
    return dotted(expr.callee) if isinstance(expr, Call) else ""
