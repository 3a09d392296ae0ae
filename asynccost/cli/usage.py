"""`asynccost usage`: the file that says how often things run."""

import click

from asynccost.cli.choices import config_options


@click.group("usage")
def command() -> None:
    """How often things run, and on what machines: asynccost-usage.toml."""


@command.command("init")
@click.option("--trace", metavar="FILE", help="Note what a run showed (asynccost run --trace FILE).")
@click.option("-o", "--output", metavar="FILE", help="Where to write it [asynccost-usage.toml of the project].")
@config_options
def init(trace: str | None, output: str | None, config: str | None, isolated: bool) -> None:
    """Write a usage file with a line for every place that it could price. Never overwrites one."""
    from asynccost.cli.usage_job import write

    click.echo(write(trace, output, config=config, isolated=isolated), err=True)


@command.command("check")
@click.argument("file", required=False)
@config_options
def check(file: str | None, config: str | None, isolated: bool) -> int:
    """Read a usage file back; exit 2 for what cannot be, 1 for entries that name nothing here."""
    from asynccost.cli.usage_job import read

    said, problems = read(file, config=config, isolated=isolated)
    click.echo("\n".join([*problems, said]), err=True)
    return 1 if problems else 0
