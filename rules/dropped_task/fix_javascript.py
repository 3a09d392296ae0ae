"""Waits for promises that array methods throw away, and for calls that nobody waits for."""

import re

from asynccost.flow.around import use_of
from asynccost.flow.extent import outside
from asynccost.flow.file import File, Site
from asynccost.flow.tree import Await, Call, Closure, Do, Function, Member, Name
from asynccost.javascript.edits.batches import in_batches
from asynccost.javascript.edits.names import fresh, inner
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.sources import Source, is_array, source_of
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """`forEach` and a dropped `map` become an awaited `Promise.all`; a floating call is awaited."""
    site = next((s for s in file.calls if (s.call.start, s.call.end) == (finding.span.start, finding.span.end)), None)
    if site is None:
        return None
    callee = site.call.callee
    methods = file.knowledge.table("tasks")["arrays"]
    handed = site.call.arguments[0].value if site.call.arguments else None
    if isinstance(callee, Member) and callee.attr in (*methods["each"], *methods["map"], *methods["test"]):
        if callee.attr in methods["test"] or not isinstance(handed, (Closure, Name)):
            return None
        return _array(file, site, callee, handed)
    return _floating(file, site)


_HOOK = re.compile(r"(?:before|after)[A-Z]")  # of a database's mapper or a queue, in the middle of its own work


def _awaits(function: Function) -> bool:
    return function.is_async and not function.is_generator


def _array(file: File, site: Site, callee: Member, handed: "Closure | Name") -> Offer | None:
    call, use, patch = site.call, use_of(site.call), Patch(script(file), site.call.start)
    awaited = isinstance(call.parent, Await)
    if site.function.kind == "module" and not file.path.endswith((".mjs", ".mts")):
        return None  # where a script may wait at its top, it holds up all that imports it, and a component cannot
    if not _awaits(site.function) or use.kind not in ("dropped", "assigned") or isinstance(call.parent, Member):
        return None
    if use.kind == "dropped" and not isinstance(call.parent, (Do, Await)):
        return None
    tree = patch.script
    array = is_array(callee.value, site.function, file, tree)
    wide = outside(callee.value, file, site.function)
    reason = "the work is waited for, and its failures are seen here"
    if "?." in tree.text(callee):
        return None
    if wide and use.kind == "dropped" and isinstance(handed, Closure):
        if len(handed.function.params) > 1:
            return None
        _batches(file, site, callee, handed, patch)
        reason += ", ten items at a time"
    else:
        patch.insert(call.start, "Promise.all(" if awaited else "await Promise.all(")
        if not array:
            patch.insert(callee.value.start, "[...")
            patch.insert(callee.value.end, "]")
        if callee.attr != "map":
            patch.replace(callee.end - len(callee.attr), callee.end, "map")
        patch.insert(call.end, ")")
    edits = patch.edits()
    return Offer(Safety.UNSAFE, f"{reason}: what follows runs later than before", lambda: edits)


def _batches(file: File, site: Site, callee: Member, handed: Closure, patch: Patch) -> None:
    tree = patch.script
    statement = tree.statement(site.call)
    indent = tree.indent(statement.start_byte)
    name = fresh("items", site.function, file)
    source = source_of(callee.value, site.function, file, patch, name)
    if not source.before and source.text != tree.text(callee.value):
        source = Source(name, f"const {name} = {source.text}{patch.semi}", False)
    work = patch.within(handed.start, handed.end, tree.shift(handed.start, indent + tree.unit))
    start, batch = (inner(word, tree.text(statement)) for word in ("start", "batch"))
    text = in_batches(source, work, patch, indent, start, batch)
    patch.replace(statement.start_byte, statement.end_byte, text)


def _floating(file: File, site: Site) -> Offer | None:
    call = site.call
    if not isinstance(call.parent, Do) or not isinstance(call, Call):
        return None
    patch = Patch(script(file), call.start)
    if _awaits(site.function):
        patch.insert(call.start, "await ")
        edits = patch.edits()
        if _HOOK.match(site.function.name):
            reason = f"the call is waited for; is {site.function.name}() to be over only then, and what waits for it?"
            return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
        reason = "the call is waited for, and its failures are seen here: what follows runs later than before"
        return Offer(Safety.UNSAFE, reason, lambda: edits)
    patch.insert(call.end, ".catch((error) => console.error(error))")
    edits = patch.edits()
    reason = "who is to hear of a failure is for you to say; console.error stands in for it"
    return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
