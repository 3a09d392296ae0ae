"""What the ways that a loop's waits take say against running its turns together: caches, transactions, look-ups."""

from asynccost.flow.project import Project
from asynccost.flow.verdicts import Verdict
from asynccost.flow.words import words
from asynccost.model import Finding

_KEPT = frozenset({"cached", "memoized", "memoised"})


def doubts_of_ways(verdict: Verdict, label: str, finding: Finding, project: Project) -> list[str]:
    """Why the confidence of a loop is low at most, by what its calls lead to. label: the call that it names."""
    found = []
    if kept := next((way for way in verdict.good if not _KEPT.isdisjoint(words(way))), ""):
        found.append(f"what is asked is kept for a while, by the name of {kept}")
    if within := next((way for way in verdict.good if "tx" in words(way)), ""):
        found.append(f"{within} may run in a transaction, whose one connection takes a query at a time")
    if any("spreadsheets" in words(way) for way in (*verdict.good, *verdict.likely, *verdict.others)):
        found.append("Google Sheets takes few requests a minute from each user, and the tabs of a sheet have an order")
    said = words(label)
    if not {"read", "load", "parse", "write"}.isdisjoint(said) and "file" in said and "url" not in said:
        found.append(f"{label} may only touch the local disk")
    if not {"config", "settings"}.isdisjoint(said):
        found.append(f"{label} may be answered from memory")
    seldom = project.knowledge.table("seldom")["loops"]["asked_seldom"]
    around = {*words(finding.path), *words(finding.function)}
    if verdict.pooled and (word := next((w for w in seldom if w in around), "")):
        found.append(f"{word} says that nobody waits for a few quick look-ups")
    if chosen := _picked(finding, project):
        found.append(f"{label} waits only for those with a {chosen} of its own")
    return found


def _picked(finding: Finding, project: Project) -> str:
    """What the one function that a turn waits for asks of its argument before it waits."""
    rows = [row for row in finding.pending["waits"] if row[0] not in ("fresh", "memory")]
    if len(rows) != 1 or rows[0][0] != "project" or not rows[0][2]:
        return ""
    made = project.names.find(rows[0][2], finding.path)
    return next((label for kind, label, *_ in made.facts["waits"] if kind == "picks"), "") if made else ""
