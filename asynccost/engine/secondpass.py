"""The second pass: what one file could not know is settled over the facts of all, then findings get names."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from asynccost.engine.seen import Seen
from asynccost.fingerprints import number
from asynccost.flow.linked.aside import is_copy
from asynccost.flow.linked.outdated import outdated
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.shut_out import shut_out
from asynccost.flow.linked.unimported import is_loose, unimported
from asynccost.knowledge import Knowledge
from asynccost.model import Confidence, Finding, Silence
from asynccost.rulebook import load

_COPY = "the file lies among copies of packages: is it yours to change?"


def settle(
    seen: Sequence[Seen],
    knowledge: Knowledge,
    scripts: Mapping[str, Callable[[], bytes]] | None = None,
    only: Container[str] | None = None,
    settled: dict[str, list[Finding]] | None = None,
) -> tuple[list[Finding], list[Silence]]:
    """Answer the open questions over the facts of every file; order and number the findings.

    scripts: reads every script of the project, by path, also those of which nothing was seen.
    only: the files whose findings are asked for, where it is not all of them.
    settled: what is taken as it is of some files; what is found out of the others is added.
    """
    project = Project(
        knowledge,
        (s.asked for s in seen if s.asked is not None),
        {s.path: s.imports for s in seen if s.imports is not None},
        (s.script for s in seen if s.script is not None),
        {s.path: s.words for s in seen if s.imports is not None and s.read is not None},
        {s.path: s.read for s in seen if s.imports is not None and s.read is not None},
        scripts or {s.path: s.read for s in seen if s.imports is None and s.read is not None},
    )
    findings: list[Finding] = []
    silences: list[Silence] = []
    known = {} if settled is None else settled
    for one in seen if only is None else [s for s in seen if s.path in only]:
        if one.path not in known:
            known[one.path] = _of_file(one, project, silences)
        findings += known[one.path]
    return _numbered(findings), silences


def _of_file(one: Seen, project: Project, silences: list[Silence]) -> list[Finding]:
    """What becomes of the findings of a file, wherever they come to lie; silences: gets the others."""
    findings: list[Finding] = []
    silences += one.silences
    for finding in one.findings:
        for said in _settled(finding, project):
            if isinstance(said, Silence):
                silences.append(said._replace(rule=finding.rule))
            else:
                findings.append(said)
    return findings


def _settled(finding: Finding, project: Project) -> Iterator[Finding | Silence]:
    unused, by_hand = finding.pending.pop("unused", ""), finding.pending.pop("by hand", False)
    place = (finding.path, finding.span) if finding.pending.pop("may hang", False) else None
    hook = load()[finding.rule].hook(project.files[finding.path]["language"], "settle") if finding.pending else None
    said = hook(finding, project) if hook is not None else finding
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, Finding):
            one.pending = {}
            if one.fix and is_copy(project, one.path):
                one.fix = shown_only(one.fix, _COPY)
            if unused and not project.calls.is_called(unused):
                one.confidence = Confidence.LOW
                one.message += f" (but nobody calls {unused}())"
            elif by_hand if one.path == finding.path else _is_by_hand(one, project):
                one.confidence = Confidence.LOW  # a script or an example: what it wastes, it wastes once
            elif one.confidence is not Confidence.LOW and (
                doubt := _doubt(one, project) or (shut_out(project, *place) if place == (one.path, one.span) else "")
            ):
                one.confidence = Confidence.LOW
                one.message += f" (but {doubt})"
        yield one


def _is_by_hand(finding: Finding, project: Project) -> bool:
    """Whether the place of a finding that was seen in another file is in a script or an example, or in a test."""
    made = project.names.named_in(finding.path, finding.function) if finding.function else None
    return made is not None and (made.facts["entry"] or [""])[0] in ("script", "test")


def _doubt(finding: Finding, project: Project) -> str:
    """Why nobody may gain from a finding, whatever its rule says; "" where its code is the project's and may run."""
    if is_copy(project, finding.path):
        return "the file lies among copies of packages: it is mended where it comes from"
    if is_loose(project, finding.path):
        return "no other file imports this one, and nothing in it goes on by itself"
    if left := project.unmentioned.left(finding.path, finding.function):
        return f"no code of the program mentions {left}"
    if clause := project.unmentioned_scripts.left(finding.path, finding.function):
        return clause
    return outdated(project, finding.path) or unimported(project, finding.path)


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Sorted by place, with ordinals and fingerprints."""
    findings.sort(key=lambda f: (f.path, f.span.start, f.rule, f.span.end, f.message))
    number(findings)
    return findings
