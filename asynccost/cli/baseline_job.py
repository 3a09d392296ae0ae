"""What `asynccost baseline` does, once its options are read."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from asynccost import gate, scanning
from asynccost.baseline import NAME, store
from asynccost.baseline.compare import Compared
from asynccost.baseline.entry import Entry, entry_of
from asynccost.baseline.three_way import merged
from asynccost.cli import output
from asynccost.config import settings
from asynccost.config.config_file import shown
from asynccost.config.settings import Settings
from asynccost.errors import PathError
from asynccost.gate import Question
from asynccost.report import count


@dataclass(frozen=True, slots=True)
class Job:
    """A project and its baseline file, which need not exist yet."""

    chosen: Settings
    path: str

    @classmethod
    def of(cls, path: str | None, config: str | None, isolated: bool, options: Mapping[str, Any]) -> "Job":
        """The job for the project that the current folder is in."""
        chosen = settings.load(config=config, isolated=isolated, options=options)
        return cls(chosen, path or os.path.join(chosen.root, NAME))

    def create(self) -> int:
        """Write a baseline of all findings; refuses to replace one."""
        if os.path.exists(self.path):
            raise PathError(
                f"{shown(self.path)} is there already; asynccost baseline update --allow-new accepts what is new"
            )
        found = scanning.scan(scanning.project(scanning.Input(), self.chosen), self.chosen).findings
        self._write(map(entry_of, found))
        return _said(f"Accepted {count(len(found), 'finding')} in {shown(self.path)}; commit it.")

    def update(self, *, allow_new: bool) -> int:
        """Write known findings as they are now; new ones only if that is allowed."""
        before, said = self._compared()
        kept = [entry_of(f) for _, f in said.pairs]
        added = [entry_of(f) for f in said.fresh] if allow_new else []
        others = _not_judged(before, said)
        self._write([*kept, *added, *others])
        parts = [f"{shown(self.path)}: kept {count(len(kept) + len(others), 'finding')}, dropped {len(said.stale)}"]
        if allow_new:
            parts.append(f"added {len(added)}")
        elif said.fresh:
            parts.append(f"left out {count(len(said.fresh), 'new finding')} (--allow-new accepts them)")
        return _said(", ".join(parts) + ".")

    def prune(self) -> int:
        """Write the baseline without what is gone."""
        before, said = self._compared()
        gone = {id(e) for e in said.stale}
        kept = [e for e in before if id(e) not in gone]
        self._write(kept)
        return _said(f"{shown(self.path)}: dropped {count(len(gone), 'finding')}, {len(kept):,} left.")

    def show(self) -> int:
        """Print the entries and their counts."""
        entries = store.load(self._existing()).entries
        lines = [f"{e.path} {e.rule}{f' in {e.scope}' if e.scope else ''}: {e.message}" for e in entries]
        rules = sorted(Counter(e.rule for e in entries).items(), key=lambda row: (-row[1], row[0]))
        lines += [f"{n:6,}  {rule}" for rule, n in rules]
        output.to_stdout("\n".join([*lines, f"{count(len(entries), 'finding')} in {shown(self.path)}."]) + "\n")
        return 0

    def _compared(self) -> tuple[Sequence[Entry], Compared]:
        before = gate.accepted(self.chosen, Question(self._existing()))
        assert before is not None
        if before.note:
            click.echo(f"asynccost: {before.note}", err=True)
        project = scanning.project(scanning.Input(), self.chosen)
        report = scanning.scan(project, self.chosen)
        return before.entries, gate.compared(project, report, self.chosen, before)

    def _existing(self) -> str:
        if not os.path.isfile(self.path):
            raise PathError(f"{shown(self.path)}: there is no baseline; make one with: asynccost baseline create")
        return self.path

    def _write(self, entries: Iterable[Entry]) -> None:
        output.replace(self.path, store.text(entries))


def _not_judged(before: Sequence[Entry], said: Compared) -> list[Entry]:
    """Entries of rules or files that this scan did not look at: they stay as they are."""
    judged = {id(e) for e, _ in said.pairs} | {id(e) for e in said.stale}
    return [e for e in before if id(e) not in judged]


def merge_files(base: str, ours: str, theirs: str) -> int:
    """Write the merge of two baselines into the file of the first, as git wants it of a merge driver."""
    sides = [store.load(path).entries for path in (base, ours, theirs)]  # git gives an empty file for none
    output.replace(ours, store.text(merged(*sides)))
    return 0


def _said(text: str) -> int:
    output.to_stdout(text + "\n")
    return 0
