"""For coding agents: one line a finding, with what to do about it and how safe that is; its fix as a diff below."""

from collections.abc import Mapping

from asynccost.model import Finding
from asynccost.pricing.lines import lines as money
from asynccost.pricing.lines import total_lines
from asynccost.report import About, Report, excerpt, headline
from asynccost.report.fix_diff import diff


def render(report: Report) -> str:
    """All findings, then what could not be read, then the counts."""
    about = report.rules()
    lines = [_line(report, f, about) for f in report.findings]
    lines += [f"{p.path}:{p.line} not-read: {_flat(p.message)}" for p in report.problems]
    lines += [headline(report), *total_lines(report.findings)]
    if report.findings:
        lines.append(
            "Pattern and cure of a rule: asynccost explain RULE. Why here: asynccost explain FILE:LINE."
        )
    return "\n".join(lines) + "\n"


def _line(report: Report, f: Finding, about: Mapping[str, About]) -> str:
    parts = [f"{f.path}:{f.span.line}:{f.span.column} {f.rule} ({f.confidence}): {_flat(f.message)}"]
    parts += [f"[{r.path}:{r.span.line} {_flat(r.message)}]" for r in f.related[:5]]
    parts += [f"{line[0].upper()}{_flat(line[1:])}." for line in money(f)]
    if f.rule in about and (cure := excerpt(about[f.rule].page, "Instead")):
        parts.append(f"Do: {cure}")
    if f.fix is not None:
        parts.append(f"Fix is {f.fix.safety}: {_flat(f.fix.reason)}")
    return "\n".join([" ".join(parts), *(f"  {line}" for line in diff(report, f))])


def _flat(text: str) -> str:
    return " ".join(text.split())
