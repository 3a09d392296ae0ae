"""What `asynccost init` does, once its options are read."""

import os
import sys
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import click

from asynccost.adopting.plans import DRIVER, PLANS, Plan, fitting
from asynccost.cli import output
from asynccost.config.config_file import git_root
from asynccost.errors import AsynccostError
from asynccost.git import Git


def run(chosen: Sequence[str], *, yes: bool) -> int:
    """Show what would be written, ask, and write it."""
    top = git_root(os.getcwd())
    root = Path(top or os.getcwd())
    git = Git(str(root)) if top else None
    names = chosen or fitting(root, git.remotes() if git else "")
    plans = [PLANS[name](root) for name in PLANS if name in names]
    driver = git if "merge-driver" in names else None
    text = "".join(_diff(plan) for plan in plans)
    if driver:
        text += f"git config {DRIVER[0]} '{DRIVER[1]}'\n"
    output.to_stdout(text)
    for plan in plans:
        if plan.advice:
            click.echo(f"asynccost: {plan.path}: {plan.advice}", err=True)
    new = [plan for plan in plans if plan.after is not None]
    if not new and not driver:
        click.echo("asynccost: there is nothing to write", err=True)
        return 0
    if not yes and not _agreed():
        return 1
    for plan in new:
        output.replace(str(root / plan.path), plan.after or "")
    if driver:
        driver.configure(*DRIVER)
    click.echo(f"Wrote {', '.join(plan.path for plan in new) or 'the git setting'}.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise AsynccostError("nothing was written: there is no terminal to ask at; add --yes")
    return click.confirm("Write this?")


def _diff(plan: Plan) -> str:
    if plan.after is None:
        return ""
    before = (plan.before or "").splitlines(keepends=True)
    origin = f"a/{plan.path}" if plan.before is not None else "/dev/null"
    return "".join(unified_diff(before, plan.after.splitlines(keepends=True), origin, f"b/{plan.path}"))
