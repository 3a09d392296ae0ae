"""`asynccost stats`: what earlier scans came to."""

import click

from asynccost.cli.choices import config_options


@click.command("stats")
@click.option("--date", metavar="DATE", default="", help="Only runs of this day (or month: 2026-11), UTC.")
@click.option("--since", metavar="DATE", default="", help="Only runs from this day on, UTC.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text")
@config_options
def command(date: str, since: str, form: str, config: str | None, isolated: bool) -> None:
    """Print the history of a project's scans, one row a run, the oldest first."""
    from asynccost import history
    from asynccost.cli.output import to_stdout
    from asynccost.config import settings
    from asynccost.report.past import as_csv, as_json, as_text, day

    chosen = settings.load(config=config, isolated=isolated)
    rows = history.runs(chosen.root, date=day("--date", date), since=day("--since", since))
    to_stdout({"text": as_text, "json": as_json, "csv": as_csv}[form](rows))
