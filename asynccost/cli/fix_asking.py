"""`fix --interactive`: each fix is shown as a diff, and made only if the answer is yes."""

import click

from asynccost import fixer, scanning
from asynccost.files.sources import Project
from asynccost.fixer import Place
from asynccost.model import Finding, Safety
from asynccost.report import Report
from asynccost.report.fix_diff import diff
from asynccost.report.frame import visible

_HELP = "y: make it; n: leave it; a: make this and all further ones of this rule; q: leave it and all further ones"
_SAID_NO = "you said no"


def refused(task: fixer.Task, report: Report, project: Project) -> dict[Place, str]:
    """Ask about every fix that could be made; the places of those that must not be, with the reason."""
    shown = scanning.with_edits(report, project, task.settings)
    fixable = [f for f in shown.findings if f.fix and f.fix.edits and _permitted(task, f)]
    no: dict[Place, str] = {}
    always: set[str] = set()
    stop = False
    for number, finding in enumerate(fixable, 1):
        answer = "n" if stop else "y" if finding.rule in always else _ask(shown, finding, f"{number} of {len(fixable)}")
        stop = stop or answer == "q"
        if answer == "a":
            always.add(finding.rule)
        if answer in ("n", "q"):
            no[finding.rule, finding.path, finding.span.start] = _SAID_NO
    return no


def _permitted(task: fixer.Task, finding: Finding) -> bool:
    assert finding.fix is not None
    return finding.fix.safety is Safety.SAFE or (task.unsafe and finding.fix.safety is Safety.UNSAFE)


def _ask(report: Report, finding: Finding, which: str) -> str:
    assert finding.fix is not None
    place = visible(f"{finding.path}:{finding.span.line}:{finding.span.column}")
    click.echo(f"\n{click.style(place, bold=True)} {finding.rule} ({which})\n  {visible(finding.message)}")
    click.echo(f"  fix ({finding.fix.safety}): {visible(finding.fix.reason)}")
    for line in diff(report, finding):
        click.secho(f"    {line}", fg={"+": "green", "-": "red"}.get(line[0]))
    while True:
        answer = click.prompt("Make this fix? [y, n, a, q, ?]", prompt_suffix=" ").strip().lower()[:1]
        if answer in ("y", "n", "a", "q"):
            return str(answer)
        click.echo(_HELP)
