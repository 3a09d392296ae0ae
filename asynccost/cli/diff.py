"""`asynccost diff`: what a change did to findings and money."""

import sys
from typing import Any

import click

from asynccost.cli.choices import as_settings, config_options, rule_options


@click.command("diff")
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option(
    "--output-format",
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text, markdown, json; repeatable.",
)
@click.option("--max-new", type=click.IntRange(0), metavar="N", help="Exit 1 if more findings are new.")
@click.option(
    "--max-cost-increase", type=click.FloatRange(0), metavar="USD", help="Exit 1 if likely costs a month rise by more."
)
@click.option("--usage", metavar="FILE", help="How often the code runs, for costs a month [asynccost-usage.toml].")
@click.option(
    "--calls-per-month",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="What if every place ran N times a month?",
)
@rule_options
@click.option("--confidence", metavar="LEVEL", help="Findings from this level on: high, medium, low.")
@config_options
def command(**given: Any) -> int:
    """Tell what is new, fixed and moved, and what that costs.

    BASE is a commit or branch: the work tree is compared with where it left BASE (the default branch if none is named).
    With HEAD, commit BASE is compared with commit HEAD. Either may be a file of `scan --format json` instead.

    Markdown is a comment for a pull request; it is empty where nothing changed.
    """
    from asynccost.cli.diff_job import Gates, compare, write

    gates = Gates(given.pop("max_new"), given.pop("max_cost_increase"))
    formats = given.pop("formats")
    names = given.pop("base"), given.pop("head")
    usage, calls = given.pop("usage"), given.pop("calls_per_month")
    said = compare(*names, given.pop("config"), given.pop("isolated"), as_settings(**given), usage, calls)
    write(said, formats or ("text",))
    failed = gates.failed(said)
    for sentence in failed:
        print(f"asynccost: {sentence}", file=sys.stderr)
    return int(bool(failed))
