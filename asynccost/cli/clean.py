"""`asynccost clean`: remove the cache."""

import os

import click

from asynccost.cli.choices import as_settings, config_options
from asynccost.errors import PathError


@click.command("clean")
@config_options
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
def command(config: str | None, isolated: bool, cache_dir: str | None) -> None:
    """Remove the cache of the project that the current folder is in."""
    from asynccost.config import settings

    chosen = settings.load(config=config, isolated=isolated, options=as_settings(cache_dir=cache_dir))
    click.echo(_remove(chosen.cache_dir))


def _remove(folder: str) -> str:
    """Delete a cache folder, and nothing that is not one; say what was done."""
    import shutil

    if not os.path.isdir(folder):
        return f"There is no cache at {folder}."
    if not os.path.isfile(os.path.join(folder, "CACHEDIR.TAG")):
        raise PathError(f"{folder}: not a cache folder of asynccost (it has no CACHEDIR.TAG); left alone")
    shutil.rmtree(folder)
    return f"Removed {folder}."
