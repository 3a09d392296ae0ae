"""`asynccost baseline`: the findings that a project has accepted."""

from collections.abc import Callable
from typing import Any

import click

from asynccost.cli.choices import as_settings, config_options, rule_options


@click.group("baseline")
def command() -> None:
    """Accept the findings that are there today, so that only new ones count.

    The baseline is .asynccost/baseline.jsonl, one line a finding, made to be committed and read in reviews. A scan
    picks it up by itself.
    """


def _file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    option = click.option("--baseline", "path", metavar="FILE", help="This file instead of .asynccost/baseline.jsonl.")
    return option(config_options(function))


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    level = click.option("--confidence", metavar="LEVEL", help="Findings from this level on: high, medium, low.")
    return _file_options(rule_options(level(function)))


@command.command("create")
@_options
def create(path: str | None, config: str | None, isolated: bool, **given: Any) -> int:
    """Accept everything that a scan finds now."""
    from asynccost.cli.baseline_job import Job

    return Job.of(path, config, isolated, as_settings(**given)).create()


@command.command("update")
@_options
@click.option("--allow-new", is_flag=True, help="Accept new findings as well.")
def update(path: str | None, config: str | None, isolated: bool, allow_new: bool, **given: Any) -> int:
    """Follow known findings to where they are now, and drop those that are gone. Adds none without --allow-new."""
    from asynccost.cli.baseline_job import Job

    return Job.of(path, config, isolated, as_settings(**given)).update(allow_new=allow_new)


@command.command("prune")
@_options
def prune(path: str | None, config: str | None, isolated: bool, **given: Any) -> int:
    """Drop the entries whose findings are gone; change nothing else."""
    from asynccost.cli.baseline_job import Job

    return Job.of(path, config, isolated, as_settings(**given)).prune()


@command.command("show")
@_file_options
def show(path: str | None, config: str | None, isolated: bool) -> int:
    """Print the baseline's findings, and how many each rule has."""
    from asynccost.cli.baseline_job import Job

    return Job.of(path, config, isolated, {}).show()


@command.command("merge")
@click.argument("base")
@click.argument("ours")
@click.argument("theirs")
def merge(base: str, ours: str, theirs: str) -> int:
    """Merge two baselines that began as BASE into OURS, never looser than either: a git merge driver.

    \b
    .gitattributes:  .asynccost/baseline.jsonl merge=asynccost
    git config merge.asynccost.driver "asynccost baseline merge %O %A %B"
    """
    from asynccost.cli.baseline_job import merge_files

    return merge_files(base, ours, theirs)
