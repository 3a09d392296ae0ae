"""Source in, findings out: what is known from the cache, what must be read, and the project's answer."""

import gc
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from asynccost.cache import RACY_NS, Cache, Stamp, digest, key, signature
from asynccost.model import Finding, Problem, Silence
from asynccost.rows import finding_of, finding_row, problem_of
from asynccost.settings import Settings
from asynccost.sources import Source
from asynccost.suppress import Comment, apply

if TYPE_CHECKING:
    from asynccost.firstpass import Again, Seen
    from asynccost.flow.asked import Asked
    from asynccost.workers import Task

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Result:
    """What a scan says of its targets. silences: only of a file that was asked for by `explain`."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    suppressed: list[tuple[Finding, Comment]] = field(default_factory=list)
    scanned: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Handed:
    """What scans of one project hand on to the next, by path, each with the digest of the content that it is of.

    rows: what the first pass made of texts. asked: what the second pass has read and lowered.
    """

    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: "dict[str, tuple[str, Asked]]" = field(default_factory=dict)


@dataclass(slots=True)
class _Whole:
    """The answer for a whole project, before anybody's targets, selection and comments."""

    findings: list[Finding]
    problems: list[Problem]
    comments: dict[str, list[Comment]]

    def row(self) -> list[Any]:
        problems = [[p.path, p.line, p.message, p.kind] for p in self.problems]
        return [[finding_row(f) for f in self.findings], problems, self.comments]

    @classmethod
    def of(cls, row: Sequence[Any]) -> "_Whole":
        findings, problems, comments = row
        return cls(
            [finding_of(f) for f in findings],
            [problem_of(p) for p in problems],
            {path: [_comment(c) for c in found] for path, found in comments.items()},
        )


def scan(
    sources: Sequence[Source],
    targets: set[str] | None,
    settings: Settings,
    *,
    families: Mapping[str, str],
    rules: Iterable[str],
    jobs: int = 0,
    cache: bool = True,
    check_cache: bool = False,
    texts: Mapping[str, bytes] | None = None,
    handed: Handed | None = None,
    progress: Progress | None = None,
) -> Result:
    """Scan a project and report on its targets (None: all). `rules`: the names that are asked for.

    handed: what earlier scans of this project know of its files; each adds to it.
    """
    with _no_collector():
        known = handed if handed is not None else Handed()
        whole = _whole(sources, settings, jobs, cache, check_cache, texts or {}, known, progress)
    wanted = set(rules)
    findings = [f for f in whole.findings if f.rule in wanted and (targets is None or f.path in targets)]
    found = {p: c for p, c in whole.comments.items() if targets is None or p in targets}
    applied = apply(findings, found, families=families, ran=wanted, require_reason=settings.require_reason)
    return Result(
        sorted(applied.kept, key=_place),
        [p for p in whole.problems if targets is None or not p.path or p.path in targets],
        [],
        applied.suppressed,
        _counts(s for s in sources if targets is None or s.path in targets),
    )


def silences(
    sources: Sequence[Source], path: str, settings: Settings, texts: Mapping[str, bytes] | None = None
) -> tuple[list[Finding], list[Silence]]:
    """Everything that the rules say of one file of a project: findings of any confidence, and silences."""
    from asynccost.firstpass import look_at
    from asynccost.knowledge import Knowledge
    from asynccost.secondpass import settle

    texts = texts or {}
    with _no_collector():
        seen = {s.path: s for s in _all_seen(sources, settings, texts)}
        source = next(s for s in sources if s.path == path)
        data = _decoded(_raw(source, texts), source)
        [seen[path]] = look_at([(path, source.language, data)], Knowledge(settings.knowledge))
        findings, said = settle([seen[p] for p in sorted(seen)])
    return [f for f in findings if f.path == path], [s for s in said if s.path == path]


def _raw(source: Source, texts: Mapping[str, bytes]) -> bytes:
    data = texts.get(source.path)
    if data is None:
        with open(source.absolute, "rb") as file:
            data = file.read()
    return data


def _decoded(data: bytes, source: Source) -> bytes:
    from asynccost.decoding import decode

    return decode(data, source.path, source.language).data or b""


def _all_seen(sources: Sequence[Source], settings: Settings, texts: Mapping[str, bytes]) -> "list[Seen]":
    store = Cache.open(settings.cache_dir, signature(settings.knowledge)) if settings.cache else None
    known = store.stamps() if store else {}
    tasks, kept = _plan(sources, known, texts, check_cache=False)
    old = store.rows() if store else {}
    if old is None:
        (tasks, kept), old = _plan(sources, {}, texts, check_cache=False), {}
    rows, _, _ = _read(tasks, kept, old, settings, 0, texts, None)
    if store:
        store.close()
    again = _Again(sources, texts, settings)
    return [again.seen(path, row) for path, row in rows.items()]


def _whole(
    sources: Sequence[Source],
    settings: Settings,
    jobs: int,
    cache: bool,
    check_cache: bool,
    texts: Mapping[str, bytes],
    handed: Handed,
    progress: Progress | None,
) -> _Whole:
    began = time.time_ns()
    store = Cache.open(settings.cache_dir, signature(settings.knowledge)) if cache else None
    known = store.stamps() if store else {}
    tasks, kept = _plan(sources, known, texts, check_cache)
    same = len(sources) == len(known) and len(kept) + sum(t.path in known for t in tasks) == len(known)
    if store and same and not tasks and (row := store.result()) is not None:
        store.close()
        return _Whole.of(row)
    old = store.rows() if store else {}
    if old is None:
        (tasks, kept), old, same = _plan(sources, {}, texts, check_cache), {}, False
    on_disk = [t for t in tasks if t.path not in texts]
    rows, changed, digests = _read(on_disk, kept, old, settings, jobs, texts, progress)
    marks = {**kept, **digests, **{path: digest(text) for path, text in texts.items()}}
    mark = key({s.path: marks[s.path] for s in sources}) if store else None
    row = store.result() if store and same and not changed and not texts else None
    if row is None and store and mark:
        row = store.answer(mark)
    if row is None:
        in_memory = [t._replace(known=handed.rows.get(t.path, ("",))[0]) for t in tasks if t.path in texts]
        fresh = _read(in_memory, {}, handed.rows, settings, jobs, texts, None)[0]
        handed.rows.update({path: (marks[path], row) for path, row in fresh.items()})
        rows |= fresh
        same_text = {path: asked for path, (of, asked) in handed.asked.items() if marks.get(path) == of}
        again = _Again(sources, texts, settings, same_text)
        whole = _answer(rows, again)
        late = again.changed(marks)  # since it was first read: its row and the answer are not of one content
        handed.asked = {p: (marks[p], one) for p, one in again.known.items() if one.is_read and p not in late}
        marks.update(dict.fromkeys(late, ""))
        if store and mark and not late:
            store.keep(mark, whole.row())
    else:
        whole = _Whole.of(row)
    if store and not texts:
        stamps = {s.path: _stamp(s, marks[s.path], began) for s in sources}
        store.save(stamps, changed, whole.row())
    if store:
        store.close()
    return whole


def _plan(
    sources: Sequence[Source], known: Mapping[str, Stamp], texts: Mapping[str, bytes], check_cache: bool
) -> "tuple[list[Task], dict[str, str]]":
    """What must be read, and the digests of what need not be."""
    tasks, kept = [], {}
    for path, absolute, language, size, mtime_ns, inode in sources:
        stamp = known.get(path)
        if stamp and not check_cache and stamp[:3] == (size, mtime_ns, inode) and path not in texts:
            kept[path] = stamp.digest
        else:
            tasks.append((path, absolute, language, size, stamp.digest if stamp else ""))
    if tasks:
        from asynccost.workers import Task

        return [Task(*t) for t in tasks], kept
    return [], kept


def _read(
    tasks: "Sequence[Task]",
    kept: Mapping[str, str],
    old: Mapping[str, tuple[str, str]],
    settings: Settings,
    jobs: int,
    texts: Mapping[str, bytes],
    progress: Progress | None,
) -> tuple[dict[str, str], dict[str, tuple[str, str | None]], dict[str, str]]:
    """path -> row of every file that says anything; what changed, as the cache takes it; digests of what was read."""
    from asynccost.workers import read_all

    rows = {p: row for p, (mark, row) in old.items() if kept.get(p) == mark}
    changed: dict[str, tuple[str, str | None]] = {}
    digests: dict[str, str] = {}
    for path, mark, row in read_all(tasks, settings.knowledge, jobs or os.cpu_count() or 1, texts, progress):
        digests[path] = mark
        if row is None and path in old and old[path][0] == mark:
            rows[path] = old[path][1]
        elif row is not None:
            changed[path] = (mark, row or None)
            if row:
                rows[path] = row
    return rows, changed, digests


def _stamp(source: Source, mark: str, began: int) -> Stamp:
    racy = not mark or source.mtime_ns > began - RACY_NS  # "": it could not be read, which its times do not tell
    return Stamp(source.size, -1 if racy else source.mtime_ns, source.inode, mark)


def _answer(rows: Mapping[str, str], again: "_Again") -> _Whole:
    """Run the second pass over all rows."""
    from asynccost.secondpass import settle

    comments: dict[str, list[Comment]] = {}
    seen = [again.seen(path, rows[path], comments) for path in sorted(rows)]
    findings, _ = settle(seen)
    return _Whole(findings, [p for s in seen for p in s.problems], comments)


class _Again:
    """Reads files again for what the second pass asks of them. known: what has been read of the same content."""

    def __init__(
        self,
        sources: Sequence[Source],
        texts: Mapping[str, bytes],
        settings: Settings,
        known: "Mapping[str, Asked] | None" = None,
    ) -> None:
        self.known = dict(known or {})
        self._sources = {s.path: s for s in sources}
        self._texts = texts
        self._settings = settings
        self._read: dict[str, str] = {}

    def seen(self, path: str, text: str, comments: dict[str, list[Comment]] | None = None) -> "Seen":
        """What a row was made of."""
        from asynccost.firstpass import Seen

        *row, found = json.loads(text)
        if found and comments is not None:
            comments[path] = [_comment(c) for c in found]
        seen = Seen.of(path, row)
        if seen.late is not None and path in self.known:
            seen.asked = self.known[path]
            return seen
        self._lowering.ask(seen, partial(self._source, path))
        if seen.asked is not None:
            self.known[path] = seen.asked
        return seen

    @cached_property
    def _lowering(self) -> "Again":
        from asynccost.firstpass import Again
        from asynccost.knowledge import Knowledge

        return Again(cache(lambda: Knowledge(self._settings.knowledge)))

    def _source(self, path: str) -> bytes:
        source = self._sources[path]
        try:
            data = _raw(source, self._texts)
        except OSError:
            data = b""
        self._read[path] = digest(data)
        return _decoded(data, source)

    def changed(self, marks: Mapping[str, str]) -> list[str]:
        """The files that were no longer what they had been when they were read again."""
        return [path for path, mark in self._read.items() if marks.get(path) != mark]


def _comment(row: Sequence[Any]) -> Comment:
    return Comment(*row)._replace(rules=tuple(row[2]))


def _place(finding: Finding) -> tuple[Any, ...]:
    return finding.path, finding.span.start, finding.rule, finding.span.end


def _counts(sources: Iterable[Source]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.language] = counts.get(source.language, 0) + 1
    return dict(sorted(counts.items()))


@contextmanager
def _no_collector() -> Iterator[None]:
    """Facts make no cycles; the collector would only walk over them again and again.

    What is left counts as old then: the first allocation after this would else walk over all of it at once.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


