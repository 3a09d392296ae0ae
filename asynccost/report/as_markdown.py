"""Markdown for a pull request comment or a job summary; at most 60,000 characters."""

import re

from asynccost.model import Finding
from asynccost.pricing.lines import lines, total_lines
from asynccost.report import Report, by_weight, count, headline, per_rule
from asynccost.report.frame import visible

MOST = 60_000
_ROOM = 400  # for the line that says how many were left out


def render(report: Report) -> str:
    """Counts, then findings, the gravest first, as many as fit."""
    text = f"## asynccost\n\n{plain(headline(report))}\n"
    if report.problems:
        text += "\n**Not read:**\n\n"
        text += fitting(
            [f"- `{code(p.path)}:{p.line}` {plain(p.message)}\n" for p in report.problems], 10_000, "files"
        )
    if report.findings:
        rows = "".join(f"| {rule} | {n:,} |\n" for rule, n in per_rule(report.findings))
        text += f"\n| rule | findings |\n|---|---:|\n{rows}\n"
        text += "".join(f"{plain(line)}\n\n" for line in total_lines(report.findings))
        text += fitting([_line(f) for f in by_weight(report.findings)], MOST - len(text), "findings")
    return text


def fitting(lines: list[str], room: int, what: str) -> str:
    """As many lines as fit into so many characters, and how many did not."""
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
    text = f"- **{f.rule}** `{code(f.path)}:{f.span.line}` ({sure}) {plain(f.message)}"
    if f.related:
        more = f" and {count(len(f.related) - 3, 'more place')}" if len(f.related) > 3 else ""
        text += "; see " + ", ".join(f"`{code(r.path)}:{r.span.line}`" for r in f.related[:3]) + more
    return text + "".join(f"; {plain(line)}" for line in lines(f)) + "\n"


def code(text: str) -> str:
    """Text between backticks, also in a table."""
    return visible(text).replace("`", "'").replace("|", "\\|")


def plain(text: str) -> str:
    """Text that stays text: no tags, links, mentions or table cells. Code in backticks stays code."""
    parts = re.split(r"(`[^`]*`)", visible(text))
    return "".join(
        p if n % 2 else re.sub(r"([\\*_\[\]|#~@`])", r"\\\1", _no_tags(p)) for n, p in enumerate(parts)
    )


def _no_tags(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
