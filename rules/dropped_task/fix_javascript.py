"""Waits for promises that array methods throw away, and for calls that nobody waits for."""

import re

from asynccost.flow.around import statement_of, use_of
from asynccost.flow.extent import bounded, outside
from asynccost.flow.file import File, Site
from asynccost.flow.reach import within
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Closure,
    Do,
    Expr,
    Function,
    Member,
    Name,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.javascript.edits.before_waiting import before_waiting, later, nobody_waits, said_above
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.sources import walks_itself
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
        return _array(file, site, callee)
    return _floating(file, site)


_HOOK = re.compile(r"(?:before|after)[A-Z]")  # of a database's mapper or a queue, in the middle of its own work


def _awaits(function: Function) -> bool:
    return function.is_async and not function.is_generator


def _array(file: File, site: Site, callee: Member) -> Offer | None:
    call, use, patch = site.call, use_of(site.call), Patch(script(file), site.call.start)
    awaited = isinstance(call.parent, Await)
    if site.function.kind == "module" and not file.path.endswith((".mjs", ".mts")):
        return None  # where a script may wait at its top, it holds up all that imports it, and a component cannot
    if not _awaits(site.function) or use.kind not in ("dropped", "assigned") or isinstance(call.parent, Member):
        return None
    if use.kind == "dropped" and not isinstance(call.parent, (Do, Await)):
        return None
    tree = patch.script
    if "?." in tree.text(callee) or _awaited_later(site, file):
        return None
    patch.insert(call.start, "Promise.all(" if awaited else "await Promise.all(")
    if callee.attr != "map":
        if walks_itself(callee.value, site.function, file, tree):
            patch.insert(callee.value.start, "[...")
            patch.insert(callee.value.end, "]")
        patch.replace(callee.end - len(callee.attr), callee.end, "map")
    patch.insert(call.end, ")")
    edits = patch.edits()
    reason = "the work is waited for, and its failures are seen here: what follows runs later than before"
    if asked := _asked(site, file) or _many(callee.value, site, file):
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _awaited_later(site: Site, file: File) -> bool:
    """`const made = await items.map(f); ... await Promise.all(made)`: nothing is lost."""
    statement = statement_of(site.call)
    targets = [t.id for t in getattr(statement, "targets", ()) if isinstance(t, Name)]
    text = file.text(site.function)
    return any(re.search(rf"\bPromise\.all(?:Settled)?\(\s*{re.escape(name)}\b", text) for name in targets)


def _many(items: Expr, site: Site, file: File) -> str:
    """A question where all of a list of any length starts at once: it did so before, but now somebody waits for it."""
    unknown = outside(items, file, site.function) and not bounded(items, file, site.function)
    return "how many of them at once does what they call bear?" if unknown else ""


_STARTS = frozenset({"start", "launch", "spawn", "trigger", "schedule", "enqueue", "kick"})
_IN_TURN = re.compile(r"(?i)one by one|one at a time|one after another|sequential|in order|clobber|rate.?limit")


def _asked(site: Site, file: File) -> str:
    """What only somebody who knows the code can say; "" where nothing is asked."""
    if any(map(_IN_TURN.search, said_above(site, file))):
        return "what is said above it speaks of an order: should one follow the other?"
    if not _STARTS.isdisjoint(words(site.function.name)[:1]):
        return f"is {site.function.name}() to be over only when all that it starts is done?"
    body = site.function.body
    waits = nobody_waits(site) if body and body[-1].start <= site.call.start else ""
    return waits or later(site) or _handed_back(site, file)


def _handed_back(site: Site, file: File) -> str:
    """A question where a function hands back what the work adds nothing to: it would come later, or not at all; ""."""
    last = site.function.body[-1] if site.function.body else None
    handed = site.call.arguments[0].value
    if not isinstance(last, Return) or last.start < site.call.end or not isinstance(handed, Closure):
        return ""
    given = {n.id for n in walk(last) if isinstance(n, Name)}
    params = {p.name for p in handed.function.params}
    for one in within(handed.function, file):
        if any(n.id in given for n in (one.index.names if one.index else ())):
            return ""
        targets = (t for s in walk(*one.body) if isinstance(s, Assign) for t in s.targets)
        if any(isinstance(t, Member) and chain(t)[0] in params for t in targets):
            return ""
    what = file.text(last.value) if isinstance(last.value, Name) and given else ""
    return f"{what} would be handed back later, and not at all where one fails: may it?" if what else ""


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
        if asked := before_waiting(site, file):
            return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
        return Offer(Safety.UNSAFE, reason, lambda: edits)
    patch.insert(call.end, ".catch((error) => console.error(error))")
    edits = patch.edits()
    reason = "who is to hear of a failure is for you to say; console.error stands in for it"
    return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
