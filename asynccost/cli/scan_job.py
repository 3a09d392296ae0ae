"""What `asynccost scan` does, once its options are read."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from asynccost import gate, scanning
from asynccost.cli import output
from asynccost.config import settings
from asynccost.config.settings import Settings
from asynccost.errors import ResultError, SettingsError
from asynccost.files.sources import Project
from asynccost.gate import Question
from asynccost.report import Report, at_least, count

if TYPE_CHECKING:
    from asynccost.pricing.money import Money

_WITH_EDITS = ("html", "sarif", "agent")


class Job(NamedTuple):
    """The options of `scan` that are no settings, and those that are."""

    paths: tuple[str, ...]
    stdin_filename: str | None
    exit_zero: bool
    strict: bool
    config: str | None
    isolated: bool
    shard: tuple[int, int] | None
    check_cache: bool
    show_files: bool
    show_settings: bool
    show_fixes: bool
    statistics: bool
    color: str
    quiet: bool
    verbose: bool
    options: Mapping[str, Any]
    question: Question
    fail_on_stale: bool
    trace: str | None = None
    usage: str | None = None
    calls_per_month: float | None = None


def asked(*, baseline: str | None, no_baseline: bool, since: str | None, staged: bool, scope: str | None) -> Question:
    """The options that say what counts as new; those that contradict each other are refused."""
    if baseline and no_baseline:
        raise SettingsError("--baseline and --no-baseline: use one of them")
    if since and staged:
        raise SettingsError("--since and --staged: use one of them; --staged compares with the last commit")
    if scope and not since and not staged:
        raise SettingsError("--scope: says which part of a change to look at; add --since REF or --staged")
    return Question(baseline, not no_baseline, since, staged, scope or "changed")


def run(job: Job, stdin: BinaryIO) -> int:
    """Scan, write, and say how to exit."""
    what = _input(job, stdin)
    names = [*what.paths, *(what.texts or {})]
    chosen = settings.load(names, config=job.config, isolated=job.isolated, options=job.options)
    if job.show_settings:
        output.to_stdout(
            "".join(f"{key} = {value}  # {origin}\n" for key, value, origin in settings.as_rows(chosen))
        )
        return 0
    where = output.targets(chosen.output_format, chosen.origin("output_format"))
    project = scanning.project(what, chosen, job.check_cache)
    if job.show_files:
        output.to_stdout("".join(f"{s.path}\n" for s in project.asked()))
        return 0
    report = gate.scan(
        project,
        chosen,
        job.question,
        check_cache=job.check_cache,
        progress=output.progress(quiet=job.quiet),
        money=_money(job, chosen),
    )
    if job.show_fixes or any(name in _WITH_EDITS for name, _ in where):
        report = scanning.with_edits(report, project, chosen)
    if not what.texts and not what.shard and not job.question.since and not job.question.staged:
        _remember(what, chosen, report, where)
    if job.quiet:
        where = [(name, file) for name, file in where if file or name not in output.PEOPLE]
    output.write(report, where, job.color, statistics=job.statistics)
    _tell(job, project, report, machine=any(not file and name not in output.PEOPLE for name, file in where))
    return _exit_code(job, chosen, report)


def _money(job: Job, chosen: Settings) -> "Money | None":
    """What prices rest on, where an option says so; what cannot be read stops the scan before it begins."""
    if not (job.trace or job.usage or job.calls_per_month):
        return None
    from asynccost.pricing.money import load

    return load(chosen.root, usage=job.usage, trace=job.trace, calls=job.calls_per_month)


def _input(job: Job, stdin: BinaryIO) -> scanning.Input:
    paths = [p for p in job.paths if p != "-"]
    if len(paths) == len(job.paths):
        if job.stdin_filename:
            raise SettingsError("--stdin-filename: names what comes by standard input; add - to the paths")
        return scanning.Input(paths, shard=job.shard)
    return scanning.Input(paths, {job.stdin_filename or "stdin.py": stdin.read()}, job.shard)


def _remember(
    what: scanning.Input, chosen: Settings, report: Report, where: Sequence[tuple[str, str | None]]
) -> None:
    """Put a scan of all that was asked for into the history: where a page shows it, or the project keeps one."""
    wanted = any(name == "html" for name, _ in where) or os.path.isdir(os.path.join(chosen.root, ".asynccost"))
    if not wanted:
        return
    from asynccost import history
    from asynccost.report.past import run_of

    scope = scanning.scope(what, chosen)
    origin = report.context()
    try:
        history.record(chosen.root, run_of(report, time=origin.time, revision=origin.revision, scope=scope))
    except ResultError as error:
        print(f"asynccost: {error}", file=sys.stderr)
        return
    report.history = lambda: [run for run in history.runs(chosen.root) if run.scope == scope]


def _tell(job: Job, project: Project, report: Report, *, machine: bool) -> None:
    """What goes to standard error: files left out, counts beside a machine format, an empty scan."""
    lines: list[str] = []
    if job.verbose:
        lines += [
            f"skipped ({why}): {path}"
            for why, paths in sorted(report.skipped.items())
            for path in sorted(paths)
        ]
    if job.statistics and machine:
        lines += [f"{count(n, 'finding')} of {rule}" for rule, n in _statistics(report)]
    if not project.asked() and not job.quiet:
        lines.append("asynccost: no Python, JavaScript or TypeScript files were found here")
    lines += [f"asynccost: {note}" for note in report.notes if not job.quiet]
    if report.stale and not job.quiet:
        gone = f"{count(len(report.stale), 'finding')} of {report.against[0]}"
        lines.append(f"asynccost: {gone} can no longer be found; asynccost baseline prune takes them out")
    if lines:
        print("\n".join(lines), file=sys.stderr)


def _statistics(report: Report) -> list[tuple[str, int]]:
    from asynccost.report import per_rule

    return per_rule(report.fresh)


def _exit_code(job: Job, chosen: Settings, report: Report) -> int:
    if job.strict and report.problems:
        print(
            f"asynccost: --strict: {count(len(report.problems), 'problem')} with reading files",
            file=sys.stderr,
        )
        return 2
    if job.fail_on_stale and report.stale and not job.exit_zero:
        gone = count(len(report.stale), "finding")
        print(f"asynccost: --fail-on-stale: the baseline holds {gone} that can no longer be found", file=sys.stderr)
        return 1
    if job.exit_zero or chosen.fail_on == "never":
        return 0
    return int(at_least(report.fresh, chosen.fail_on) > 0)
