"""A Report is plain data; each module beside this one turns it into one format by `render(report) -> str`."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from asynccost.model import Confidence, Finding, Problem, Severity, Status
from asynccost.report.context import Context

if TYPE_CHECKING:
    from asynccost.baseline.entry import Entry
    from asynccost.history import Run
    from asynccost.probe.trace import Trace

FORMATS = (
    "text",
    "concise",
    "json",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "markdown",
    "agent",
    "html",
)

_SEVERITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_CONFIDENCE = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


def _nothing(_: str) -> bytes:
    return b""


class About(NamedTuple):
    """What a format tells about a rule."""

    summary: str
    family: str
    severity: Severity
    languages: Sequence[str] = ()
    page: str = ""
    action: str = ""  # what to do about it, as a heading


class View(NamedTuple):
    """How a page shows places: templates of links to the code host and the editor, and whether it may hold code."""

    link_template: str = ""  # "": made from the git remote
    editor: str = ""  # a name or a template
    source: bool = True


@dataclass(slots=True)
class Report:
    """The outcome of a scan. No times and no absolute paths, so that equal scans print equal bytes."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    scanned: Mapping[str, int] = field(default_factory=dict)  # language -> files
    skipped: Mapping[str, Sequence[str]] = field(default_factory=dict)  # reason -> paths
    suppressed: int = 0
    suppressed_in: Mapping[str, int] = field(default_factory=dict)  # the same by path, where that is known
    prefix: str = ""  # from the top of the git checkout to what paths are relative to; forges want it
    rules: Callable[[], Mapping[str, About]] = dict  # read only by the formats that explain rules
    read: Callable[[str], bytes] = _nothing  # a file's bytes as they lie on disk, b"" if it is gone
    against: tuple[str, ...] = ()  # what findings were compared with: a baseline's path, a commit
    stale: "Sequence[Entry] | None" = None  # what the baseline holds and the code no more; None: not judged
    notes: tuple[str, ...] = ()  # what whoever reads the findings should know of how they were compared
    known: int = 0  # findings that were there before and are left out of `findings`
    context: Callable[[], Context] = Context  # asked for only by the page
    history: "Callable[[], Sequence[Run]]" = tuple  # earlier runs that can be compared, and this one; oldest first
    view: View = field(default_factory=View)
    trace: "Trace | None" = None  # what was measured, where that was asked for
    owners: Callable[[str], tuple[str, ...]] = lambda _: ()  # of a path, by CODEOWNERS

    @property
    def files(self) -> int:
        """How many files were scanned."""
        return sum(self.scanned.values())

    @property
    def fresh(self) -> list[Finding]:
        """The findings that were not there before: all, if there is nothing to compare with."""
        return [f for f in self.findings if f.status is Status.NEW]

    def without_known(self) -> "Report":
        """The same with new findings only, and the others counted."""
        fresh = self.fresh
        return replace(self, findings=fresh, known=len(self.findings) - len(fresh)) if self.against else self


def ordered(report: Report) -> Report:
    """Sort findings and problems by place, so that any order of files prints the same."""
    report.findings.sort(
        key=lambda f: (
            f.path,
            f.span.line,
            f.span.column,
            f.rule,
            f.span.end_line,
            f.span.end_column,
            f.message,
        )
    )
    report.problems.sort(key=lambda p: (p.path, p.line, p.message))
    return report


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """The gravest and surest first; for formats that are cut."""
    return sorted(findings, key=lambda f: (_SEVERITY[f.severity], _CONFIDENCE[f.confidence]))


def at_least(findings: Sequence[Finding], severity: str) -> int:
    """How many findings are of a severity or a graver one."""
    return sum(_SEVERITY[f.severity] <= _SEVERITY[Severity(severity)] for f in findings)


def headline(report: Report) -> str:
    """One sentence: how many findings in how many files, and what was left out."""
    what = "new finding" if report.against else "finding"
    parts = [f"{count(len(report.findings), what)} in {count(report.files, 'file')}"]
    if report.known:
        parts.append(f"{report.known:,} known from {' and '.join(report.against)}")
    if report.suppressed:
        parts.append(f"{report.suppressed} suppressed by comments")
    if report.problems:
        parts.append(f"{count(len(report.problems), 'problem')} with reading files")
    if report.skipped:
        reasons = ", ".join(f"{len(paths)} {reason}" for reason, paths in sorted(report.skipped.items()))
        parts.append(f"skipped: {reasons}")
    return "; ".join(parts) + "."


def per_rule(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    """How many findings each rule has, most first."""
    return sorted(Counter(f.rule for f in findings).items(), key=lambda row: (-row[1], row[0]))


def count(number: int, word: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {word}" if number == 1 else f"{number:,} {word}s"


@cache
def excerpt(page: str, heading: str, sentences: int = 1) -> str:
    """The first sentences below a heading of a rule's page, in one line, for formats that have no room for all of it.

    Code blocks are left out; nothing where the page has no such heading.
    """
    found = re.search(rf"^## {re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", found[1], flags=re.M | re.S) if found else ""
    flat = " ".join(prose.split())
    return " ".join(re.findall(r"\S.*?[.!?](?=\s|\Z)", flat)[:sentences])
