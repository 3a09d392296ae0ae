"""Workflow commands that GitHub Actions shows beside the lines of a pull request."""

from asynccost.model import Severity
from asynccost.report import Report, by_weight

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """One command a finding, the gravest first, since GitHub shows only about ten of a kind."""
    lines = []
    for f in by_weight(report.findings):
        where = {"title": f"asynccost ({f.rule})", "file": report.prefix + f.path, "line": f.span.line}
        if f.span.end_line == f.span.line:  # columns are allowed within one line only
            where |= {"col": f.span.column, "endColumn": f.span.end_column}
        else:
            where |= {"endLine": f.span.end_line}
        lines.append(_command(_COMMAND[f.severity], where, f.message))
    for p in report.problems:
        place: dict[str, object] = {"title": "asynccost (not read)"}
        if p.path:
            place |= {"file": report.prefix + p.path, "line": max(p.line, 1)}
        lines.append(_command("warning", place, p.message))
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, properties: dict[str, object], message: str) -> str:
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{kind} {said}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
