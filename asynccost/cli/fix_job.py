"""What `asynccost fix` does, once its options are read."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asynccost import fixer, scanning, settings
from asynccost.cli import fix_summary
from asynccost.errors import PathError
from asynccost.fixer.patch import patch
from asynccost.fixer.writing import replace, sweep
from asynccost.report import at_least
from asynccost.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """The options of `fix` that are no settings, and those that are."""

    paths: tuple[str, ...]
    unsafe: bool
    diff: bool
    exit_zero: bool
    config: str | None
    isolated: bool
    quiet: bool
    options: Mapping[str, Any]


def run(job: Job) -> int:
    """Fix, write, and say how to exit."""
    chosen = settings.load(job.paths, config=job.config, isolated=job.isolated, options=job.options)
    project = scanning.project(scanning.Input(job.paths), chosen)
    outcome = fixer.fix(fixer.Task(project.sources, project.targets, chosen, unsafe=job.unsafe))
    if job.diff:
        return _show(job, chosen, outcome)
    failed = _write(chosen, outcome)
    if not job.quiet:
        sys.stdout.write(fix_summary.render(outcome, failed))
    if failed:
        return 2
    if job.exit_zero or chosen.fail_on == "never":
        return 0
    return int(at_least([left.finding for left in outcome.left], chosen.fail_on) > 0)


def _show(job: Job, chosen: Settings, outcome: fixer.Outcome) -> int:
    sys.stdout.buffer.write(patch(outcome.before, outcome.after, scanning.prefix(chosen.root)))
    sys.stdout.flush()
    return int(bool(outcome.after) and not job.exit_zero)


def _write(chosen: Settings, outcome: fixer.Outcome) -> list[str]:
    """Write every changed file; what could not be written, as sentences."""
    failed = []
    folders = {os.path.dirname(os.path.join(chosen.root, path)) for path in outcome.after}
    for folder in sorted(folders):
        sweep(folder)
    for path, data in sorted(outcome.after.items()):
        try:
            replace(os.path.join(chosen.root, path), outcome.before[path], data, chosen.root)
        except PathError as error:
            failed.append(str(error))
    return failed
