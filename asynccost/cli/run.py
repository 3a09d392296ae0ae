"""`asynccost run`: a program under the probe."""

import sys

import click


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", metavar="-- CMD ...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--trace", metavar="FILE", help="Write what was measured here (JSON lines).")
@click.option("--html", metavar="FILE", help="Write a page of what was measured.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
def command(words: tuple[str, ...], trace: str | None, html: str | None, quiet: bool) -> None:
    """Run a Python program under the probe, its child processes too, and say what it wasted.

    CMD is a script (app.py), a module (-m package) or any command that starts a Python. It keeps its input, output and
    signals; the exit code is its own; the summary goes to standard error.
    """
    from asynccost.probe import tracefile
    from asynccost.probe.running import run
    from asynccost.probe.summary import summary

    if trace:
        tracefile.check_place(trace)
    ran = run(words)
    if trace:
        tracefile.write(trace, tracefile.dumps(ran.trace))
    if html:
        from asynccost import scanning, settings
        from asynccost.cli import output

        report = scanning.from_trace(ran.trace, trace or "this run", settings.load())
        output.write(report, [("html", html)], "never", statistics=False)
    if not quiet:
        click.echo(summary(ran.trace, ran.seconds, ran.unseen), err=True, nl=False)
        if trace:
            click.echo(f"trace: {trace}", err=True)
    sys.exit(ran.code)
