"""Which Vue the components of a project are written for, by the names that they give to their ends."""

import re

from asynccost.flow.file import File
from asynccost.flow.linked.project import Project

_OLDER = re.compile(rb"\b(?:beforeDestroy|destroyed)[ \t]*[(:]")
_NEWER = re.compile(rb"\b(?:beforeUnmount|unmounted)[ \t]*[(:]")
NEWER_ENDS = frozenset({"beforeUnmount", "unmounted"})
OLDER, NEWER = 2, 3
SAYS = {
    0: "it assumes Vue 3, which calls beforeUnmount()",
    OLDER: "like other components of the project it ends in beforeDestroy()",
    NEWER: "like other components of the project it ends in beforeUnmount()",
}


def ends(file: File) -> dict[str, bool]:
    """What a file says of it."""
    source = file.module.source
    return {name: True for name, word in (("older", _OLDER), ("newer", _NEWER)) if word.search(source)}


_MOST = 4  # times as many components as say otherwise


def version(project: Project) -> int:
    """OLDER or NEWER; 0 where components do not agree, or none says. Other scripts count where no component says."""
    told = project.rows("missing-effect-cleanup")
    rows = [row for path, row in told.items() if path.endswith(".vue") and row] or [*told.values()]
    older, newer = (sum(name in row for row in rows) for name in ("older", "newer"))
    if max(older, newer) < _MOST * min(older, newer) or older == newer:
        return 0
    return OLDER if older > newer else NEWER
