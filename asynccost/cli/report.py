"""`asynccost report`: a result or a trace that was kept, as a page or another format."""

import click

from asynccost.cli.choices import as_settings, config_options, page_options
from asynccost.report import FORMATS


@click.command("report")
@click.argument("results", nargs=-1, required=True, metavar="RESULTS|TRACE...")
@click.option("-o", "--output", metavar="FILE", help="Write here instead of to standard output.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True)
@page_options
@config_options
def command(
    results: tuple[str, ...], output: str | None, form: str, config: str | None, isolated: bool, **page: object
) -> None:
    """Turn JSON results of `asynccost scan`, or traces of `asynccost run`, into a page; several are merged first.

    Code frames are read from the files as they lie below the current project now.
    """
    from asynccost.cli import output as out
    from asynccost.config import settings
    from asynccost.errors import ResultError
    from asynccost.probe.tracefile import is_trace
    from asynccost.scanning import from_results, from_traces

    chosen = settings.load(config=config, isolated=isolated, options=as_settings(**page))
    traces = [is_trace(path) for path in results]
    if any(traces) and not all(traces):
        raise ResultError("results and traces do not mix; asynccost scan --trace FILE --format html=FILE joins them")
    report = from_traces(results, chosen) if all(traces) else from_results(results, chosen)
    out.write(report, [(form, output)], "auto", statistics=False)
