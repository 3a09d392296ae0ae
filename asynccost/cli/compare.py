"""`asynccost compare`: two traces of one workload."""

import click


@click.command("compare")
@click.argument("before")
@click.argument("after")
@click.option("--usage", metavar="FILE", help="Prices of your own [asynccost-usage.toml, if there is one].")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def command(before: str, after: str, usage: str | None, format_: str) -> None:
    """Set two traces (asynccost run --trace FILE) side by side and say whether the change between them paid."""
    from asynccost.cli.output import to_stdout
    from asynccost.pricing.comparing import compare, side
    from asynccost.pricing.money import load
    from asynccost.report import comparison

    loaded = [(path, load(".", usage=usage, trace=path)) for path in (before, after)]
    sides = [side(m.trace, path, m.usage, m.date) for path, m in loaded if m.trace is not None]
    said = compare(*sides)
    to_stdout(comparison.as_json(said) if format_ == "json" else comparison.as_text(said))
