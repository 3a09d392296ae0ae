"""`asynccost clean`: remove the cache."""

import click

from asynccost.cli.choices import as_settings, config_options


@click.command("clean")
@config_options
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
def command(config: str | None, isolated: bool, cache_dir: str | None) -> None:
    """Remove the cache of the project that the current folder is in."""
    from asynccost.cli.cache_folder import remove
    from asynccost.config import settings

    chosen = settings.load(config=config, isolated=isolated, options=as_settings(cache_dir=cache_dir))
    click.echo(remove(chosen.cache_dir))
