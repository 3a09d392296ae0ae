"""Comments that other linters understand: `noqa: CODE`, and those about awaits in loops."""

import re
from collections.abc import Iterable

from asynccost.flow.file import File
from asynccost.flow.tree import Node

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
