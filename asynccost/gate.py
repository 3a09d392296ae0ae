"""A scan that tells new findings from those that were there before: in the baseline, in a commit, in git's index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from asynccost import scanning
from asynccost.baseline import find
from asynccost.config.config_file import git_root, shown
from asynccost.config.selection import chosen, sure_enough
from asynccost.config.settings import Settings
from asynccost.files.sources import Project
from asynccost.model import Finding
from asynccost.report import Report
from asynccost.rulebook import load
from asynccost.scanning import Progress

if TYPE_CHECKING:  # a scan that compares with nothing loads nothing for that
    from asynccost.baseline.compare import Before, Compared
    from asynccost.baseline.entry import Entry
    from asynccost.git import Changes, Git
    from asynccost.pricing.money import Money


class Question(NamedTuple):
    """What counts as new.

    baseline: a file, or None for the one that the project has; use_baseline: whether to look at one at all.
    since: compare with where this branch left `since`. staged: look at git's index instead of the work tree, and
    compare with the last commit. scope: of those two, "changed" asks for findings that were not there before,
    "files" for all findings of changed files, "lines" for those that touch a changed line.
    """

    baseline: str | None = None
    use_baseline: bool = True
    since: str | None = None
    staged: bool = False
    scope: str = "changed"


class _Base(NamedTuple):
    """The commit that is compared with, and where the project differs from it. states: for `Git.lines`."""

    git: "Git"
    commit: str
    name: str
    changes: "Changes"
    states: tuple[str, ...]


def scan(
    found: Project,
    settings: Settings,
    question: Question,
    *,
    check_cache: bool = False,
    progress: Progress | None = None,
    money: "Money | None" = None,
) -> Report:
    """Look at the project and mark what was there before. money: see `scanning.scan`."""
    baseline = accepted(settings, question)
    base = None
    if question.since or question.staged:
        found, base = _begun(found, settings, question)
        if question.scope != "changed":
            _only_changed(found, base)
    whole = replace(found, targets=None) if baseline or base else found
    report = scanning.scan(whole, settings, check_cache=check_cache, progress=progress, money=money)
    for before in _against(found, settings, baseline, base if question.scope == "changed" else None):
        stale = _marked(whole, report, settings, before)
        if before is baseline and found.targets is None:
            report.stale = stale
    if found.targets is not None:
        report = scanning.narrowed(report, found)
    if base and question.scope == "lines":
        report.findings = _touched(report.findings, base)
    return report


def _marked(whole: Project, report: Report, settings: Settings, before: "Before") -> "list[Entry]":
    """Mark what was there before; what was there and is no more."""
    from asynccost.baseline.compare import mark

    said = compared(whole, report, settings, before)
    mark(said)
    report.against += (before.name,)
    report.notes += (before.note,) if before.note else ()
    return said.stale


def _against(found: Project, settings: Settings, baseline: "Before | None", base: _Base | None) -> "Iterator[Before]":
    if baseline:
        yield baseline
    if base:
        from asynccost.baseline.compare import Before
        from asynccost.baseline.entry import entry_of

        before = findings_at(found, settings, base.git, base.commit, base.changes)
        yield Before(base.name, [entry_of(f) for f in before], lambda: base.changes.renamed)


def accepted(settings: Settings, question: Question) -> "Before | None":
    """The baseline that holds for a project."""
    if question.baseline is None and not question.use_baseline:
        return None
    path = question.baseline or find(settings.root)
    if path is None:
        return None
    from asynccost.baseline import store
    from asynccost.baseline.compare import Before

    name = shown(path)

    @cache
    def renamed() -> dict[str, str]:
        from asynccost.git import Git

        git = Git(settings.root)
        last = git.last_change(path)
        return dict(git.changed(last).renamed) if last else {}

    read = store.load(path)
    note = f"{name} has merge conflicts ({read.conflicts}); only what stands on both sides of them counts as known"
    return Before(name, read.entries, _if_git(settings.root, renamed), note if read.conflicts else "")


def findings_at(found: Project, settings: Settings, git: "Git", commit: str, changes: "Changes") -> list[Finding]:
    """What a scan of the whole project finds in a commit."""
    from asynccost.revisions import at

    return scanning.scan(at(found, settings, git, commit, changes), settings).findings


def compared(found: Project, report: Report, settings: Settings, before: "Before") -> "Compared":
    """Findings of a whole project beside what was there before, without what this scan could not judge."""
    from asynccost.baseline.compare import compare
    from asynccost.baseline.functions import standing

    read = scanning.reader(found)
    said = compare(before, report.findings, standing(read, (s.path for s in found.sources)))
    rules = chosen(settings, {name: rule.family for name, rule in load().items()})
    unread = {p.path for p in report.problems}
    said.stale = [
        e for e in said.stale if e.rule in rules and sure_enough(e.confidence, settings) and e.path not in unread
    ]
    return said


def _begun(found: Project, settings: Settings, question: Question) -> tuple[Project, _Base]:
    from asynccost.git import Git
    from asynccost.revisions import at

    git = Git(settings.root)
    if question.staged:
        asked = found.targets
        found = replace(at(found, settings, git, None, git.changed()), targets=asked)
        states: tuple[str, ...] = ("--cached", git.head())
        return found, _Base(git, states[1], "the last commit", git.changed(*states), states)
    since = question.since or ""
    commit = git.merge_base(since)
    return found, _Base(git, commit, since, git.changed(commit), (commit,))


def _only_changed(found: Project, base: _Base) -> None:
    """Narrow what was asked for to files that are new or changed."""
    before = base.git.files(base.commit)
    changed = {s.path for s in found.asked() if s.path in base.changes.paths or s.path not in before}
    found.targets = changed


def _touched(findings: Sequence[Finding], base: _Base) -> list[Finding]:
    """The findings that share a line with a change; of a file that git does not have, all."""
    lines = base.git.lines(*base.states)
    before = base.git.files(base.commit)

    def touches(f: Finding) -> bool:
        last = max(f.span.line, f.span.end_line - (f.span.end_column == 1))
        near = any(r.start <= last and f.span.line < r.stop for r in lines.get(f.path, ()))
        return near or (f.path not in before and f.path not in lines)

    return [f for f in findings if touches(f)]


def _if_git(root: str, ask: Callable[[], dict[str, str]]) -> Callable[[], dict[str, str]]:
    """Outside of git nobody knows of renames."""
    return ask if git_root(root) else dict
