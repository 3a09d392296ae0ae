"""For people at a terminal: each finding with its code, then the counts and one next step."""

from dataclasses import dataclass

from asynccost.model import Finding, Problem, Safety
from asynccost.report import Report, count, headline, per_rule
from asynccost.report.fix_diff import diff
from asynccost.report.frame import cells, frame, lines_of, visible

MANY = 50
_GLUE = "\0"  # between the words of a command, until its text is broken into lines
_COLOURS = {"error": "31", "warning": "33", "info": "36", "bold": "1", "dim": "2", "place": "1",
            "added": "32", "removed": "31"}


@dataclass(frozen=True, slots=True)
class Style:
    """What the place that is written to can show."""

    colour: bool = False
    unicode: bool = True
    width: int = 100

    def paint(self, text: str, colour: str) -> str:
        """Text in a colour, or just the text."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colour else text

    def plain(self, text: str) -> str:
        """Text that the place can show."""
        return text if self.unicode else text.encode("ascii", "backslashreplace").decode()


PLAIN = Style()


def render(report: Report, style: Style = PLAIN, *, statistics: bool = False) -> str:
    """Everything, ending in one line that says what to do next."""
    parts = [_finding(report, f, style) for f in report.findings]
    parts += [_problem(p, style) for p in report.problems]
    if statistics:
        parts.append("\n".join(f"{n:6,}  {rule}" for rule, n in per_rule(report.findings)))
    counted = [style.paint(line, "bold") for line in _wrapped(headline(report), style.width, "")]
    parts.append("\n".join([*counted, *totals(report, style.width), *next_step(report, style.width)]))
    return style.plain("\n\n".join(p for p in parts if p)) + "\n"


def totals(report: Report, width: int) -> list[str]:
    """What all of it costs; nothing where nothing is priced or measured."""
    if not any(f.cost or f.evidence for f in report.findings):
        return []
    from asynccost.pricing.lines import total_lines

    return [line for said in total_lines(report.findings) for line in _wrapped(visible(said), width, "")]


def next_step(report: Report, width: int) -> list[str]:
    """The one thing to do next; for a long list, how to begin with a part of it."""
    if not report.findings:
        return []
    return [line.replace(_GLUE, " ") for line in _wrapped(f"Next: {_next(report)}", width, "", "      ")]


def _next(report: Report) -> str:
    if len(report.findings) <= MANY:
        first = report.findings[0]
        explain = _command("explain", f"{first.path}:{first.span.line}")
        return f"{explain} says why, and what to do about it.{_fixable(report)}"
    if not report.against:
        create = _command("baseline", "create")
        return (
            f"adopt this without fixing everything: {create} accepts what is here, and from then on only new findings "
            "are shown."
        )
    rule, most = per_rule(report.findings)[0]
    scan = _command("scan", "--select", rule)
    return (
        f"adopt this step by step. Begin with one rule: {scan} ({count(most, 'finding')}), or with what is surest: "
        f"{_GLUE.join(('--confidence', 'high'))}; folders that can wait go under [tool.asynccost.per-file-ignores]."
    )


def _fixable(report: Report) -> str:
    """What `fix` could do, in a sentence; nothing where it can do nothing."""
    safe = sum(f.fix is not None and f.fix.safety is Safety.SAFE for f in report.findings)
    unsafe = sum(f.fix is not None and f.fix.safety is Safety.UNSAFE for f in report.findings)
    if safe:
        more = f", and {unsafe} more with --unsafe" if unsafe else ""
        return f" {_command('fix')} mends up to {safe} of them{more}."
    return f" {_command('fix', '--unsafe')} mends up to {unsafe} of them." if unsafe else ""


def _command(*words: str) -> str:
    """A command that no line break divides."""
    from shlex import quote

    return visible(" ".join(["asynccost", *map(quote, words)])).replace(" ", _GLUE)


def _finding(report: Report, f: Finding, style: Style) -> str:
    place = style.paint(visible(f"{f.path}:{f.span.line}:{f.span.column}"), "place")
    sure = style.paint(f"({f.confidence} confidence)", "dim")
    what = f"{style.paint(f.severity, f.severity)} {style.paint(f.rule, 'bold')} {sure}"
    needed = cells(f"{f.path}:{f.span.line}:{f.span.column} {f.severity} {f.rule} ({f.confidence} confidence)")
    lines = [f"{place} {what}"] if needed <= style.width else [place, f"  {what}"]
    lines += [*_wrapped(visible(f.message), style.width, "  ")]
    lines += _frame(report, f, style)
    bar = "└" if style.unicode else "="
    for line in _money(f):
        lines += _wrapped(f"{bar} {visible(line)}", style.width, "  ", "    ")
    for r in f.related:
        where = visible(f"{r.path}:{r.span.line}" if r.path != f.path else f"line {r.span.line}")
        lines += _wrapped(f"{bar} {where}: {visible(r.message)}", style.width, "  ", "    ")
    if f.fix is not None:
        lines += _wrapped(f"{bar} fix ({f.fix.safety}): {visible(f.fix.reason)}", style.width, "  ", "    ")
        lines += [_painted(line, style) for line in diff(report, f)]
    return "\n".join(lines)


def _money(f: Finding) -> list[str]:
    if f.cost is None and f.evidence is None:
        return []
    from asynccost.pricing.lines import lines

    return lines(f)


def _painted(line: str, style: Style) -> str:
    colour = {"+": "added", "-": "removed", "@": "dim"}.get(line[0])
    return style.paint(f"    {line}", colour) if colour else f"    {line}"


def _frame(report: Report, f: Finding, style: Style) -> list[str]:
    shown = frame(lines_of(report, f.path), f.span, max(style.width - 10, 20), "…" if style.unicode else "~")
    bar = "│" if style.unicode else "|"
    out, last = [], 0
    for line in shown:
        if last and line.number > last + 1:
            out.append(style.paint(f"  {'...':>5} {bar}", "dim"))
        out.append(f"  {style.paint(f'{line.number:5} {bar}', 'dim')} {line.text}".rstrip())
        if line.mark and line.number == f.span.line:  # of a long place only the first line is underlined
            start, end = line.mark
            mark = style.paint("^" * max(cells(line.text[start:end]), 1), f.severity)
            out.append(f"  {style.paint(f'      {bar}', 'dim')} {' ' * cells(line.text[:start])}{mark}")
        last = line.number
    return out


def _problem(p: Problem, style: Style) -> str:
    place = visible(f"{p.path}:{p.line}") if p.path else "asynccost"
    head = f"{style.paint(place, 'place')} {style.paint('not read', 'error')}:"
    said = visible(p.message)
    if cells(f"{place} not read: {said}") <= style.width:
        return f"{head} {said}"
    return "\n".join([head, *_wrapped(said, style.width, "  ")])


def _wrapped(text: str, width: int, indent: str, later: str | None = None) -> list[str]:
    """Text broken between words at a width; words longer than that stay whole. later: the indent of further lines."""
    lines, line = [], indent
    for word in text.split():
        if cells(line) + cells(word) > width and line.strip():
            lines.append(line.rstrip())
            line = indent if later is None else later
        line += word + " "
    return [*lines, line.rstrip()]
