"""`asynccost scan`: the main job."""

import sys
from typing import Any

import click

from asynccost.cli.choices import as_settings, config_options, money_options, page_options, rule_options, share


@click.command("scan")
@click.argument("paths", nargs=-1)
@click.option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
@click.option(
    "--output-format",
    "--format",
    "output_format",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text concise json json-lines sarif github gitlab junit markdown agent html; repeatable.",
)
@rule_options
@click.option("--confidence", metavar="LEVEL", help="Show findings from this level on: high, medium, low.")
@click.option(
    "--fail-on", metavar="SEVERITY", help="Exit 1 from this severity on: error, warning, info, never."
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with findings.")
@click.option("--strict", is_flag=True, help="Exit 2 if a file could not be read, or parsed where a rule looks.")
@click.option("--baseline", metavar="FILE", help="Findings in this baseline are known [.asynccost/baseline.jsonl].")
@click.option("--no-baseline", is_flag=True, help="Do not look at the project's baseline.")
@click.option("--fail-on-stale", is_flag=True, help="Exit 1 if the baseline holds findings that are gone.")
@click.option("--since", metavar="REF", help="What was there where this branch left REF is known.")
@click.option("--staged", is_flag=True, help="Scan what is staged in git, and compare with the last commit.")
@click.option(
    "--scope",
    type=click.Choice(["changed", "files", "lines"]),
    help="With --since or --staged: findings that the change made new [default], all findings of changed files, or "
    "those on changed lines.",
)
@money_options
@config_options
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Processes; as many as processors if not given."
)
@click.option("--shard", metavar="K/N", help="Report on the k-th of n shares of the files; see `merge`.")
@click.option("--no-cache", "cache", flag_value=False, default=None, help="Do not use the cache.")
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
@click.option("--check-cache", is_flag=True, help="Compare contents, not times, before using the cache.")
@click.option(
    "--force-exclude", flag_value=True, default=None, help="Leave out excluded files even if named."
)
@click.option(
    "--no-respect-gitignore",
    "respect_gitignore",
    flag_value=False,
    default=None,
    help="Scan what .gitignore leaves out.",
)
@page_options
@click.option("--show-files", is_flag=True, help="Print the files that would be scanned, and stop.")
@click.option("--show-settings", is_flag=True, help="Print every setting and where it comes from, and stop.")
@click.option("--show-fixes", is_flag=True, help="Show what each fix would change (html, sarif and agent always do).")
@click.option("--statistics", is_flag=True, help="Count findings per rule.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing to the terminal but errors.")
@click.option("-v", "--verbose", is_flag=True, help="List the files that were left out, and why.")
def command(**given: Any) -> int:
    """Find waste in PATHS (the current folder if none are named; - is standard input)."""
    from asynccost.cli.scan_job import Job, asked, run

    own = (
        "paths",
        "stdin_filename",
        "exit_zero",
        "strict",
        "fail_on_stale",
        "config",
        "isolated",
        "shard",
        "check_cache",
        "show_files",
        "show_settings",
        "show_fixes",
        "statistics",
        "color",
        "quiet",
        "verbose",
        "trace",
        "usage",
        "calls_per_month",
    )
    question = asked(**{k: given.pop(k) for k in ("baseline", "no_baseline", "since", "staged", "scope")})
    job = Job(
        question=question,
        **{k: given.pop(k) for k in own if k != "shard"},
        shard=share(given.pop("shard")),
        options=as_settings(**given),
    )
    return run(job, sys.stdin.buffer)
