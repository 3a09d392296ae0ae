"""Comments that other linters understand: `noqa: CODE` on the lines of a node."""

import re
from collections.abc import Iterable

from asynccost.flow.file import File
from asynccost.flow.tree import Node

_NOQA = re.compile(rb"#[ \t]*noqa\b(?:[ \t]*:[ \t]*([A-Za-z]+[0-9]+(?:[ \t,]+[A-Za-z]+[0-9]+)*))?", re.I)


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
