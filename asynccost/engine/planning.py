"""What of a project must be read, and what the cache knows of the rest."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from asynccost.config.settings import Settings
from asynccost.engine.cache import Stamp
from asynccost.files.listings import RACY_NS
from asynccost.files.sources import Source

if TYPE_CHECKING:
    from asynccost.engine.lowered import Lowered
    from asynccost.engine.workers import Task

Progress = Callable[[int, int], None]


def plan(
    sources: Sequence[Source], known: Mapping[str, Stamp], texts: Mapping[str, bytes], check_cache: bool
) -> "tuple[list[Task], dict[str, str]]":
    """What must be read, and the digests of what need not be."""
    tasks, kept = [], {}
    for path, absolute, language, size, mtime_ns, inode in sources:
        last = known.get(path)
        if last and not check_cache and last[:3] == (size, mtime_ns, inode) and path not in texts:
            kept[path] = last.digest
        else:
            tasks.append((path, absolute, language, size, last.digest if last else ""))
    if tasks:
        from asynccost.engine.workers import Task

        return [Task(*t) for t in tasks], kept
    return [], kept


def read(
    tasks: "Sequence[Task]",
    kept: Mapping[str, str],
    old: Mapping[str, tuple[str, str]],
    settings: Settings,
    jobs: int,
    texts: Mapping[str, bytes],
    progress: Progress | None,
    lowered: "Lowered | None" = None,
) -> tuple[dict[str, str], dict[str, tuple[str, str | None]], dict[str, str]]:
    """path -> row of every file that says anything; what changed, as the cache takes it; digests of what was read."""
    from asynccost.engine.workers import read_all

    rows = {p: row for p, (mark, row) in old.items() if kept.get(p) == mark}
    changed: dict[str, tuple[str, str | None]] = {}
    digests: dict[str, str] = {}
    for path, mark, row in read_all(tasks, settings.knowledge, jobs or os.cpu_count() or 1, texts, progress, lowered):
        digests[path] = mark
        if row is None and path in old and old[path][0] == mark:
            rows[path] = old[path][1]
        elif row is not None:
            changed[path] = (mark, row or None)
            if row:
                rows[path] = row
    return rows, changed, digests


def stamp(source: Source, mark: str, began: int) -> Stamp:
    """What tells at the next run whether a file is as it was. began: when this run did, in ns."""
    racy = not mark or source.mtime_ns > began - RACY_NS  # "": it could not be read, which its times do not tell
    return Stamp(source.size, -1 if racy else source.mtime_ns, source.inode, mark)
