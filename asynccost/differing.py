"""Two states of a project, or two results of scans -> their Difference."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from asynccost import scanning
from asynccost.baseline.functions import standing
from asynccost.config.settings import Settings
from asynccost.errors import GitError, ResultError
from asynccost.files.sources import Project
from asynccost.report.as_json import findings
from asynccost.report.difference import Difference, Row, difference
from asynccost.report.merging import read
from asynccost.revisions import at

if TYPE_CHECKING:
    from asynccost.git import Git
    from asynccost.pricing.money import Money


def is_result(name: str) -> bool:
    """Whether an argument names a file of results rather than a commit."""
    return name.endswith(".json")


def of_results(before: str, after: str) -> Difference:
    """Compare two JSON results. The code is not at hand: what a renamed function held is gone here and new there."""
    return difference(_rows(before), _rows(after), lambda _path, _scope: True, {}, (before, after))


def of_result(before: str, settings: Settings, money: "Money | None" = None) -> Difference:
    """Compare a JSON result with the project as it is."""
    found = scanning.project(scanning.Input(), settings)

    def look(state: Project) -> list[Row]:
        return _findings(state, settings, money)

    return _compared(_rows(before), found, {}, (before, "the work tree"), look)


def of_commits(
    before: str | None, after: str | None, settings: Settings, money: "Money | None" = None
) -> Difference:
    """Compare where the work tree left a branch with the work tree, or one commit with another."""
    from asynccost.git import Git

    git = Git(settings.root)
    found = scanning.project(scanning.Input(), settings)
    name = before or git.default_branch()
    if name is None:
        raise GitError("there is no branch to compare with; name a commit: asynccost diff COMMIT")

    def look(state: Project) -> list[Row]:
        return _findings(state, settings, money)

    if after is None:
        base = git.merge_base(name)
        changes = git.changed(base)
        was = look(at(found, settings, git, base, changes))
        return _compared(was, found, dict(changes.renamed), (_named(name, base), "the work tree"), look)
    first, second = _commit(git, name), _commit(git, after)
    was = look(at(found, settings, git, first, git.changed(first)))
    now = at(found, settings, git, second, git.changed(second))
    renamed = dict(git.changed(first, second).renamed)
    return _compared(was, now, renamed, (_named(name, first), _named(after, second)), look)


def _compared(
    was: Sequence[Row],
    now: Project,
    renamed: dict[str, str],
    names: tuple[str, str],
    look: Callable[[Project], list[Row]],
) -> Difference:
    stands = standing(scanning.reader(now), (s.path for s in now.sources))
    return difference(was, look(now), stands, renamed, names)


def _findings(found: Project, settings: Settings, money: "Money | None") -> list[Row]:
    return findings(scanning.scan(found, settings, money=money))


def _rows(path: str) -> list[Row]:
    rows: list[Row] = read(path)["findings"]
    if any("identity" not in row for row in rows):
        raise ResultError(f"{path}: written by an asynccost that could not compare results; scan again with this one")
    return rows


def _commit(git: "Git", name: str) -> str:
    found = git.commit(name)
    if found is None:
        raise GitError(f'there is no commit "{name}" in this clone; run: {git.fetch_line(name)}')
    return found


def _named(name: str, commit: str) -> str:
    short = commit[:10]
    return name if name.startswith(short) else f"{name} ({short})"
