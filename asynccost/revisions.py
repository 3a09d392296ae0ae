"""A project as it stands in a commit or in git's index: the files that differ are read from git, not from disk."""

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from asynccost.config.settings import Settings
from asynccost.files.kinds import language_of
from asynccost.files.sources import Project, Source, belongs

if TYPE_CHECKING:
    from asynccost.git import Changes, Git

_FILE = ("100644", "100755")
_SUBMODULE = "160000"


def at(project: Project, settings: Settings, git: "Git", tree: str | None, changes: "Changes") -> Project:
    """The project in a commit, or in the index (None). `changes`: where that differs from the work tree.

    All sources count as asked for. What is not in git is not in it; what lies in a submodule stays as it is.
    """
    modes = git.files(tree)
    inside = tuple(f"{path}/" for path, mode in modes.items() if mode == _SUBMODULE)
    here = {s.path for s in project.sources}
    differ = changes.paths | project.texts.keys()
    wanted = [p for p in differ if modes.get(p) in _FILE and (p in here or belongs(p, settings))]
    texts = git.read(tree, wanted)
    same = [s for s in project.sources if s.path not in differ and (s.path in modes or s.path.startswith(inside))]
    sources = sorted([*same, *_handed(project.root, texts)])
    return replace(project, sources=sources, targets=None, texts=texts, skipped={}, problems=[])


def _handed(root: str, texts: dict[str, bytes]) -> Iterable[Source]:
    for path, text in texts.items():
        if language := language_of(path):
            yield Source(path, os.path.join(root, path), language, len(text), 0, 0)
