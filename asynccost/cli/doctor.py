"""`asynccost doctor`: what the probe can and cannot see here."""

import click


@click.command("doctor")
@click.option("--python", metavar="PYTHON", help="The Python whose libraries are looked at [this one].")
@click.option("--import", "modules", metavar="MODULE", multiple=True, help="Import this first: it may instrument.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(python: str | None, modules: tuple[str, ...], format_: str) -> int:
    """Say which libraries asynccost run would watch, who else has hooked them, and what cannot be seen.

    With --import your own module is imported, and with it whatever it sets up (OpenTelemetry, Sentry, mocks).
    """
    import json

    from asynccost.cli.doctor_job import examined, text

    found = examined(python, modules)
    click.echo(json.dumps(found, indent=2) if format_ == "json" else text(found), nl=format_ == "json")
    return int(any(library["name"] in found["failed"] for library in found["libraries"]))
