"""What `asynccost fix` does, once its options are read."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asynccost import fixer, scanning
from asynccost.cli import fix_summary, output
from asynccost.config import settings
from asynccost.config.settings import Settings
from asynccost.errors import PathError, SettingsError
from asynccost.fixer.checkout import refuse_dirty
from asynccost.fixer.patch import patch
from asynccost.fixer.writing import replace_file, sweep
from asynccost.model import Finding
from asynccost.report import at_least

if TYPE_CHECKING:  # prices are loaded only where something says how often things run
    from asynccost.pricing.money import Money


@dataclass(frozen=True, slots=True)
class Job:
    """The options of `fix` that are no settings, and those that are."""

    paths: tuple[str, ...]
    unsafe: bool
    diff: bool
    interactive: bool
    verify: str | None
    allow_dirty: bool
    exit_zero: bool
    config: str | None
    isolated: bool
    quiet: bool
    options: Mapping[str, Any]
    trace: str | None = None
    usage: str | None = None
    calls_per_month: float | None = None


def run(job: Job) -> int:
    """Fix, write, and say how to exit."""
    if job.interactive and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError("--interactive asks before each fix, and this is no terminal")
    chosen = settings.load(job.paths, config=job.config, isolated=job.isolated, options=job.options)
    writes = not job.diff
    if writes and not job.allow_dirty:
        refuse_dirty(chosen.root, ())
    money = None if job.quiet or job.diff else _money(job, chosen)
    project = scanning.project(scanning.Input(job.paths), chosen)
    task = fixer.Task(project.sources, project.targets, chosen, unsafe=job.unsafe)
    if job.interactive:
        from asynccost.cli.fix_asking import refused

        task = replace(task, without=refused(task, scanning.scan(project, chosen), project))
    outcome = _outcome(job, task)
    outcome.problems = [*project.problems, *outcome.problems]
    if not writes:
        return _show(job, chosen, outcome)
    if not job.allow_dirty:
        refuse_dirty(chosen.root, outcome.after)
    if money:
        scanning.price(_where_they_were(outcome), project, chosen, money)
    failed = write(chosen.root, outcome)
    if not job.quiet:
        output.to_stdout(fix_summary.render(outcome, failed))
    if failed:
        return 2
    if job.exit_zero or chosen.fail_on == "never":
        return 0
    return int(at_least([left.finding for left in outcome.left], chosen.fail_on) > 0)


def _money(job: Job, chosen: Settings) -> "Money | None":
    """What prices rest on; what cannot be read stops the run before anything is changed."""
    from asynccost.pricing.money import known

    return known(chosen.root, usage=job.usage, trace=job.trace, calls=job.calls_per_month)


def _where_they_were(outcome: fixer.Outcome) -> list[Finding]:
    """The fixed findings whose lines are those of the files as they are on disk."""
    return [f for place, f in outcome.fixed if f.span.start == place[2]]


def _outcome(job: Job, task: fixer.Task) -> fixer.Outcome:
    if job.verify is None:
        return fixer.fix(task)
    from asynccost.fixer.verify import verified

    def say(line: str) -> None:
        if not job.quiet:
            print(f"asynccost: {line}", file=sys.stderr)

    return verified(task, job.verify, say)


def _show(job: Job, chosen: Settings, outcome: fixer.Outcome) -> int:
    output.to_stdout_raw(patch(outcome.before, outcome.after, scanning.prefix(chosen.root)))
    return int(bool(outcome.after) and not job.exit_zero)


def write(root: str, outcome: fixer.Outcome) -> dict[str, str]:
    """Write every changed file below a root; what could not be written, each with a sentence."""
    failed = {}
    folders = {os.path.dirname(os.path.join(root, path)) for path in outcome.after}
    for folder in sorted(folders):
        sweep(folder)
    for path, data in sorted(outcome.after.items()):
        try:
            replace_file(os.path.join(root, path), outcome.before[path], data, root)
        except PathError as error:
            failed[path] = str(error)
    return failed
