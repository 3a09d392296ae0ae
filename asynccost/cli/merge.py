"""`asynccost merge`: several results, or several traces, into one."""

import click


@click.command("merge")
@click.argument("results", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", help="Write here instead of to standard output.")
def command(results: tuple[str, ...], output: str | None) -> None:
    """Merge JSON results, such as those of --shard 1/2 and 2/2, or traces of `asynccost run`, into one."""
    from asynccost.cli.output import replace, to_stdout
    from asynccost.probe import trace, tracefile
    from asynccost.report.merging import merged, read

    if tracefile.is_trace(results[0]):
        text = tracefile.dumps(trace.merged(tracefile.read(path) for path in results))
    else:
        text = merged([read(path) for path in results])
    if output:
        replace(output, text)
    else:
        to_stdout(text)
