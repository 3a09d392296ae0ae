"""Whether look-ups that could wait together are worth a change: who waits for them, and how long they take."""

import re
from collections.abc import Sequence

from asynccost.flow.around import above
from asynccost.flow.linked.aside import asides, at_start, on_timer, unattended
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.verdicts import Verdict
from asynccost.flow.sessions.worth import worth_of
from asynccost.flow.tree import Call, Constant, If, Name, Node, Other
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
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
    if (held := finding.pending["context"]) and not any(v.wide for v in verdicts):
        return f"{held} may hold a transaction, whose one connection takes a query at a time"
    if doubt := aside.aside(finding.path, finding.function):
        return doubt
    if pooled and (doubt := aside.seldom_changed(finding.pending["named"] or finding.function, len(names))):
        return doubt
    if at_start(project, finding.path, finding.pending["runs"]):
        return "it runs once, when the program starts or ends"
    if word := _seldom_asked(finding.path, names):
        return f"{word} says that an administrator looks at a few short answers, now and then"
    alone = on_timer(project, finding.path, finding.pending["runs"])
    return alone or (unattended(project, finding.path, finding.pending["runs"]) if pooled else "")


_OFFICES = frozenset({"admin", "settings", "about", "setup"})
_SHORT = re.compile(
    r"(?:count|countBy|countDocuments|estimatedDocumentCount|exists|(?:get|find)\w*By(?:Id|ID|_id|Pk)|findUnique)$"
)
_NEAR = 3  # parts of a path that say what its functions are for


def _seldom_asked(path: str, names: Sequence[str]) -> str:
    """The word of a path that says that its pages are an administrator's, where two counts or rows by id are asked."""
    if len(names) > 2 or not all(_SHORT.search(name.removesuffix("()")) for name in names):
        return ""
    parts = (part.partition(".")[0] for part in path.split("/")[-_NEAR:])
    return next((word for part in parts for word in words(part) if word in _OFFICES), "")


_CONTEXTS = frozenset({"ctx", "context", "tx", "trx", "transaction", "manager", "em", "uow", "queryRunner"})
_ENTITIES = frozenset({"manager", "em", "entityManager", "queryRunner"})


def one_context(calls: Sequence[Node]) -> str:
    """What several queries are handed that may be one transaction: `getRepository(ctx, Row).find()`, `em.find(Row)`."""
    held = [_context_of(call) for call in calls]
    return held[0] if len(set(held)) == 1 else ""


def _context_of(call: Node) -> str:
    callee = call.callee if isinstance(call, Call) else None
    names = chain(callee)
    if held := next((name for name in names[:-1] if name in _ENTITIES), ""):
        return held
    while callee is not None and not isinstance(callee, Name):
        given = [a.value.id for a in callee.arguments if isinstance(a.value, Name)] if isinstance(callee, Call) else []
        if held := next((name for name in given if name in _CONTEXTS), ""):
            return held
        callee = callee.callee if isinstance(callee, Call) else getattr(callee, "value", None)
    return ""


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
