"""How a function is entered: a route, a command, a test, once per process. Read from rules/knowledge/entries.toml."""

import re

from asynccost.flow.facts.entry_table import HOT, ONCE, PHRASE, Entry, dotted, entry_table, is_script
from asynccost.flow.facts.registered import callback_entry, registrations
from asynccost.flow.file import File
from asynccost.flow.tree import (
    Call,
    Class,
    Collection,
    Constant,
    Expr,
    Function,
    Member,
    Name,
    Other,
    Return,
    Subscript,
)

__all__ = ["HOT", "ONCE", "PHRASE", "entry_of", "is_script", "registrations", "seldom"]
_STRONG = ("test", "cached", "rare", "once")


def entry_of(file: File, function: Function) -> Entry | None:
    """(kind, reason) where a function's own code says how often it runs; None where its callers must tell."""
    if file.is_test:
        return "test", "it is part of a test"
    if file.memo(is_script):
        return "script", "it is part of a script or an example"
    if function.kind == "module":
        return "once", "a module's top level runs once"
    return (
        _administered(file, _decorated(file, function) or _method(file, function), function)
        or file.memo(registrations)[0].get(id(function))
        or callback_entry(file, function)
        or _exported(file, function)
        or _named(file, function)
        or _component(file, function)
    )


_FOR_ADMINISTRATORS = re.compile(r"Is(?:Super_?[uU]ser|Admin(?:User)?|Staff(?:User)?)")  # permissions of Django REST


def _administered(file: File, entry: Entry | None, function: Function) -> Entry | None:
    """How a function is entered, where the permissions of its class let nobody but an administrator in."""
    if entry is None or entry[0] not in ("handler", "command") or function.owner is None:
        return entry
    asked = file.names.attribute(function.owner, "permission_classes") if file.language == "python" else []
    names = (dotted(item) for value in asked if isinstance(value, Collection) for item in value.items)
    if said := next((n for name in names if _FOR_ADMINISTRATORS.fullmatch(n := name.rpartition(".")[2])), ""):
        return "rare", f"{said} says that it {PHRASE['rare']}"
    return entry


def seldom(file: File, function: Function) -> str | None:
    """The word of a function's name that says that it runs seldom: `refresh_token`, `connect`."""
    words = entry_table(file).seldom
    name = function.name
    if name == "verify_token":
        return None  # of every request that carries one
    if name in ("", "default") and file.language == "javascript" and function.qualname == "default":
        name = file.path.rpartition("/")[2].partition(".")[0]  # what others import by the name of its file
    found = next((w for w in _spelled(name) if w in words), None)
    if found is None and function.owner is not None:
        found = next((w for w in _spelled(function.owner.name) if w in _SELDOM_CLASSES), None)
        found = found or ("oauth" if "oauth" in function.owner.name.lower() else None)
    return found


_SELDOM_CLASSES = frozenset(
    {"auth", "oauth", "login", "installer", "updater", "migration", "wizard", "setup", "onboarding", "launcher"}
)


def _spelled(name: str) -> list[str]:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().strip("_").split("_")


# -------------------------------------------------------------- decorators


def _decorated(file: File, function: Function) -> Entry | None:
    found = [e for d in function.decorators if (e := _decorator(file, d, function)) is not None]
    return next((e for kind in _STRONG for e in found if e[0] == kind), found[0] if found else None)


def _decorator(file: File, decorator: Expr, function: Function) -> Entry | None:
    call = decorator if isinstance(decorator, Call) else None
    callee = call.callee if call else decorator
    written = dotted(callee)
    if not written:
        return None
    last = written.rpartition(".")[2]
    table = entry_table(file)
    kind = table.routes.get(last) if call and _takes_path(call) else None
    kind = kind or table.decorators.get(".".join(written.split(".")[-2:])) or table.decorators.get(last)
    if kind is None:
        return None
    if last == "action" and _is_of_views(function):
        kind = "handler"  # of Django REST; Slack's are commands
    if kind == "command" and _is_command_line(file, callee, function):
        kind = "once"
    return kind, f"@{written} says that it {PHRASE[kind]}"


def _is_of_views(function: Function) -> bool:
    return function.owner is not None and any(base.endswith("ViewSet") for base in _bases(function.owner))


def _is_command_line(file: File, callee: Expr, function: Function) -> bool:
    libraries = entry_table(file).command_line
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
    for is_base, is_method, kind in entry_table(file).methods:
        if is_method(function.name) and any(is_base(b) for b in bases):
            return kind, f"{owner.name}.{function.name}() {PHRASE[kind]}"
    return None


def _bases(owner: Class) -> list[str]:
    names = (dotted(a.value.value if isinstance(a.value, Subscript) else a.value) for a in owner.bases)
    return [n.rpartition(".")[2] for n in names if n]


# ------------------------------------------------------------------- names


def _exported(file: File, function: Function) -> Entry | None:
    """What a framework calls because of the file that it is in."""
    if file.language != "javascript" or function.scope is None or function.scope.kind != "module":
        return None
    path = "/" + file.path.rpartition(".")[0]
    for match, row in entry_table(file).files:
        if not match(path):
            continue
        exports = file.module.exports
        for name in row["names"]:
            if exports.get(name) in (function.qualname, function.name) and function.name:
                kind = row["kind"]
                return kind, f"{name} of {file.path} {PHRASE[kind]}"
    return None


_SHOWS = frozenset({"example", "examples", "demo"})
_SAYS_HOW = frozenset({"usage", "run", "main", "basic", "simple", "async"})


def _named(file: File, function: Function) -> Entry | None:
    said = frozenset(_spelled(function.name))
    if not _SHOWS.isdisjoint(said) and said <= _SHOWS | _SAYS_HOW:
        return "script", f"{function.name}() {PHRASE['script']}"
    kind = entry_table(file).names.get(function.name) or ("once" if "lifespan" in function.name.lower() else None)
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
