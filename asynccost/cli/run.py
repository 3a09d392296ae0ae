"""`asynccost run`: a program under the probe."""

import sys
from math import isnan

import click


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", metavar="-- CMD ...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--trace", metavar="FILE", help="Write what was measured here (JSON lines).")
@click.option("--html", metavar="FILE", help="Write a page of what was measured.")
@click.option("--usage", metavar="FILE", help="Rates and prices of your own [asynccost-usage.toml, if there is one].")
@click.option(
    "--max-cost-per-run", type=click.FloatRange(0), metavar="USD", help="What the model calls of the run may cost."
)
@click.option(
    "--cost-limit-action",
    type=click.Choice(["warn", "pause", "fail"]),
    help="What the next model call meets then: a word on stderr, a wait for Enter, or CostLimitExceeded [fail].",
)
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
def command(
    words: tuple[str, ...],
    trace: str | None,
    html: str | None,
    usage: str | None,
    max_cost_per_run: float | None,
    cost_limit_action: str | None,
    quiet: bool,
) -> None:
    """Run a Python program under the probe, its child processes too, and say what it wasted.

    CMD is a script (app.py), a module (-m package) or any command that starts a Python. It keeps its input, output and
    signals; the exit code is its own, or 1 where a cost limit refused a call and the program ended well all the same.
    The summary goes to standard error.
    """
    from asynccost.cost.words import exact
    from asynccost.pricing import money
    from asynccost.probe import tracefile
    from asynccost.probe.running import Allowed, run
    from asynccost.report.run_summary import summary

    if trace:
        tracefile.check_place(trace)
    if cost_limit_action and max_cost_per_run is None:
        raise click.UsageError("--cost-limit-action says what happens at --max-cost-per-run USD, which is missing")
    if max_cost_per_run is not None and isnan(max_cost_per_run):
        raise click.UsageError("--max-cost-per-run: must be a number of US dollars")
    priced = money.load(".", usage=usage)
    allowed = None
    if max_cost_per_run is not None:
        allowed = Allowed(max_cost_per_run, cost_limit_action or "fail", priced.usage.models)
    ran = run(words, allowed=allowed)
    if trace:
        tracefile.write(trace, tracefile.dumps(ran.trace))
    if html:
        from asynccost import scanning
        from asynccost.cli import output
        from asynccost.config import settings

        report = scanning.from_trace(ran.trace, trace or "this run", settings.load())
        output.write(report, [("html", html)], "never", statistics=False)
    if ran.spent is not None and max_cost_per_run is not None:
        refused = "; calls were refused" if ran.refused else ""
        click.echo(f"cost limit: {exact(ran.spent)} of {exact(max_cost_per_run)} spent{refused}", err=True)
    if not quiet:
        known = money.with_trace(priced, ran.trace, trace or "this run")
        click.echo(summary(ran.trace, ran.seconds, known, ran.unseen), err=True, nl=False)
        if trace:
            click.echo(f"trace: {trace}", err=True)
    sys.exit(ran.code)
