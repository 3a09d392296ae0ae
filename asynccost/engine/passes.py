"""Source in, findings out: what is known from the cache, what must be read, and the project's answer."""

import gc
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asynccost.config.settings import Settings
from asynccost.engine.cache import Cache, digest, key, signature
from asynccost.engine.planning import Progress, plan, read, stamp
from asynccost.engine.rows import finding_of, finding_row, path_of, problem_of
from asynccost.files.listings import Listings
from asynccost.files.sources import Source
from asynccost.model import Finding, Problem, Silence
from asynccost.suppress import Comment, apply

if TYPE_CHECKING:
    from asynccost.engine.rereading import Handed, Reader
    from asynccost.engine.seen import Seen
    from asynccost.engine.workers import Task


@dataclass(slots=True)
class Result:
    """What a scan says of its targets. silences: only of a file that was asked for by `explain`."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    suppressed: list[tuple[Finding, Comment]] = field(default_factory=list)
    scanned: dict[str, int] = field(default_factory=dict)


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
    def of(cls, row: Sequence[Any], targets: set[str] | None) -> "_Whole":
        """What a row was made of, less the findings of files that are no targets."""
        findings, problems, comments = row
        return cls(
            [finding_of(f) for f in findings if targets is None or path_of(f) in targets],
            [problem_of(p) for p in problems],
            {path: [Comment.of(c) for c in found] for path, found in comments.items()},
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
    handed: "Handed | None" = None,
    progress: Progress | None = None,
    listings: Listings | None = None,
) -> Result:
    """Scan a project and report on its targets (None: all). `rules`: the names that are asked for.

    listings: what is to be kept of its folders.
    handed: what earlier scans of this project know of its files; each adds to it. Only findings of targets are settled.
    """
    with _no_collector():
        whole = _whole(sources, targets, settings, jobs, cache, check_cache, texts or {}, handed, progress, listings)
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
    from asynccost.engine.firstpass import look_at
    from asynccost.engine.rereading import Reader, decoded, raw
    from asynccost.engine.secondpass import settle
    from asynccost.knowledge import Knowledge

    texts = texts or {}
    with _no_collector():
        seen = {s.path: s for s in _all_seen(sources, settings, texts)}
        source = next(s for s in sources if s.path == path)
        data = decoded(raw(source, texts), source)
        knowledge = Knowledge(settings.knowledge)
        [seen[path]] = look_at([(path, source.language, data)], knowledge)
        scripts = Reader(sources, texts, settings).scripts
        return settle([seen[p] for p in sorted(seen)], knowledge, scripts, only={path})


def _all_seen(sources: Sequence[Source], settings: Settings, texts: Mapping[str, bytes]) -> "list[Seen]":
    from asynccost.engine.rereading import Reader

    store = Cache.open(settings.cache_dir, signature(settings.knowledge)) if settings.cache else None
    known = store.stamps() if store else {}
    tasks, kept = plan(sources, known, texts, check_cache=False)
    old = store.rows() if store else {}
    if old is None:
        (tasks, kept), old = plan(sources, {}, texts, check_cache=False), {}
    rows, _, _ = read(tasks, kept, old, settings, 0, texts, None)
    if store:
        store.close()
    reader = Reader(sources, texts, settings)
    return [reader.seen(path, row) for path, row in rows.items()]


def _whole(
    sources: Sequence[Source],
    targets: set[str] | None,
    settings: Settings,
    jobs: int,
    cache: bool,
    check_cache: bool,
    texts: Mapping[str, bytes],
    handed: "Handed | None",
    progress: Progress | None,
    listings: Listings | None,
) -> _Whole:
    """The answer for the project; where nothing has changed, only what it says of the targets is made of it."""
    only = targets if handed is not None else None  # who hands on asks again, and each time of few
    partly = only is not None or (handed is not None and handed.near)
    began = time.time_ns()
    store = Cache.open(settings.cache_dir, signature(settings.knowledge)) if cache else None
    if store and listings is not None and listings.changed:
        store.keep_folders(listings.rows)
    known = store.stamps() if store else {}
    tasks, kept = plan(sources, known, texts, check_cache)
    same = len(sources) == len(known) and len(kept) + sum(t.path in known for t in tasks) == len(known)
    if store and same and not tasks and (row := store.result()) is not None:
        store.close()
        return _Whole.of(row, targets)
    old = store.rows() if store else {}
    if old is None:
        (tasks, kept), old, same = plan(sources, {}, texts, check_cache), {}, False
    on_disk = [t for t in tasks if t.path not in texts]
    lowered = handed.lowered if handed else None
    rows, changed, digests = read(on_disk, kept, old, settings, jobs, texts, progress, lowered)
    marks = {**kept, **digests, **{path: digest(text) for path, text in texts.items()}}
    mark = key({s.path: marks[s.path] for s in sources}) if store else None
    row = store.result() if store and same and not changed and not texts else None
    if row is None and store and mark:
        row = store.answer(mark)
    if row is None:
        in_memory = [t for t in tasks if t.path in texts]
        whole, late = _answered(rows, in_memory, marks, sources, settings, texts, handed, only)
        marks.update(dict.fromkeys(late, ""))
        if store and mark and not late and not partly:
            store.keep(mark, whole.row())
    else:
        whole = _Whole.of(row, None)
    if store and not texts and not partly:
        stamps = {s.path: stamp(s, marks[s.path], began) for s in sources}
        store.save(stamps, changed, whole.row())
    if store:
        store.close()
    return whole


def _answered(
    rows: Mapping[str, str],
    in_memory: "Sequence[Task]",
    marks: Mapping[str, str],
    sources: Sequence[Source],
    settings: Settings,
    texts: Mapping[str, bytes],
    handed: "Handed | None",
    only: set[str] | None,
) -> tuple[_Whole, list[str]]:
    """The answer over all files, texts included; and the files that have changed since they were first read."""
    from asynccost.engine.rereading import Handed, Reader

    known = Handed() if handed is None else handed
    in_memory = [t._replace(known=known.rows.get(t.path, ("",))[0]) for t in in_memory]
    fresh = read(in_memory, {}, known.rows, settings, 1, texts, None, known.lowered)[0]
    known.rows.update({path: (marks[path], row) for path, row in fresh.items()})
    reader = Reader(sources, texts, settings, known.of(marks), known.lowered)
    settled = known.untouched(marks) if known.near and only is None else {}
    whole = _answer({**rows, **fresh}, reader, only, settled)
    late = reader.changed(marks)  # since it was first read: its row and the answer are not of one content
    if handed is not None and only is None:
        known.settled, known.marks = settled, {p: m for p, m in marks.items() if p not in late}
    known.keep({p: (marks[p], one) for p, one in reader.known.items() if p not in late})
    return whole, late


def _answer(
    rows: Mapping[str, str], reader: "Reader", only: set[str] | None, settled: dict[str, list[Finding]]
) -> _Whole:
    """Run the second pass over all rows, for the findings of some files or of all; settled: see `settle`."""
    from asynccost.engine.secondpass import settle

    comments: dict[str, list[Comment]] = {}
    seen = [reader.seen(path, rows[path], comments) for path in sorted(rows)]
    findings, _ = settle(seen, reader.knowledge, reader.scripts, only, settled)
    return _Whole(findings, [p for s in seen for p in s.problems], comments)


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


