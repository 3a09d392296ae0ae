"""`asynccost explain`: a rule's or topic's page, or what every rule has to say of a place."""

import click

from asynccost.cli.choices import config_options


@click.command("explain")
@click.argument("what", metavar="RULE | TOPIC | FILE:LINE")
@config_options
def command(what: str, config: str | None, isolated: bool) -> None:
    """Print a rule's or topic's page; or, for FILE:LINE, why each rule spoke or kept silent there."""
    from asynccost.cli.output import to_stdout
    from asynccost.explaining import page, place, split

    at = split(what)
    to_stdout(page(what) if at is None else place(*at, config=config, isolated=isolated))
