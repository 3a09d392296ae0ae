"""A client that owns connections is built where it is thrown away again."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.short_lived import (
    foreign_base,
    importer,
    inherited_end,
    keeps,
    kin,
    lets_go,
    maker,
    mounts,
    serves,
)
from asynccost.flow.sessions.opened import ender
from asynccost.flow.sessions.rebuilt import look
from asynccost.flow.sessions.recreation import judge
from asynccost.model import Finding, Fix, Safety, Silence
from asynccost.python.reasons import FOR_FEW, LENDS, OF_APPLICATION, WHO_CLOSES

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_KEPT = ("one httpx client for the process", "one requests session for each thread")
_RUNS_OFTEN = re.compile(r"every call of [\w.<>]+\(\) \(")  # and why that is often
_ABSENT = ((OF_APPLICATION, "does the application run there?"), (LENDS, "who lends it a client there?"))
_CLASSES = frozenset({"Client", "AsyncClient", "Session"})


def worth(text: "Text") -> bool:
    """Whether a script names a client."""
    return not text.is_test and text.may_name(text.knowledge.table("clients")["clients"])


def check(file: File) -> Iterator[Finding | Silence]:
    """Every client that the file builds."""
    for site, client in built(file):
        if not client.socket:
            yield look(file, site, client)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Answer how often the function runs, who keeps what it returns, and whether its object may keep the client."""
    said = judge(finding, project)
    if isinstance(said, Finding) and said.fix is not None and WHO_CLOSES in said.fix.reason:
        cls = said.function.partition(".<locals>")[0].rpartition(".")[0]
        if end := inherited_end(project, said.path, cls):
            said.hint["ends"] = end  # the fix sees one file alone
            reason = said.fix.reason.partition(WHO_CLOSES)[0] + f"{end}() closes it"
            said.fix = Fix(Safety.DISPLAY_ONLY, f"{reason}; does somebody call it of each {cls}?")
        elif base := foreign_base(project, said.path, cls):
            said.fix = Fix(Safety.DISPLAY_ONLY, f"{said.fix.reason}; who builds on {base} may make the object")
        elif (place := maker(project, said.path, cls)) is not None:
            said.fix = _asking(said.fix, place, lets_go(project, place), serves(project, place.by.file["path"]))
        elif other := importer(project, said.path, cls):
            kept = keeps(project, other, cls) and serves(project, other)
            said.fix = Fix(said.fix.safety if kept else Safety.DISPLAY_ONLY, f"{said.fix.reason}; {other} uses it")
        elif other := importer(project, said.path, cls, exported=True):
            said.fix = Fix(Safety.DISPLAY_ONLY, f"{said.fix.reason}; {other} hands {cls} out")
        elif other := kin(project, said.path, cls):
            said.fix = Fix(Safety.DISPLAY_ONLY, f"{said.fix.reason}; {other} builds on the same base")
        elif f"{WHO_CLOSES} close_" in said.fix.reason:  # what is added beside the ends that a base may have
            said.fix = Fix(Safety.DISPLAY_ONLY, f"{said.fix.reason}; nothing in sight makes a {cls}")
    if isinstance(said, Finding) and said.fix is not None and FOR_FEW in said.fix.reason:
        said.fix = _for_few(said, project)
    if isinstance(said, Finding) and said.fix is not None and said.fix.reason.startswith(_KEPT):
        said.fix = _tested(said.fix, project)
    if isinstance(said, Finding) and said.fix is not None and (who := ender(finding, project)):
        said.fix = shown_only(said.fix, f"{who} ends what it is handed: who ends one for all?")
    if isinstance(said, Finding) and said.fix is not None:
        said.fix = _elsewhere(said, said.fix, project)
    return said


def _elsewhere(finding: Finding, fix: Fix, project: Project) -> Fix | None:
    """A client that the application's lifespan or a caller opens: what another file uses may run without either."""
    question = next((asked for said, asked in _ABSENT if said in fix.reason), "")
    made = project.names.named_in(finding.path, finding.function) if question else None
    callers = project.calls.callers(made) if made is not None else []
    place = next((f"{c.by.file['path']}:{c.call['line']}" for c in callers if c.by.file["path"] != finding.path), "")
    place = place or (importer(project, finding.path, finding.function) if question else "")
    if not place and OF_APPLICATION in fix.reason and mounts(project) not in ("", finding.path):
        return shown_only(fix, f"{mounts(project)} mounts an application: if it is this one, its lifespan never runs")
    return shown_only(fix, f"{place} uses {finding.function}() as well: {question}") if place else fix


def _for_few(finding: Finding, project: Project) -> Fix | None:
    """A client that one or two methods would keep on their object: worth it where they are known to run again and
    again, and the object is not made anew for every call itself."""
    who, cls = finding.function.rpartition(".")[2], finding.function.partition(".<locals>")[0].rpartition(".")[0]
    if not _RUNS_OFTEN.match(finding.message):
        return shown_only(finding.fix, f"does one {cls} call {who}() again and again?")
    if (place := maker(project, finding.path, cls)) is not None and lets_go(project, place):
        return shown_only(finding.fix, f"{place.by.facts['qualname'].rpartition('.')[2]}() makes a {cls} for each call")
    return finding.fix


def _tested(fix: Fix, project: Project) -> Fix:
    """A fix by which the module keeps one client: who replaces its class in a test would meet the one of before."""
    for test, names in project.rows("one-shot-request").items():
        if name := next((n for n in names if n.rpartition(".")[2] in _CLASSES), ""):
            return shown_only(fix, f"{test} replaces {name}: is it to drop what is kept?") or fix
    return fix


def _asking(fix: Fix, place: Caller, again: bool, serves: bool) -> Fix:
    """A fix, with what the project shows of who would have to close the object. again: one is made for each call;
    serves: a server makes it, which has one until it ends."""
    facts = place.by.facts
    who = facts["qualname"].rpartition(".")[2]
    if again:
        why = f"{who}() makes one and lets it go: should it close it, or hand the client in?"
        return Fix(Safety.DISPLAY_ONLY, f"{fix.reason}; {why}")
    if facts["kind"] == "module":
        safety = fix.safety if serves else Safety.DISPLAY_ONLY
        return Fix(safety, f"{fix.reason}; {place.by.file['path']} keeps one for the process")
    return Fix(Safety.DISPLAY_ONLY, f"{fix.reason}; {who}() makes it")
