"""`asynccost fix`: rewrites what can be rewritten safely."""

from typing import Any

import click

from asynccost.cli.choices import as_settings, config_options, money_options, rule_options


@click.command("fix")
@click.argument("paths", nargs=-1)
@click.option("--unsafe", is_flag=True, help="Also make fixes that are right for almost everyone; each says why.")
@click.option("--diff", is_flag=True, help="Print the changes as a patch for `git apply`; write nothing.")
@click.option("--interactive", is_flag=True, help="Show each fix and ask before making it.")
@click.option(
    "--verify",
    metavar="COMMAND",
    help="Keep only the fixes with which COMMAND passes, tried in a copy of the checkout.",
)
@click.option("--allow-dirty", is_flag=True, help="Also where files have changes that are not committed.")
@rule_options
@click.option("--confidence", metavar="LEVEL", help="Fix findings from this level on: high, medium, low.")
@click.option("--fail-on", metavar="SEVERITY", help="Exit 1 if findings of this severity or a graver one are left.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if findings are left.")
@money_options
@config_options
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Processes; as many as processors if not given."
)
@click.option("--no-cache", "cache", flag_value=False, default=None, help="Do not use the cache.")
@click.option("--cache-dir", metavar="DIR", help="Where the cache lies.")
@click.option(
    "--force-exclude", flag_value=True, default=None, help="Leave out excluded files even if named."
)
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
def command(**given: Any) -> int:
    """Fix the waste in PATHS (the current folder if none are named) that can be fixed safely.

    Exit codes: 0 nothing is left, 1 findings are left (with --diff: there is something to change), 2 could not run.
    """
    from asynccost.cli.fix_job import Job, run

    own = (
        *("paths", "unsafe", "diff", "interactive", "verify"),
        *("allow_dirty", "exit_zero", "config", "isolated", "quiet"),
        *("trace", "usage", "calls_per_month"),
    )
    return run(Job(**{name: given.pop(name) for name in own}, options=as_settings(**given)))
