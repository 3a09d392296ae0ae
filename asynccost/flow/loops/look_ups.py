"""Whether look-ups that could wait together are worth a change: who waits for them, and how long they take."""

from collections.abc import Sequence

from asynccost.flow.around import above
from asynccost.flow.linked.aside import asides, at_start, unattended
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import Verdict
from asynccost.flow.sessions.worth import worth_of
from asynccost.flow.tree import Constant, If, Node, Other
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.model import Finding

_WORKS = frozenset({"jobs", "job", "queues", "cron", "crons", "workflows", "workflow", "importer", "importers"})
_KEYS = frozenset({"get", "exists", "hget", "hexists", "ttl", "pttl", "llen", "scard", "zcard", "hlen", "strlen"})


def not_worth(
    finding: Finding, names: Sequence[str], verdicts: Sequence[Verdict], bundled: bool, project: Project
) -> str:
    """Why nobody gains where the calls of a finding wait together; "" where somebody may.

    names: how the calls are spelled. bundled: they read what the program brought along.
    """
    pooled = all(v.pooled or (v.stored and not v.wide) for v in verdicts)
    aside = project.memo(asides)
    if pooled and not _WORKS.isdisjoint(finding.path.split("/")[:-1]):
        return "nobody waits for a background job's look-ups"
    if word := project.memo(worth_of).now_and_then(finding.path, finding.function):
        return f"{word} says that a person sets it off now and then"
    if bundled:
        return "what is read lies in the program's own bundle"
    if pooled and _of_one_store(names):
        return "two keys of a store take a millisecond, or one question for both"
    if pooled and any("tx" in words(name) for name in names):
        return "it may run in a transaction, whose one connection takes a query at a time"
    if doubt := aside.aside(finding.path, finding.function):
        return doubt
    if pooled and (doubt := aside.seldom_changed(finding.pending["named"] or finding.function, len(names))):
        return doubt
    if at_start(project, finding.path, finding.pending["runs"]):
        return "it runs once, when the program starts or ends"
    return unattended(project, finding.path, finding.pending["runs"]) if pooled else ""


def _of_one_store(names: Sequence[str]) -> bool:
    """`cache.exists(key)` and `cache.get(other)`: keys of one store."""
    stores = {name.removesuffix("()").rpartition(".")[0] for name in names}
    return len(stores) == 1 and "" not in stores and all(
        name.removesuffix("()").rpartition(".")[2] in _KEYS for name in names
    )


def deletes(node: Node) -> list[str]:
    """A doubt of code for requests that delete: `if (req.method === "DELETE")`."""
    for up in above(node):
        if isinstance(up, If) and any(s.start <= node.start < s.end for s in up.body):
            test = up.test
            asked = test.parts if isinstance(test, Other) and test.op in ("==", "===") else []
            if any(isinstance(n, Constant) and n.value == "DELETE" for n in walk(*asked)):
                return ["delete says that somebody does it now and then"]
    return []
