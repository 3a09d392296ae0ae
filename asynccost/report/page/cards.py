"""Findings as cards: what is said, the code it is about, what it costs and what could be done."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from shlex import quote

from asynccost.cost.words import dollars, worth_saying
from asynccost.files.kinds import language_of
from asynccost.model import Cost, Figure, Finding, Span
from asynccost.report import Report, excerpt
from asynccost.report.fix_diff import diff
from asynccost.report.frame import frame, lines_of
from asynccost.report.money import UNITS
from asynccost.report.page.data import Card, CodeLine, FixView, Piece, Place, Price
from asynccost.report.page.links import Link

NOBODY = "nobody"  # owns what CODEOWNERS names nobody for
_WIDTH = 400  # characters of a line of code that are shown
_TOLD = ("seen", "summary")  # parts of the evidence that stand elsewhere
_RANK = {"error": 0, "warning": 1, "info": 2}
_KINDS = {"+": "change", "-": "change", "@": "at"}


def language_name(path: str) -> str:
    """The language that a reader would name for a file."""
    if path.endswith((".ts", ".tsx", ".mts", ".cts")):
        return "typescript"
    return language_of(path) or "other"


def folder_of(path: str) -> str:
    """The top folder of a path, two deep where there are two."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:2]) or "."


def card(report: Report, f: Finding, nth: int, links: tuple[Link, Link], page: str) -> Card:
    """One finding, ready to be shown; nth: how many equal fingerprints stood before it; page: that of its rule."""
    source = report.view.source
    host, editor = links
    where = f"{f.path}:{f.span.line}:{f.span.column}"
    place = quote(f"{f.path}:{f.span.line}")
    return Card(
        id=f"f-{f.fingerprint}" + (f"-{nth}" if nth else ""),
        link=f"f-{f.fingerprint}",
        rule=f.rule,
        family=f.family,
        severity=str(f.severity),
        rank=_RANK[f.severity],
        confidence=str(f.confidence),
        message=f.message,
        where=where,
        function=f.function,
        language=language_name(f.path),
        folder=folder_of(f.path),
        why=excerpt(page, "Why it costs", 2),
        owners=report.owners(f.path),
        status=str(f.status),
        code=code(report, f) if source else (),
        related=[_place(r.path, r.span, r.message, links) for r in f.related],
        commands=_commands(f, place),
        ignore=_ignore(f),
        host=host(f.path, f.span.line, f.span.end_line, f.span.column),
        editor=editor(f.path, f.span.line, f.span.end_line, f.span.column),
        fix=_fix(report, f, source=source),
        price=None if f.cost is None else price(f.cost),
        measured=str((f.evidence or {}).get("summary", "")),
        evidence=[
            (n.replace("_", " "), number(v)) for n, v in (f.evidence or {}).items() if n not in _TOLD and _plain(v)
        ],
        seen=bool(f.evidence and f.evidence.get("seen", True)),
    )


def _fix(report: Report, f: Finding, *, source: bool) -> FixView | None:
    if f.fix is None:
        return None
    return FixView(str(f.fix.safety), f.fix.reason, pieces(diff(report, f)) if source else ())


def code(report: Report, f: Finding) -> Sequence[CodeLine]:
    """The code of a finding; a line of number 0 stands for lines left out."""
    out: list[CodeLine] = []
    for line in frame(lines_of(report, f.path), f.span, _WIDTH):
        if out and line.number > out[-1].number + 1:
            out.append(CodeLine(0, ""))
        start, end = line.mark or (len(line.text), len(line.text))
        out.append(CodeLine(line.number, line.text[:start], line.text[start:end], line.text[end:]))
    return out


def pieces(lines: Iterable[str]) -> list[Piece]:
    """The lines of a diff as pieces that can stand side by side: what stays, and what was there beside what comes.

    Neighbouring lines that begin with - or + belong together, in the order of a unified diff.
    """
    found = []
    for kind, group in groupby(lines, key=lambda line: _KINDS.get(line[:1], "same")):
        here = list(group)
        if kind == "change":
            found.append(Piece(kind, [x[1:] for x in here if x[0] == "-"], [x[1:] for x in here if x[0] == "+"]))
        else:
            found.append(Piece(kind, [line[1:] if kind == "same" else line for line in here]))
    return found


def price(cost: Cost) -> Price:
    """A cost in words, with its receipt."""
    figures = [
        (f.name, f"{number(f.value)}{_range(f)} {f.unit}".rstrip(), f.origin, f.source, f.date) for f in cost.basis
    ]
    unit = f"a {cost.per}" if cost.per in UNITS else f"per {cost.per}"
    if not worth_saying(cost):
        likely, span = f"less than a cent {unit}", ""
    elif cost.likely == 0:
        likely, span = f"up to {dollars(cost.high)} {unit}", ""
    else:
        likely, span = f"{dollars(cost.likely)} {unit}", f"{dollars(cost.low)} to {dollars(cost.high)}"
    return Price(likely, span, cost.formula, figures)


def _range(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f" ({number(figure.low)} to {number(figure.high)})"


def _commands(f: Finding, place: str) -> Sequence[str]:
    explain = f"asynccost explain {place}"
    if f.fix is None or f.fix.safety == "display-only":
        return [explain]
    unsafe = " --unsafe" if f.fix.safety == "unsafe" else ""
    return [explain, f"asynccost fix{unsafe} --select {f.rule} {quote(f.path)}"]


def _ignore(f: Finding) -> str:
    sign = "#" if language_of(f.path) == "python" else "//"
    return f"{sign} asynccost: ignore[{f.rule}] why this is meant"


def _place(path: str, span: Span, message: str, links: tuple[Link, Link]) -> Place:
    place = path, span.line, span.end_line, span.column
    return Place(f"{path}:{span.line}", message, links[0](*place), links[1](*place))


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def number(value: object) -> str:
    """A figure as people read it: `30,000,000`, `0.0186`."""
    if isinstance(value, float) and (not value.is_integer() or abs(value) >= 1e15):
        return f"{value:,.4g}" if 1e-4 <= abs(value) < 1e6 else f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.2g}"
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)
