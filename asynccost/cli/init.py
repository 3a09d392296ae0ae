"""`asynccost init`: hooks and workflows for a project."""

from typing import Any

import click


@click.command("init")
@click.option("--pre-commit", is_flag=True, help="A hook in .pre-commit-config.yaml.")
@click.option("--ci", multiple=True, type=click.Choice(["github", "gitlab"]), help="A workflow or job; repeatable.")
@click.option("--merge-driver", is_flag=True, help="Merge baselines as sets: .gitattributes and this clone's git.")
@click.option("--pytest", is_flag=True, help="Watch every test: asynccost = true among pytest's options.")
@click.option("--yes", is_flag=True, help="Write without asking.")
def command(**given: Any) -> int:
    """Set up the gate where people work: before a commit, in pull requests, in merges.

    Without options it takes what fits the project. It shows the whole diff first, asks, and never replaces a file.
    """
    from asynccost.cli.init_job import run

    chosen = [*given["ci"]]
    chosen += [name for name in ("pre-commit", "merge-driver", "pytest") if given[name.replace("-", "_")]]
    return run(chosen, yes=given["yes"])
