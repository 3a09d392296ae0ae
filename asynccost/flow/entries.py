"""How a function is entered: a route, a command, a test, once per process. Read from rules/knowledge/entries.toml."""

from asynccost.flow.file import File
from asynccost.flow.tree import Function


def entry_of(file: File, function: Function) -> tuple[str, str] | None:
    """(kind, reason) where a function's own code says how often it runs; None where its callers must tell."""
    if file.is_test:
        return "test", "it is part of a test"
    if function.kind == "module":
        return "once", "a module's top level runs once"
    return None
