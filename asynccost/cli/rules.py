"""`asynccost rules`: what there is to find."""

import click


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
def command(form: str) -> None:
    """List the rules."""
    from asynccost.cli.output import to_stdout
    from asynccost.report.rule_list import render
    from asynccost.scanning import about_rules

    to_stdout(render(about_rules(), form))
