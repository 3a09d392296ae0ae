"""Looks at a project while it is being fixed: at all of it, or, where little has changed, at what that concerns."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import replace

from asynccost.config.selection import visible
from asynccost.engine import passes
from asynccost.engine.rereading import Handed
from asynccost.fixer.task import Task
from asynccost.model import Finding, Problem
from asynccost.rulebook import load

LITTLE = 4  # where at most one file of so many has changed, a look is at what that concerns


class Looks:
    """near: whether looks may be at what a change concerns alone; the last of them was so if was_near.

    handed: what looks know of files, so that none is read or lowered twice. problems: what the first one met.
    """

    def __init__(self, task: Task, *, near: bool) -> None:
        self.handed = Handed()
        self.problems: list[Problem] = []
        self.was_near = False
        self._task = task
        self._near = near
        self._missed = False
        self._families = {name: rule.family for name, rule in load().items()}
        # a fix must bring no finding of any rule, whichever are asked for
        self._all = replace(task.settings, select=("all",), ignore=(), extend_select=(), extend_ignore=())
        self._last: Mapping[str, bytes] | None = None

    def first(self) -> list[Finding]:
        """The findings before anything was changed."""
        return self.whole({})

    def after(self, texts: Mapping[str, bytes]) -> list[Finding]:
        """The findings of all files; where little has changed since the latest look, most are taken from there.

        What a change says of other files is not seen then.
        """
        last, self._last = self._last or {}, texts
        others = [path for path in texts.keys() | last.keys() if texts.get(path) != last.get(path)]
        little = bool(last) and len(others) <= len(self._task.sources) // LITTLE
        self.was_near, self._missed = self._near and little and not self._missed, False
        if not last:  # most of what is changed at all
            self.handed.let_go(others)
            gc.collect()  # nodes know their parents: only the collector frees the files as they were
        return self._scan(texts, near=self.was_near)

    def missed(self) -> None:
        """Say that the next look must be at everything: an undone change had told of files that stay as they are."""
        self._missed = True

    def whole(self, texts: Mapping[str, bytes], only: set[str] | None = None) -> list[Finding]:
        """The findings of all files, or of some, whatever was seen before."""
        return self._scan(texts, only)

    def asked(self, found: Sequence[Finding]) -> list[Finding]:
        """Those of some findings that somebody asked for."""
        return visible([f for f in found if self._target(f.path)], self._task.settings, self._families)

    def _scan(
        self, texts: Mapping[str, bytes], only: set[str] | None = None, *, near: bool = False
    ) -> list[Finding]:
        self.handed.near = near
        result = passes.scan(
            self._task.sources,
            only,
            self._task.settings,
            families=self._families,
            rules=self._families,
            jobs=self._task.settings.jobs,
            texts={**self._task.texts, **texts},
            handed=self.handed,
        )
        if not texts:
            self.problems = [p for p in result.problems if self._target(p.path)]
        return visible(result.findings, self._all, self._families)

    def _target(self, path: str) -> bool:
        return self._task.targets is None or path in self._task.targets
