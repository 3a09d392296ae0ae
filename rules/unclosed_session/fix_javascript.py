"""A client that a function makes for itself is closed on every way out."""

from asynccost.flow.clients import built
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.owner import owner_of
from asynccost.flow.tree import Assign, Await, Call, Member, Name, Return
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """`try { ... } finally { await client.close() }` around what follows in the block that makes it."""
    for site, client in built(file):
        if (site.call.start, site.call.end) == (finding.span.start, finding.span.end):
            life = owner_of(file, site.call, site.function, client.close)
            if life.kind != "local" or life.captured or not client.close:
                return None
            return _offer(file, site, life, client.close[0], sync=client.socket)
    return None


def _offer(file: File, site: Site, life: Life, close: str, *, sync: bool) -> Offer | None:
    made = site.call.parent
    while made is not None and not isinstance(made, Assign):
        made = made.parent
    target = made.targets[0] if isinstance(made, Assign) else None
    if not isinstance(made, Assign) or not isinstance(target, Name) or not any(s is made for s in site.function.body):
        return None
    calls = site.function.index.calls if site.function.index else []
    if close == "end" and any(isinstance(c.callee, Member) and c.callee.attr == "release" for c in calls):
        return None  # the end of a pool waits for what it has lent: after an error for ever
    if not (site.function.is_async or sync) or made.declares not in ("const", "let"):
        return None
    patch = Patch(script(file), site.call.start)
    tree = patch.script
    statement = tree.statement(made)
    following, block = statement.next_named_sibling, statement.parent
    if following is None or block is None or following.start_point[0] == statement.end_point[0]:
        return None
    for returned in site.function.index.returns if site.function.index else ():
        if isinstance(returned.value, Call) and not isinstance(returned.value, Await) and site.function.is_async:
            _wait(returned, life, patch)
    end = block.named_children[-1].end_byte
    indent, unit = tree.indent(statement.start_byte), tree.unit
    rest = patch.within(following.start_byte, end, unit)
    word = "" if sync else "await "
    last = f"\n{indent}}} finally {{\n{indent}{unit}{word}{target.id}.{close}(){patch.semi}\n{indent}}}"
    patch.replace(following.start_byte, end, f"try {{\n{indent}{unit}{rest}{last}")
    edits = patch.edits()
    reason = "it is closed on every way out; what still works with it after the function has returned would lose it"
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _wait(returned: Return, life: Life, patch: Patch) -> None:
    """What is returned may be a promise of the client: it is awaited before the client is closed."""
    value = returned.value
    if value is not None and any(value.start <= r.start < value.end for r in life.reads):
        patch.insert(value.start, "await ")
