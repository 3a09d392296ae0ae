"""What other files may need to know about a file: its functions, how they are entered and whom they call.

Facts are JSON values, so that they can be cached by content; no node outlives them.
"""

from typing import Any, TypedDict

from asynccost.flow.facts.entries import entry_of, registrations
from asynccost.flow.file import File
from asynccost.flow.tree import Class, Function


class CallFact(TypedDict):
    """One call: what is called, where, and what becomes of its result.

    use: "dropped", "void" (dropped on purpose), "awaited", "returned", "with", "local", "attribute" (kept on an
    object), "global" (kept by the module), "element" (kept in a collection), "argument" (detail: the callee it is
    handed to), "captured" (by a function written there), "other".
    "shared": the turns of a loop use what one call has made.
    A result kept by way of a local name counts as kept. dropped: whether use is "dropped", which an outline tells.
    timed: whether it passes something on that may be a timeout.
    cold: "" or why a call does not run as often as its function: "lazy" (only where what it fills is empty), "keyed"
    (only for what the function does not remember yet), "fresh" (its coroutine runs in an event loop of its own), "due"
    (in a loop, but only when minutes or more have passed).
    """

    name: str
    line: int
    column: int
    start: int
    end: int
    loop: bool
    awaited: bool
    use: str
    dropped: bool
    detail: str
    timed: bool
    cold: str


class FunctionFacts(TypedDict):
    """One function. entry: [kind, reason] where it is known how it is entered (see flow.entries).

    outer: where the function that it is written in starts, -1 for a method or a function of the top level.
    seldom: the word of its name that says that it runs seldom. waits: what it awaits, see flow.waiting. floats:
    what fails in it, where who forgets to wait for it leaves the error to nobody; quiet: whether what it awaits fails
    in it alone.
    """

    qualname: str
    line: int
    column: int
    end_line: int
    start: int
    end: int
    is_async: bool
    is_generator: bool
    kind: str
    owner: str
    outer: int
    seldom: str
    entry: list[str] | None
    calls: list[CallFact]
    returns: list[str]
    registered: list[str]
    waits: list[list[str]]
    floats: list[str]
    quiet: bool
    risks: list[list[str]]


class FileHead(TypedDict):
    """What a file is to others, its functions aside. `rules` holds what rules add with their `facts` hook, by rule.

    handed: functions of other files that are handed to a call that says how often they run: name, kind, reason.
    """

    name: str
    language: str
    imports: dict[str, str]
    exports: dict[str, str]
    stars: list[str]
    classes: dict[str, list[str]]
    handed: list[list[str]]
    rules: dict[str, Any]


class FileFacts(FileHead):
    """One file."""

    path: str
    functions: list[FunctionFacts]


def head_of(file: File) -> FileHead:
    """A file's names; nothing of its rules yet."""
    module = file.module
    return FileHead(
        name=module.name,
        language=module.language,
        imports=module.imports,
        exports=module.exports,
        stars=module.star_exports,
        classes={c.qualname: bases(file, c) for c in sorted(module.classes, key=lambda c: c.start)},
        handed=handed(file),
        rules={},
    )


def bases(file: File, cls: Class) -> list[str]:
    """What a class's bases resolve to."""
    return [b for a in cls.bases if (b := file.resolve(a.value, cls.scope or file.module.top))]


def handed(file: File) -> list[list[str]]:
    """Functions of other files that are handed to a call that says how often they run: name, kind, reason."""
    return [list(row) for row in file.memo(registrations)[1]]


def entry(file: File, function: Function) -> list[str] | None:
    """How a function is entered, as far as its own file tells."""
    said = entry_of(file, function)
    return list(said) if said else None


def outer_of(function: Function) -> int:
    """Where the function starts that a function is written in; -1 for a method and for one of the top level."""
    scope = function.scope
    return -1 if function.owner or scope is None or scope.kind == "module" else scope.start


def returned(file: File, function: Function) -> list[str]:
    """The resolved names of what a function returns."""
    if function.index is None:
        return []
    names = (file.resolve(r.value, function) for r in function.index.returns if r.value is not None)
    return sorted({n for n in names if n})
