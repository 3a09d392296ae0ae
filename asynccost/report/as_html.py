"""One self-contained HTML page: a summary for the one who pays, every finding for the one who mends."""

from asynccost.report import Report
from asynccost.report.page.building import build
from asynccost.report.page.rendering import render as render_page


def render(report: Report) -> str:
    """The whole page."""
    return render_page(build(report))
