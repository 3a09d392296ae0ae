"""What comments, clocks, names and folders say about code that waits in order on purpose.

Comments that other linters understand: `noqa: CODE`, and those about awaits in loops.

What a function says of itself.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from asynccost.flow.file import File
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Constant, Do, Function, Node
from asynccost.flow.words import words

COMMENT = r"(?:(?<![\w.])#|(?<!:)//|/\*|^[ \t]*\*)"  # how one begins, line by line; `https://x` is none
_ABOVE = 400  # bytes of comment above a place that still speak of it


@lru_cache(maxsize=8)
def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{COMMENT}[^\\n]*(?:{pattern})", re.I | re.M)


def spoken(span: tuple[int, int], file: File, function: Function) -> str:
    """Why a place is left as it is: what its comments, clocks and the names around it say; empty if nothing."""
    table = file.knowledge.table("turns")
    start, end = span
    source = file.module.source
    begin = max(function.start, start - _ABOVE, source.rfind(b"\n\n", 0, start))
    if match := _said(table["said"]).search(source[begin:end].decode("utf-8", "replace")):
        return f"a comment says so: {match[0].strip()[:80]}"
    wide = source[max(function.start, start - _ABOVE) : start].decode("utf-8", "replace")
    if match := _said(table["refuses"]).search(wide):  # of the other side, wherever it stands
        return f"a comment says so: {match[0].strip()[:80]}"
    body = source[start:end]
    if any(clock.encode() in body for clock in table["measured"]):
        return "the time that it takes is measured"
    for here in scopes(function):
        said = words(here.name)
        if here.name.startswith("test_"):
            return "it is part of a test"
        if any(w in table["once"] for w in said):
            return f"{here.name}() says by its name that it runs once or in order"
    stem = file.path.rpartition("/")[2].partition(".")[0]
    if any(w in table["once_files"] for w in words(stem)):
        return f"{stem} says by its name that it runs once or in order"
    for folder in file.path.split("/")[:-1]:
        if folder in table["once_folders"]:
            return f"what lies in {folder}/ runs once, in an order that someone chose"
    return ""


def shown(file: File) -> list[str]:
    """A doubt where a folder says that the code only shows something."""
    table = file.knowledge.table("turns")
    for folder in file.path.split("/")[:-1]:
        if folder in table["shown_folders"]:
            return [f"what lies in {folder}/ only shows something"]
        if folder in table["tool_folders"]:
            return [f"what lies in {folder}/ is run by hand"]
    if file.language == "javascript" and _COMMAND.search(file.module.source):
        return ["it is a command that somebody runs by hand"]
    return []


_COMMAND = re.compile(rb"\A#!|^(?:const|let|var)\b[^\n]*\bprocess\.argv\b", re.M)


_NOQA = re.compile(rb"#[ \t]*noqa\b(?:[ \t]*:[ \t]*([A-Za-z]+[0-9]+(?:[ \t,]+[A-Za-z]+[0-9]+)*))?", re.I)

_IN_LOOP = re.compile(
    rb"(?:eslint|oxlint)-disable(?:-next-line|-line)\b[^\n]*\bno-await-in-loop|biome-ignore[^\n]*\bnoAwaitInLoops"
    rb"|noqa:[^\n]*\bWPS476"
)
_IN_FILE = re.compile(rb"/\*[ \t]*(?:eslint|oxlint)-disable(?!-)[^*]*\bno-await-in-loop")


def waived_in_loop(file: File, loop: Node) -> bool:
    """Whether somebody told another linter that the awaits of a loop are meant, there or for all that follows."""
    source = file.module.source
    begin = source.rfind(b"\n", 0, max(0, source.rfind(b"\n", 0, loop.start))) + 1
    return _IN_LOOP.search(source, begin, loop.end) is not None or _IN_FILE.search(source, 0, loop.start) is not None


def waived(file: File, node: Node, codes: Iterable[str]) -> bool:
    """Whether a bare noqa, or one of these codes or their beginnings, stands on the lines of a node."""
    source = file.module.source
    begin = source.rfind(b"\n", 0, node.start) + 1
    end = source.find(b"\n", node.end)
    for match in _NOQA.finditer(source, begin, end if end >= 0 else len(source)):
        if match[1] is None:
            return True
        said = match[1].decode().upper().replace(",", " ").split()
        if any(one.startswith(code) for one in said for code in codes):
            return True
    return False


def documentation(function: Function) -> str:
    """The string that a function's body begins with; "" where it begins with none."""
    first = function.body[0] if function.kind != "module" and function.body else None
    said = first.value.value if isinstance(first, Do) and isinstance(first.value, Constant) else None
    return said if isinstance(said, str) else ""


def comment_above(source: bytes, start: int) -> list[bytes]:
    """The lines of the comment right above the line of a place, the last one first, with their marks."""
    lines = source[: source.rfind(b"\n", 0, start) + 1].splitlines()
    return [*takewhile(lambda line: line.strip().startswith((b"#", b"//", b"*", b"/*")), reversed(lines))]
