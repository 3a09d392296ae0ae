"""Markdown for a pull request comment or a job summary; at most 60,000 characters."""

import re

from asynccost.model import Finding
from asynccost.report import Report, by_weight, count, headline, per_rule
from asynccost.report.frame import visible

MOST = 60_000
_ROOM = 400  # for the line that says how many were left out


def render(report: Report) -> str:
    """Counts, then findings, the gravest first, as many as fit."""
    text = f"## asynccost\n\n{_plain(headline(report))}\n"
    if report.problems:
        text += "\n**Not read:**\n\n"
        text += _fitting(
            [f"- `{_code(p.path)}:{p.line}` {_plain(p.message)}\n" for p in report.problems], 10_000, "files"
        )
    if report.findings:
        rows = "".join(f"| {rule} | {n:,} |\n" for rule, n in per_rule(report.findings))
        text += f"\n| rule | findings |\n|---|---:|\n{rows}\n"
        text += _fitting([_line(f) for f in by_weight(report.findings)], MOST - len(text), "findings")
    return text


def _fitting(lines: list[str], room: int, what: str) -> str:
    text = ""
    for number, line in enumerate(lines):
        if len(text) + len(line) > room - _ROOM:
            return (
                f"{text}\n{len(lines) - number:,} more {what} did not fit here; see another output format.\n"
            )
        text += line
    return text


def _line(f: Finding) -> str:
    sure = f"{f.severity}, {f.confidence} confidence"
    text = f"- **{f.rule}** `{_code(f.path)}:{f.span.line}` ({sure}) {_plain(f.message)}"
    if f.related:
        more = f" and {count(len(f.related) - 3, 'more place')}" if len(f.related) > 3 else ""
        text += "; see " + ", ".join(f"`{_code(r.path)}:{r.span.line}`" for r in f.related[:3]) + more
    return text + "\n"


def _code(text: str) -> str:
    return visible(text).replace("`", "'").replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that stays text: no tags, links, mentions or table cells. Code in backticks stays code."""
    parts = re.split(r"(`[^`]*`)", visible(text))
    return "".join(
        p if n % 2 else re.sub(r"([\\*_\[\]|#~@`])", r"\\\1", _no_tags(p)) for n, p in enumerate(parts)
    )


def _no_tags(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
