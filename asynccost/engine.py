"""Source in, findings out: the only loop over rules. One pass over files, then one over the project."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from typing import Any

from asynccost.flow.facts import FileFacts, facts_of
from asynccost.flow.file import File
from asynccost.flow.project import Project
from asynccost.flow.tree import Module
from asynccost.knowledge import Knowledge
from asynccost.model import Confidence, Finding, Problem, Silence
from asynccost.rulebook import Rule, load


@dataclass(slots=True)
class Seen:
    """What the first pass says of one file: facts for the project, and findings that are still open."""

    path: str
    facts: FileFacts | None = None
    findings: list[Finding] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@cache
def tokens(language: str) -> re.Pattern[bytes]:
    """What a file of a language must contain for any rule to look at it."""
    patterns = [r.tokens[language] for r in load().values() if language in r.languages]
    return re.compile("|".join(f"(?:{p})" for p in patterns).encode())


def lower(path: str, language: str, source: bytes) -> Module:
    """Parse and lower one file by its language's front end."""
    if language == "python":
        from asynccost import python

        return python.lower(path, source, whole=True)
    from asynccost import javascript

    return javascript.lower(path, source)


def look(
    path: str, language: str, source: bytes, knowledge: Knowledge, rows: Mapping[str, list[Any]] | None = None
) -> Seen:
    """First pass: one file, by itself."""
    if tokens(language).search(source) is None:
        return Seen(path)
    module = lower(path, language, source)
    file = File(module, knowledge, dict(rows or {}))
    seen = Seen(path, facts_of(file))
    seen.problems += [
        Problem(path, file.lines.place(start)[0], "could not be parsed from here; the rest of the file was scanned")
        for start, _ in module.broken[:1]
    ]
    for rule in load().values():
        if language in rule.languages and re.search(rule.tokens[language].encode(), source):
            _apply(rule, file, seen)
    return seen


def _apply(rule: Rule, file: File, seen: Seen) -> None:
    module = rule.module(file.language)
    for said in module.check(file):
        if isinstance(said, Silence):
            seen.silences.append(replace(said, rule=rule.name))
        else:
            said.rule, said.family, said.severity = rule.name, rule.family, rule.severity
            seen.findings.append(said)
    gather = rule.hook(file.language, "facts")
    if gather is not None and seen.facts is not None and (value := gather(file)):
        seen.facts["rules"][rule.name] = value


def settle(seen: Sequence[Seen]) -> tuple[list[Finding], list[Silence]]:
    """Second pass: answer the open questions over the facts of every file; order and number the findings."""
    project = Project(s.facts for s in seen if s.facts is not None)
    findings: list[Finding] = []
    silences: list[Silence] = []
    for one in seen:
        silences += one.silences
        for finding in one.findings:
            for said in _settled(finding, project):
                if isinstance(said, Silence):
                    silences.append(replace(said, rule=finding.rule))
                else:
                    findings.append(said)
    return number(findings), silences


def _settled(finding: Finding, project: Project) -> Iterator[Finding | Silence]:
    language = project.files[finding.path]["language"]
    hook = load()[finding.rule].hook(language, "settle")
    if hook is None or not finding.pending:
        yield finding
        return
    said = hook(finding, project)
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, Finding):
            one.pending = {}
        yield one


def number(findings: list[Finding]) -> list[Finding]:
    """Sort by place, count equals apart, and give each finding its fingerprint."""
    findings.sort(key=lambda f: (f.path, f.span.start, f.rule, f.span.end, f.message))
    counts: dict[tuple[str, ...], int] = {}
    for finding in findings:
        key = (finding.rule, finding.path, finding.function, finding.shape)
        finding.ordinal = counts[key] = counts.get(key, -1) + 1
        text = "\0".join((*key, str(finding.ordinal)))
        finding.fingerprint = blake2b(text.encode(), digest_size=8).hexdigest()
    return findings


_RANK = {Confidence.HIGH: 2, Confidence.MEDIUM: 1, Confidence.LOW: 0}


def shown(finding: Finding, least: Confidence) -> bool:
    """Whether a finding is at least as sure as asked for."""
    return _RANK[finding.confidence] >= _RANK[least]
