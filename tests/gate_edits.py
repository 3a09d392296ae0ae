"""One random sequence of edits, judged: what the gate calls new beside what is new by construction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from asynccost.baseline.compare import Before, compare
from asynccost.baseline.entry import entry_of
from asynccost.baseline.functions import standing
from asynccost.model import Finding
from tests.fixtures import scan
from tests.gate_model import File, Function, Project, Statement

RULE = {True: "blocking-call", False: "await-in-loop"}
# the classes of edits on which identity fails; asynccost/pages/baseline.md says the same in words
REPLACED, REWRITTEN, ENTANGLED = "replaced alike", "rewritten", "moved and changed at once"


@dataclass
class Judged:
    """edits: their kinds. failures: class of edit, or "" where identity failed on none of those that are listed."""

    edits: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    alarms: int = 0
    misses: int = 0


def judge(seed: int, edits: int, *, python: bool, git: bool = True) -> Judged:
    """Make a project, accept its findings, edit it and compare."""
    project = Project(Random(seed), python)
    before, _ = found(project, python)
    said = Judged([project.edit() for _ in range(edits)])
    findings, places = found(project, python)
    texts, _ = project.render()
    stands = standing(lambda path: texts[path].encode(), texts)
    renamed = project.renamed if git else {}
    compared = compare(Before("before", [entry_of(f) for f in before], lambda: renamed), findings, stands)
    statements = {id(f): places[f.path, f.span.line] for f in findings}
    here = {s.id: (file, f, s) for file, f, s in project.findings()}
    called_new = [statements[id(f)] for f in compared.fresh]
    truly_new = [s for _, _, s in project.findings() if s.id not in project.old]
    extra, missing = _differences(called_new, truly_new, here)
    said.alarms, said.misses = len(extra), len(missing)
    said.failures = [_why_alarm(*here[s.id], project) for s in extra] + [
        _why_miss(s, here, project) for s in missing if not extra
    ]
    return said


def found(project: Project, python: bool) -> tuple[list[Finding], Mapping[tuple[str, int], Statement]]:
    """The findings of a project's rule; each must stand on a line that the model flagged."""
    texts, places = project.render()
    findings = [f for f in scan({p: t.encode() for p, t in texts.items()})[0] if f.rule == RULE[python]]
    assert sorted((f.path, f.span.line) for f in findings) == sorted(places)
    return findings, places


Here = Mapping[int, tuple[File, Function, Statement]]


def _differences(called: list[Statement], true: list[Statement], here: Here) -> tuple[list[Statement], list[Statement]]:
    """Statements wrongly called new, and wrongly called known. Equal ones of one function, or of copies of it, are one
    and the same: nobody can say which of them was there first."""

    def text(s: Statement) -> tuple[int, str, str]:
        return here[s.id][1].origin, s.verb, " ".join(s.words)

    extra = Counter(map(text, called)) - Counter(map(text, true))
    missing = Counter(map(text, true)) - Counter(map(text, called))
    return [s for s in called if extra[text(s)] > 0], [s for s in true if missing[text(s)] > 0]


def _why_alarm(file: File, function: Function, s: Statement, project: Project) -> str:
    moves = function.done["renamed"] + function.done["moved"] + file.done["renamed"]
    copies = function.done["copied"] > 0
    if s.edited > 1:
        return REWRITTEN
    if moves > 1 or (moves and (s.edited or copies)):
        return ENTANGLED
    removed = [r for _, f, r in project.removed if f == function.id]
    return REPLACED if s.edited and removed else ""


def _why_miss(s: Statement, here: Here, project: Project) -> str:
    function = here[s.id][1]
    removed_here = [r for _, f, r in project.removed if f == function.id and r.id in project.old]
    every = [f for file in project.files for f in file.functions]
    first = [f for f in every if f.id == function.origin and f is not function]
    copied = function.origin != function.id
    if any(f.done["moved"] + f.done["renamed"] for f in (*first, *([function] if copied else []))):
        return ENTANGLED
    deleted = [r for how, _, r in project.removed if how == "deleted" and r.id in project.old]
    return REPLACED if removed_here or deleted else ""
