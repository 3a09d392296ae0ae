"""What `explain` prints: the page of a rule or topic, or what every rule made of a place and why."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asynccost import scanning, suppress
from asynccost.config import settings
from asynccost.config.selection import visible
from asynccost.config.settings import Settings
from asynccost.engine import passes
from asynccost.errors import PathError, RuleError, nearest
from asynccost.files import sources
from asynccost.files.decoding import decode
from asynccost.files.sources import Project
from asynccost.model import Finding, Silence, Span
from asynccost.report import Report
from asynccost.report.fix_diff import diff
from asynccost.report.frame import visible as show

NEAR = 2  # lines
_PAGES = Path(__file__).with_name("pages")


def split(what: str) -> tuple[str, int] | None:
    """`src/app.py:12` -> its parts; None for anything that does not end in a line."""
    path, _, line = what.rpartition(":")
    path, line = (
        (path.rpartition(":")[0], path.rpartition(":")[2]) if _is_column(path, line) else (path, line)
    )
    return (path, int(line)) if path and line.isdigit() and int(line) > 0 else None


def topics() -> dict[str, Path]:
    """The pages that are about no single rule, by name; each is a file of pages/."""
    return {page.stem: page for page in sorted(_PAGES.glob("*.md"))}


def page(name: str) -> str:
    """The page of a rule or of a topic."""
    rules = scanning.about_rules()
    if name not in rules:
        if name in (pages := topics()):
            return pages[name].read_text("utf-8")
        if os.path.exists(name) or "/" in name:
            raise PathError(f"{name}: which line? Write {name}:LINE")
        raise RuleError(f'there is no rule or topic "{name}"{nearest(name, [*rules, *pages])}')
    about = rules[name]
    languages = f", {' and '.join(about.languages)}" if about.languages else ""
    return (
        f"{name} ({about.family}, {about.severity}{languages})\n\n{about.summary}\n\n{about.page.strip()}\n"
    )


def place(path: str, line: int, *, config: str | None = None, isolated: bool = False) -> str:
    """What every rule has to say near a line."""
    chosen = settings.load([path], config=config, isolated=isolated)
    project = sources.find([path], chosen)
    asked = project.asked()
    if not asked:
        raise PathError(f"{path}: is not scanned: {_why(project) or 'not Python, JavaScript or TypeScript'}")
    source = asked[0]
    findings, silences = passes.silences(project.sources, source.path, chosen, project.texts)
    near = [f for f in findings if _near(f.span, line)]
    report = scanning.with_edits(Report(near, read=scanning.reader(project)), project, chosen)
    findings = [*(f for f in findings if not _near(f.span, line)), *report.findings]
    read = report.read(source.path)
    text = decode(read, source.path, source.language).data or b""
    if line > (last := text.count(b"\n") + 1):
        raise PathError(f"{path}:{line}: the file has only {last} lines")
    here = _Place(source.path, line, text, source.language, findings, silences, chosen, report)
    return "\n".join([here.code(), "", *here.said()]) + "\n"


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of a file, and everything that the rules made of that file."""

    path: str
    line: int
    text: bytes
    language: str
    findings: Sequence[Finding]
    silences: Sequence[Silence]
    chosen: Settings
    report: Report

    def code(self) -> str:
        """The line itself."""
        code = self.text.split(b"\n")[self.line - 1].decode("utf-8", "replace").strip()
        return f"{self.path}:{self.line}: {show(code)}"

    def said(self) -> list[str]:
        """What each rule says; those that looked stand first."""
        about = scanning.about_rules()
        families = {name: rule.family for name, rule in about.items() if rule.family != suppress.FAMILY}
        applied = suppress.apply(
            self.findings,
            {self.path: suppress.comments(self.text)},
            families=families,
            ran=families,
            require_reason=self.chosen.require_reason,
        )
        hidden = {id(f): c for f, c in applied.suppressed}
        lines = [
            f"{f.rule}: {_fired(self.report, f, hidden.get(id(f)), self._left_out(f, families))}"
            for f in [*self.findings, *(f for f in applied.kept if f.rule in suppress.SUMMARIES)]
            if _near(f.span, self.line)
        ]
        lines += [
            f"{s.rule}: silent, line {s.span.line}: {s.reason}"
            for s in self.silences
            if _near(s.span, self.line)
        ]
        heard = {line.partition(":")[0] for line in lines}
        lines.sort()
        lines += [
            f"{name}: did not look here: {rule.summary}"
            for name, rule in about.items()
            if self.language in rule.languages and name not in heard
        ]
        return lines

    def _left_out(self, f: Finding, families: Mapping[str, str]) -> str:
        if visible([f], self.chosen, families):
            return ""
        return f"not shown by scan: the settings leave it out (confidence = {self.chosen.confidence})"


def _near(span: Span, line: int) -> bool:
    return span.line - NEAR <= line <= max(span.line, span.end_line) + NEAR


def _fired(report: Report, f: Finding, comment: suppress.Comment | None, left_out: str) -> str:
    lines = [f"found, {f.confidence} confidence, line {f.span.line}: {show(f.message)}"]
    lines += [f"{r.path}:{r.span.line}: {show(r.message)}" for r in f.related]
    if f.fix is not None:
        lines.append(f"fix ({f.fix.safety}): {show(f.fix.reason)}")
        lines += [f"  {line}" for line in diff(report, f)]
    if left_out:
        lines.append(left_out)
    if comment is not None:
        lines.append(f"hidden by the comment on line {comment.line}: {comment.reason or 'no reason given'}")
    return "\n    ".join(lines)


def _is_column(path: str, line: str) -> bool:
    return line.isdigit() and path.rpartition(":")[2].isdigit()


def _why(project: Project) -> str:
    return ", ".join(sorted(project.skipped))
