"""`asynccost schema`: the JSON Schema of the JSON output."""

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of `scan --format json`."""
    import json

    from asynccost.cli.output import to_stdout
    from asynccost.report.schema import schema

    to_stdout(json.dumps(schema(), indent=2) + "\n")
