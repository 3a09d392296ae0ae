"""Two branches that fix and add findings, merged by git: their merged baseline beside that of the merged code."""

import sys
from copy import deepcopy
from pathlib import Path
from random import Random
from subprocess import CalledProcessError

from asynccost.baseline import NAME, store
from asynccost.baseline.entry import Entry, entry_of
from asynccost.baseline.functions import standing
from asynccost.baseline.match import Matched, match
from tests.fixtures import scan
from tests.gate_model import Project
from tests.test_gate_matrix import git, put

EDITS = (
    *("fix_finding", "add_finding", "edit_argument", "duplicate"),
    *("rename_function", "delete_function", "add_function"),
)
DRIVER = f"{sys.executable} -m asynccost baseline merge %O %A %B"


def merge(folder: Path, seed: int, *, python: bool) -> Matched | None:
    """The merged baseline beside the findings of the merged code; None where git cannot merge the code.

    stale: what it accepts and the code does not have, so that it is looser; fresh: what the code has and it does not
    accept, so that it is stricter.
    """
    random = Random(seed)
    base = Project(random, python)
    for _ in range(4):
        base.edit(("add_function",))
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "merge.asynccost.driver", DRIVER)
    (folder / ".gitattributes").write_text(f"{NAME} merge=asynccost\n")
    _commit(folder, base)
    ours, theirs = base, deepcopy(base)
    for branch, project in (("theirs", theirs), ("main", ours)):
        git(folder, "checkout", "-q", *(["-b", branch] if branch != "main" else [branch]))
        for _ in range(random.randint(1, 4)):
            project.edit(EDITS)
        _commit(folder, project)
    try:
        git(folder, "merge", "-q", "--no-edit", "theirs")
    except CalledProcessError:
        return None
    files = _files(folder)
    stands = standing(lambda path: files[path], files)
    return match(store.load(str(folder / NAME)).entries, _entries(folder), stands)


def _commit(folder: Path, project: Project) -> None:
    put(folder, project.render()[0])
    (folder / NAME).parent.mkdir(exist_ok=True)
    (folder / NAME).write_text(store.text(_entries(folder)))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a commit")


def _entries(folder: Path) -> list[Entry]:
    return [entry_of(f) for f in scan(_files(folder))[0]]


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in (folder / "app").iterdir()}
