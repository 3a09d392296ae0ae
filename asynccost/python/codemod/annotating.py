"""Annotations as the project's oldest Python and the style of the file have them."""

import re

from asynccost.flow.file import File

_BEFORE_3_9 = frozenset({"typing.List", "typing.Dict", "typing.Set", "typing.Tuple", "typing.FrozenSet", "typing.Type"})


_GENERIC = re.compile(rb"(?::|->)\s*(?:list|dict|set|tuple|frozenset|type)\[|\|\s*None\b|\bNone\s*\|")


def evaluated(note: str, file: File, *, since: tuple[int, int]) -> str:
    """An annotation of a module or class, in quotes where the oldest Python would evaluate and not know it.

    since: the version that knows it.
    """
    imported = set(file.module.imports.values())
    if "__future__.annotations" in imported:
        return note
    known = oldest(file)
    # where typing.List is still in use, Python 3.8 may be
    old = known < since if known else since <= (3, 9) and not imported.isdisjoint(_BEFORE_3_9)
    return f'"{note}"' if old else note


def annotates(file: File) -> bool:
    """Whether a file says what its functions take or return."""
    said = (f.returns is not None or any(p.annotation is not None for p in f.params) for f in file.functions)
    return any(said)


def knows_generics(file: File) -> bool:
    """Whether a file is written for a Python that knows `set[int]`, as far as its own annotations tell."""
    return "__future__.annotations" in file.module.imports.values() or _GENERIC.search(file.module.source) is not None


def optional(kind: str, file: File) -> str:
    """`X | None`, or `Optional[X]` where that is how the file says it."""
    local = next((name for name, dotted in file.module.imports.items() if dotted == "typing.Optional"), "")
    if local and b"| None" not in file.module.source:
        return f"{local}[{kind}]"
    return f"{kind} | None"


def oldest(file: File) -> tuple[int, int] | None:
    """The oldest Python that the project runs on; None where nothing says."""
    major, _, minor = str(file.knowledge.table("project")["python"]).partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
