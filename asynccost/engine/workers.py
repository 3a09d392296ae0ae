"""Reads and looks at many files, in as many processes as it pays."""

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from asynccost.engine.cache import digest
from asynccost.engine.concerns import found_in
from asynccost.engine.firstpass import batches, get_ready, look_with, unread
from asynccost.engine.lowered import Lowered
from asynccost.engine.processes import spread
from asynccost.engine.seen import Seen
from asynccost.files.bundles import bundled
from asynccost.files.decoding import decode, minified
from asynccost.knowledge import Knowledge
from asynccost.model import Problem
from asynccost.suppress import comments
from asynccost.tokens import Found

LARGEST = 4 * 1024 * 1024  # bytes that are read at most
DENSEST = 1024 * 1024  # bytes of code that is looked at: more than that nobody wrote by hand
_INLINE_BYTES = 400_000  # below this a second process costs more than it saves
_MOST_FILES, _MOST_BYTES = 100, 500_000  # what one process reads and looks at before it lets go of it
_PART_BYTES = 4_000_000  # what a process looks at before its memory is given back


class Task(NamedTuple):
    """One file to read: where it lies, and the digest under which its row is known already, if any."""

    path: str
    absolute: str
    language: str
    size: int
    known: str


class Read(NamedTuple):
    """What became of a task. row: JSON of the first pass, "" where it has nothing to say, None where the
    content is what `known` said, so that the old row holds."""

    path: str
    digest: str
    row: str | None


class _Open(NamedTuple):
    """A file that must be looked at. found: what it holds for the rules that may have something to say of it."""

    task: Task
    digest: str
    source: bytes
    problems: list[Problem]
    found: Found | None


def read_all(
    tasks: Sequence[Task],
    knowledge: Mapping[str, Any],
    jobs: int,
    texts: Mapping[str, bytes],
    progress: Callable[[int, int], None] | None = None,
    lowered: Lowered | None = None,
) -> Iterator[Read]:
    """Read every task, in no particular order. lowered: where this process leaves files that can be fixed."""
    here = [t for t in tasks if t.path in texts]
    yield from _read(here, knowledge, texts, lowered)
    rest = [t for t in tasks if t.path not in texts]
    size = sum(t.size for t in rest)
    alone = jobs == 1 or size <= _INLINE_BYTES
    reads = _inline(rest, knowledge, lowered) if alone else _spread(rest, size, knowledge, jobs)
    for done, read in enumerate(reads, 1):
        yield read
        if progress and done % 200 == 0:
            progress(done, len(rest))


def _inline(tasks: Sequence[Task], knowledge: Mapping[str, Any], lowered: Lowered | None) -> Iterator[Read]:
    for number, some in enumerate(_some(tasks)):
        yield from _read(some, knowledge, {}, lowered)
        if number:
            gc.collect(0)  # nodes know their parents, so that only the collector frees them


def _some(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """The tasks in parts, each of as many files as may be in memory at once."""
    part: list[Task] = []
    size = 0
    for task in tasks:
        if part and (len(part) == _MOST_FILES or size + task.size > _MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(task)
        size += task.size
    if part:
        yield part


def _spread(tasks: Sequence[Task], size: int, knowledge: Mapping[str, Any], jobs: int) -> Iterator[Read]:
    """Share tasks out to processes; every part takes files of all sizes."""
    count = max(jobs * 4, size // _PART_BYTES)
    ordered = sorted(tasks, key=lambda t: -t.size)
    parts = [part for at in range(count) if (part := ordered[at::count])]
    work = partial(_part, dict(knowledge))
    for language in sorted({t.language for t in tasks}):
        get_ready(language, _known(knowledge))
    while parts:
        died: list[list[Task]] = []
        for part, reads in spread(parts, work, jobs):
            yield from reads or ()
            if reads is None:
                died.append(part)
        # a file that makes the parser crash is found by halving
        parts = [half for part in died if len(part) > 1 for half in (part[::2], part[1::2])]
        yield from (_problem(t, "", "made the parser crash; nothing of it was scanned", "crash")
                    for [t, *more] in died if not more)


def _part(knowledge: Mapping[str, Any], tasks: Sequence[Task]) -> list[Read]:
    return list(_read(tasks, knowledge, {}))


def _known(knowledge: Mapping[str, Any]) -> Knowledge:
    return _tables(json.dumps(knowledge, sort_keys=True))


@cache
def _tables(extra: str) -> Knowledge:
    """The tables with the user's rows, read once a process."""
    return Knowledge(json.loads(extra))


def _read(
    tasks: Sequence[Task],
    knowledge: Mapping[str, Any],
    texts: Mapping[str, bytes],
    lowered: Lowered | None = None,
) -> Iterator[Read]:
    """Read files, run the rules' outside tools over those that are worth it, and look at each."""
    tables = _known(knowledge)
    open_files: list[_Open] = []
    for task in tasks:
        said = _open(task, texts, tables)
        if isinstance(said, Read):
            yield said
        else:
            open_files.append(said)
    shown = [(o.task.path, o.task.language, o.source, o.found.rules if o.found else ()) for o in open_files]
    rows, failed = batches(shown)
    for number, (task, mark, source, problems, found) in enumerate(open_files):
        seen = look_with(found, task.path, task.language, source, tables, rows.get(task.path), lowered=lowered)
        seen.problems = [*problems, *seen.problems, *(failed if number == 0 else [])]
        yield Read(task.path, "" if failed else mark, _row(seen, source))  # "": look again next time


def _open(task: Task, texts: Mapping[str, bytes], tables: Knowledge) -> Read | _Open:
    try:
        data = texts[task.path] if task.path in texts else _bytes(task)
    except OSError as error:
        return _problem(task, "", f"cannot be read: {error.strerror}", "read")
    mark = digest(data)
    if mark == task.known:
        return Read(task.path, mark, None)
    if len(data) > LARGEST:
        return _too_large(task, mark, LARGEST)
    found = found_in(task.language, data, tables)
    if found is None and data.isascii() and b"\0" not in data and b"asynccost:" not in data:
        return Read(task.path, mark, _row(unread(task.path, task.language, data), b""))
    source, problem = decode(data, task.path, task.language)
    if source is None:
        return Read(task.path, mark, _row(Seen(task.path, problems=[problem] if problem else []), b""))
    if task.language == "javascript" and minified(source):
        return _problem(task, mark, "is minified; nothing of it was scanned", "minified")
    if task.language == "javascript" and bundled(source, task.path):
        return _problem(task, mark, "is a bundle; nothing of it was scanned", "bundled")
    if found is not None and len(data) > DENSEST:
        return _too_large(task, mark, DENSEST)
    if source is not data:
        found = found_in(task.language, source, tables)
    return _Open(task, mark, source, [problem] if problem else [], found)


def _bytes(task: Task) -> bytes:
    with open(task.absolute, "rb") as file:
        return file.read(LARGEST + 1)


def _too_large(task: Task, mark: str, limit: int) -> Read:
    return _problem(task, mark, f"is larger than {limit // 1024 // 1024} MB; nothing of it was scanned", "size")


def _problem(task: Task, mark: str, message: str, kind: str) -> Read:
    seen = Seen(task.path, problems=[Problem(task.path, 1, message, kind)])
    return Read(task.path, mark, json.dumps([*seen.row(), []]))


def _row(seen: Seen, source: bytes) -> str:
    found = comments(source)
    known = seen.late is not None or seen.imports is not None or seen.text is not None
    if not known and not seen.findings and not seen.problems and not found:
        return ""
    return json.dumps([*seen.row(), found], separators=(",", ":"))
