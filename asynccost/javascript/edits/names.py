"""Names that nothing else uses."""

import re

from asynccost.flow.file import File
from asynccost.flow.reach import within
from asynccost.flow.tree import Function, Other
from asynccost.flow.walk import walk


def taken(function: Function, file: File) -> set[str]:
    """The names that a function and those written in it bind or read."""
    names: set[str] = set(_RESERVED)
    for one in within(function, file):
        names |= one.bindings
        if one.index is not None:
            names |= {n.id for n in one.index.names}
            names |= set(one.index.bound)
            for node in walk(*one.body):
                if isinstance(node, Other) and node.op.startswith("jsx:"):
                    names.add(node.op[4:].partition(".")[0])
    if function.kind == "module":
        names |= set(file.module.imports)
    return names


def fresh(wanted: str, function: Function, file: File, also: "set[str] | frozenset[str]" = frozenset()) -> str:
    """The wanted name, or with the lowest number after it that nothing in a function uses."""
    used = taken(function, file) | also
    name, number = wanted, 2
    while name in used:
        name, number = f"{wanted}{number}", number + 1
    return name


def inner(wanted: str, text: str, also: "set[str] | frozenset[str]" = frozenset()) -> str:
    """A name for a block of its own: only what the code within it spells is taken."""
    used = set(re.findall(r"[\w$]+", text)) | also | _RESERVED
    name, number = wanted, 2
    while name in used:
        name, number = f"{wanted}{number}", number + 1
    return name


def camel(*parts: str) -> str:
    """One name of several words: camel("handle", "key-down") -> handleKeyDown."""
    words = [w for part in parts for w in re.split(r"[^A-Za-z0-9$]+", part) if w]
    if not words:
        return "value"
    return words[0][:1].lower() + words[0][1:] + "".join(w[:1].upper() + w[1:] for w in words[1:])


_COMPOUND = re.compile(  # events of the DOM whose names are written without a break
    r"^(mouse|key|pointer|touch|drag|animation|transition|composition|selection|visibility|fullscreen|orientation"
    r"|hash|page|pop|context|before|double|volume|duration|rate|time|loaded|wheel|focus|readystate)"
    r"(down|up|move|over|out|enter|leave|start|end|press|cancel|change|state|menu|unload|update|metadata|data|show|hide"
    r"|click|input|iteration|in)$"
)


def spoken(event: str) -> str:
    """The name of an event with its words apart: `mouseenter` -> "mouse-enter"."""
    return _COMPOUND.sub(r"\1-\2", event)


_RESERVED = frozenset(
    {
        "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default",
        "delete", "do", "else", "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if",
        "implements", "import", "in", "instanceof", "interface", "let", "new", "null", "package", "private",
        "protected", "public", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof",
        "undefined", "var", "void", "while", "with", "yield",
    }
)
