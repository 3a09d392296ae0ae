"""One line a finding, as compilers print them: path:line:column: rule (confidence) message."""

from asynccost.report import Report, headline, per_rule
from asynccost.report.as_text import PLAIN, Style
from asynccost.report.frame import visible


def render(report: Report, style: Style = PLAIN, *, statistics: bool = False) -> str:
    """All lines, then the counts."""
    lines = [
        f"{style.paint(visible(f'{f.path}:{f.span.line}:{f.span.column}'), 'place')}: "
        f"{style.paint(f.rule, f.severity)} ({f.confidence}) {visible(f.message)}"
        for f in report.findings
    ]
    lines += [f"{visible(p.path)}:{p.line}: not read: {visible(p.message)}" for p in report.problems]
    if statistics:
        lines += [f"{n:6,}  {rule}" for rule, n in per_rule(report.findings)]
    return style.plain("\n".join([*lines, headline(report)])) + "\n"
