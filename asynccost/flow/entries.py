"""How a function is entered: a route, a command, a test, once per process. Read from rules/knowledge/entries.toml."""

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import Any

from asynccost.flow.around import callback_call
from asynccost.flow.file import File
from asynccost.flow.repeat import each_call
from asynccost.flow.tree import (
    Argument,
    Call,
    Class,
    Closure,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Other,
    Return,
    Subscript,
)

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
_STRONG = ("test", "cached", "rare", "once")
Entry = tuple[str, str]


def entry_of(file: File, function: Function) -> Entry | None:
    """(kind, reason) where a function's own code says how often it runs; None where its callers must tell."""
    if file.is_test:
        return "test", "it is part of a test"
    if file.memo(is_script):
        return "script", "it is part of a script or an example"
    if function.kind == "module":
        return "once", "a module's top level runs once"
    return (
        _decorated(file, function)
        or _method(file, function)
        or file.memo(registrations)[0].get(id(function))
        or _callback(file, function)
        or _exported(file, function)
        or _named(file, function)
        or _component(file, function)
    )


def seldom(file: File, function: Function) -> str | None:
    """The word of a function's name that says that it runs seldom: `refresh_token`, `connect`."""
    words = _table(file).seldom
    found = next((w for w in _spelled(function.name) if w in words), None)
    if found is None and function.owner is not None:
        found = next((w for w in _spelled(function.owner.name) if w in _SELDOM_CLASSES), None)
    return found


_SELDOM_CLASSES = frozenset(
    {"auth", "oauth", "login", "installer", "updater", "migration", "wizard", "setup", "onboarding", "launcher"}
)


def _spelled(name: str) -> list[str]:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().strip("_").split("_")


class _Table:
    """The knowledge table with its patterns compiled."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.raw = table
        self.decorators: dict[str, str] = table["decorators"]
        self.routes: dict[str, str] = table["routes"]
        self.callbacks: dict[str, str] = table["callbacks"]
        self.path_callbacks: dict[str, str] = table["path_callbacks"]
        self.event_callbacks: dict[str, str] = table["event_callbacks"]
        self.names: dict[str, str] = table["names"]
        self.command_line = frozenset(table["command_line"]["libraries"])
        self.seldom = frozenset(table["seldom"]["words"])
        self.methods = [(*_globs(key), kind) for key, kind in table["methods"].items()]
        self.files = [(re.compile(translate(key)).match, row) for key, row in table["files"].items()]
        words = "|".join(re.escape(w) for w in table["paths"]["script"])
        self.script = re.compile(
            rf"(?:^|/)(?:{words}|[\w-]+-(?:examples|samples|demos))/|(?:^|/)(?:example|demo)s?_[^/]*$|\.config\.[cm]?[jt]s$"
        )


def _globs(key: str) -> tuple[Any, Any]:
    base, _, method = key.rpartition(".")
    return re.compile(translate(base)).match, re.compile(translate(method)).match


_READY: dict[int, tuple[Mapping[str, Any], _Table]] = {}


def _table(file: File) -> _Table:
    raw = file.knowledge.table("entries")
    known = _READY.get(id(raw))
    if known is None or known[0] is not raw:
        known = _READY[id(raw)] = (raw, _Table(raw))
    return known[1]


def is_script(file: File) -> bool:
    """Whether the path says that a file is run by hand."""
    return _table(file).script.search(file.path) is not None


# -------------------------------------------------------------- decorators


def _decorated(file: File, function: Function) -> Entry | None:
    found = [e for d in function.decorators if (e := _decorator(file, d, function)) is not None]
    return next((e for kind in _STRONG for e in found if e[0] == kind), found[0] if found else None)


def _decorator(file: File, decorator: Expr, function: Function) -> Entry | None:
    call = decorator if isinstance(decorator, Call) else None
    callee = call.callee if call else decorator
    written = _dotted(callee)
    if not written:
        return None
    last = written.rpartition(".")[2]
    table = _table(file)
    kind = table.routes.get(last) if call and _takes_path(call) else None
    kind = kind or table.decorators.get(".".join(written.split(".")[-2:])) or table.decorators.get(last)
    if kind is None:
        return None
    if kind == "command" and _is_command_line(file, callee, function):
        kind = "once"
    return kind, f"@{written} says that it {PHRASE[kind]}"


def _is_command_line(file: File, callee: Expr, function: Function) -> bool:
    libraries = _table(file).command_line
    root = _root(file.resolve(callee, function.scope or file.module.top) or "")
    if root in libraries:
        return True
    return any(_root(name) in libraries for name in file.module.imports.values())


def _root(name: str) -> str:
    return re.split(r"[.:/(]", name, maxsplit=1)[0]


def _takes_path(call: Call) -> bool:
    first = call.arguments[0] if call.arguments else None
    return first is not None and (
        first.keyword in ("path", "rule")
        or (isinstance(first.value, Constant) and isinstance(first.value.value, str))
        or isinstance(first.value, Other)
        or (first.keyword is None and isinstance(first.value, (Name, Member)))
    )


# ----------------------------------------------------------------- methods


def _method(file: File, function: Function) -> Entry | None:
    owner = function.owner
    if owner is None:
        return None
    bases = _bases(owner)
    for is_base, is_method, kind in _table(file).methods:
        if is_method(function.name) and any(is_base(b) for b in bases):
            return kind, f"{owner.name}.{function.name}() {PHRASE[kind]}"
    return None


def _bases(owner: Class) -> list[str]:
    names = (_dotted(a.value.value if isinstance(a.value, Subscript) else a.value) for a in owner.bases)
    return [n.rpartition(".")[2] for n in names if n]


# ----------------------------------------------------------- registrations


def registrations(file: File) -> tuple[dict[int, Entry], list[tuple[str, str, str]]]:
    """Functions handed to calls that say how often they run: those of this file by id, those of others by name."""
    here: dict[int, Entry] = {}
    others: list[tuple[str, str, str]] = []
    for site in file.calls:
        kind = _registration(file, site.call)
        if kind is None:
            continue
        reason = f"{file.text(site.call.callee)[:40]}() takes it: it {PHRASE[kind]}"
        for argument in site.call.arguments:
            if not isinstance(argument.value, (Name, Member)):
                continue
            ref = file.resolve(argument.value, site.function)
            if not ref or ref.endswith("()"):
                continue
            function = file.names.function(ref)
            if function is not None:
                here.setdefault(id(function), (kind, reason))
            elif "." in ref or ":" in ref:
                others.append((ref, kind, reason))
    return here, others


def _registration(file: File, call: Call) -> str | None:
    written = _dotted(call.callee)
    last = written.rpartition(".")[2]
    table = _table(file)
    kind = table.callbacks.get(".".join(written.split(".")[-2:])) or table.callbacks.get(last)
    if kind is not None or "." not in written:
        return kind
    first = call.arguments[0].value if call.arguments else None
    text = first.value if isinstance(first, Constant) and isinstance(first.value, str) else None
    if (text is not None and text.startswith("/")) or (isinstance(first, Other) and first.op == "template"):
        return table.path_callbacks.get(last)
    if last == "use" and isinstance(first, Closure):
        return "handler"
    return table.event_callbacks.get(last) if text is not None and text not in _RARE_EVENTS else None


_RARE_EVENTS = frozenset(
    {
        "close",
        "error",
        "exit",
        "end",
        "open",
        "connect",
        "ready",
        "listening",
        "disconnect",
        "finish",
        "SIGINT",
        "SIGTERM",
        "uncaughtException",
        "unhandledRejection",
        "beforeExit",
        "drain",
    }
)


def _callback(file: File, function: Function) -> Entry | None:
    """A closure written where it is handed over: `app.get("/x", async (req, res) => ...)`, `onClick={() => ...}`."""
    closure = function.closure
    if closure is None:
        return None
    if isinstance(closure.parent, Argument) and isinstance(closure.parent.parent, Other):
        named = closure.parent.keyword or ""
        return ("event", f"{named} runs when somebody acts") if named.startswith("on") else None
    handed = callback_call(function)
    if handed is None:
        return None
    call = handed[0]
    if each_call(file, function) is not None:
        return "loop", f"{file.text(call.callee)[:40]}() runs it for every item"
    kind = _registration(file, call)
    if kind == "handler" and len(function.params) == 4 and file.text(call.callee).endswith(".use"):
        kind = "rare"
        return kind, "it handles errors"
    return (kind, f"{file.text(call.callee)[:40]}() takes it: it {PHRASE[kind]}") if kind else None


# ------------------------------------------------------------------- names


def _exported(file: File, function: Function) -> Entry | None:
    """What a framework calls because of the file that it is in."""
    if file.language != "javascript" or function.scope is None or function.scope.kind != "module":
        return None
    path = "/" + file.path.rpartition(".")[0]
    for match, row in _table(file).files:
        if not match(path):
            continue
        exports = file.module.exports
        for name in row["names"]:
            if exports.get(name) in (function.qualname, function.name) and function.name:
                kind = row["kind"]
                return kind, f"{name} of {file.path} {PHRASE[kind]}"
    return None


def _named(file: File, function: Function) -> Entry | None:
    kind = _table(file).names.get(function.name)
    if kind is None or kind == "constructor":
        return None
    if function.owner is not None and function.name in ("main", "bootstrap", "seed"):
        return None
    return kind, f"{function.name}() {PHRASE[kind]}"


def _component(file: File, function: Function) -> Entry | None:
    """The body of a component, or of a hook."""
    if (
        file.language != "javascript"
        or function.is_async
        or not file.path.endswith(("x", ".vue", ".svelte", ".js", ".ts"))
    ):
        return None
    name = function.name
    if re.match(r"use[A-Z]", name) and function.owner is None and function.scope and function.scope.kind == "module":
        return "render", f"{name}() is a hook: it {PHRASE['render']}"
    if name[:1].isupper() and function.index and any(_is_jsx(r) for r in function.index.returns):
        return "render", f"{name} is a component: it {PHRASE['render']}"
    return None


def _is_jsx(statement: Return) -> bool:
    return isinstance(statement.value, Other) and statement.value.op.startswith("jsx")


def _dotted(expr: Node | None) -> str:
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Member):
        base = _dotted(expr.value)
        return f"{base}.{expr.attr}" if base else expr.attr
    return _dotted(expr.callee) if isinstance(expr, Call) else ""
