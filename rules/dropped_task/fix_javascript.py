"""Waits for promises that array methods throw away, and for calls that nobody waits for."""

import re
from itertools import takewhile

from asynccost.flow.around import above, statement_of, use_of
from asynccost.flow.extent import bounded, outside
from asynccost.flow.file import File, Site
from asynccost.flow.loops.depend import blocks
from asynccost.flow.reach import local_function
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Closure,
    Do,
    Expr,
    Function,
    Handler,
    If,
    Loop,
    Member,
    Name,
    Node,
    Raise,
    Stmt,
    Try,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
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


_DROPS = frozenset({  # what they are handed they call, and take no answer
    "debounce", "throttle", "on", "once", "addListener", "addEventListener", "setTimeout", "setInterval",
    "setImmediate", "nextTick", "queueMicrotask", "requestAnimationFrame", "forEach", "subscribe", "watch",
    "onMounted", "onMount",
})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "all", "use", "route"})
_STARTS = frozenset({"start", "launch", "spawn", "trigger", "schedule", "enqueue", "kick"})
_IN_TURN = re.compile(r"(?i)one by one|one at a time|one after another|sequential|in order|clobber|rate.?limit")


def _asked(site: Site, file: File) -> str:
    """What only somebody who knows the code can say; "" where nothing is asked."""
    if any(map(_IN_TURN.search, _said_above(site, file))):
        return "what is said above it speaks of an order: should one follow the other?"
    if not _STARTS.isdisjoint(words(site.function.name)[:1]):
        return f"is {site.function.name}() to be over only when all that it starts is done?"
    body = site.function.body
    return (_nobody_waits(site) if body and body[-1].start <= site.call.start else "") or _later(site)


_BEGINS = re.compile(r"(?i)\b(?:triggers?|kick(?:s|ed)? off|start|launch|schedule|initiate|fire)\b")


def _said_above(site: Site, file: File) -> list[str]:
    """The lines of the comment above a statement, the last one first."""
    source, start = file.module.source, statement_of(site.call).start
    above = source[: source.rfind(b"\n", 0, start) + 1].decode("utf-8", "replace").splitlines()
    return [*takewhile(lambda line: line.strip().startswith(("//", "*", "/*")), reversed(above))]


def _begun(site: Site, file: File) -> str:
    """A question where what is said above a call has it only begin, or where others begin behind it; "" elsewhere."""
    if any(map(_BEGINS.search, _said_above(site, file))):
        return f"it is begun here, as said above: is {site.function.name}() to be over only when it is done?"
    statement = statement_of(site.call)
    for block in blocks(site.function):
        behind = next((s for s in block if s.start > statement.start), None) if statement in block else None
        call = behind.value if isinstance(behind, Do) else None
        other = local_function(call.callee, site.function, file) if isinstance(call, Call) else None
        if isinstance(call, Call) and other is not None and other.is_async:
            return f"{chain(call.callee)[-1]}() would begin only then: are the two to go side by side?"
    return ""


def _in_the_end(site: Site) -> str:
    """A question where a call stands in a `finally`, the rest of which its failure would leave out; "" elsewhere."""
    for up in above(site.call):
        if isinstance(up, Try) and any(s.start <= site.call.start < s.end for s in up.final):
            behind = any(s.start > site.call.start for s in up.final)
            return "where it fails, the rest of the finally would not come: may it be left out?" if behind else ""
    return ""


_MUCH = 3  # statements behind a call that a wait would hold up, and a failure leave out


def _holds_up(site: Site) -> str:
    """A question where a call begins in the middle of other work, under a test of its own; "" elsewhere."""
    body, call = site.function.body, site.call
    top = next((s for s in body if s.start <= call.start < s.end), None)
    behind = sum(s.start > call.start for s in body)
    if not isinstance(top, If) or behind < _MUCH:
        return ""
    return f"what {site.function.name}() does behind it would wait, and not come where it fails: is it to?"


def _later(site: Site) -> str:
    """A question where listening would come later; "" where nothing listens behind a place."""
    name = _listens_later(site)
    return f"{name}() would come later: is what it listens for missed then?" if name else ""


_LISTENS = frozenset({"on", "once", "addListener", "addEventListener", "handle", "subscribe"})


def _listens_later(site: Site) -> str:
    """What a function calls behind a place to listen for something; "" where nothing does."""
    calls = site.function.index.calls if site.function.index else []
    names = (chain(c.callee)[-1] for c in calls if c.start > site.call.end and isinstance(c.callee, Member))
    return next((name for name in names if name in _LISTENS), "")


def _nobody_waits(site: Site) -> str:
    """A question where the function around a call is handed to what drops its promise; "" for any other."""
    taken = site.function.closure.parent if site.function.closure is not None else None
    taker = taken.parent if isinstance(taken, Argument) else None
    if not isinstance(taker, Call):
        return ""
    name, use = chain(taker.callee)[-1], use_of(taker)
    left = use.kind == "dropped" and not use.awaited and name not in _ROUTES
    drops = (left or name in _DROPS) and not _caught(site)
    return f"nobody waits for what {name}() is handed: who is to hear of a failure?" if drops else ""


def _caught(site: Site) -> bool:
    tries = (up for up in above(site.call) if isinstance(up, Try) and up.handlers)
    return any(s.start <= site.call.start < s.end for one in tries for s in one.body)


def _silent(site: Site, file: File) -> str:
    """A question where what catches a failure says nothing of it: `catch {}`, `.catch(() => {})`; "" for any other."""
    asked = "what catches its failure says nothing of it: who is to hear of one?"
    for up in above(site.call):
        if isinstance(up, Try) and up.handlers and any(s.start <= site.call.start < s.end for s in up.body):
            handler = up.handlers[0]
            return "" if _speaks(handler.name or "", handler.body, file) else asked
    taken = site.function.closure.parent if site.function.closure is not None else None
    chained: Node | None = taken.parent if isinstance(taken, Argument) else None
    while isinstance(chained, Call) and isinstance(chained.parent, Member) and isinstance(chained.parent.parent, Call):
        chained = chained.parent.parent
        heard = chained.arguments[0].value if chained.arguments else None
        if chain(chained.callee)[-1] == "catch" and isinstance(heard, Closure):
            params = heard.function.params
            return "" if _speaks(params[0].name if params else "", heard.function.body, file) else asked
    return ""


_TELLS = frozenset({  # words of what is told to somebody
    "console", "log", "logger", "toast", "message", "msg", "notify", "notification", "alert", "sentry", "error", "warn",
    "report", "capture",
})


def _speaks(name: str, body: list[Stmt], file: File) -> bool:
    """Whether a handler makes something of the error, throws, or tells somebody."""
    if not body:
        return False
    text = " ".join(file.text(statement) for statement in body)
    said = any(isinstance(n, Raise) for n in walk(*body)) or bool(name and re.search(rf"\b{re.escape(name)}\b", text))
    calls = (n for n in walk(*body) if isinstance(n, Call))
    told = (word for call in calls for part in chain(call.callee) for word in words(part))
    return said or not _TELLS.isdisjoint(told)


def _delays(site: Site) -> str:
    """A question where something else is waited for behind a place: the two would no longer go side by side."""
    below: Node = statement_of(site.call)
    for up in above(below):
        blocks = [getattr(up, name, []) for name in ("body", "orelse", "final")]
        block = next((b for b in blocks if any(s is below for s in b)), [])
        behind = [s for s in block if s.start > below.start]
        if isinstance(up, Handler) and any(isinstance(s, Raise) for s in behind):
            return "where it fails as well, the first error is lost: may it be?"
        if wait := next((n for n in walk(*behind) if isinstance(n, Await)), None):
            word = chain(wait.value)[-1]
            return f"{word}() would begin only then: are the two to go side by side?"
        below = up
    return ""


def _ends_a_loop(site: Site) -> str:
    """A question where a call stands in a loop, which its failure would end; "" for any other."""
    for up in above(site.call):
        if isinstance(up, Try) and up.handlers:
            return ""
        if isinstance(up, Loop):
            return "a failure would end the loop: what of the items that are left?"
    return ""


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
        asked = _in_the_end(site) or _begun(site, file) or _holds_up(site) or _later(site)
        if asked := asked or _nobody_waits(site) or _silent(site, file) or _ends_a_loop(site) or _delays(site):
            return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
        return Offer(Safety.UNSAFE, reason, lambda: edits)
    patch.insert(call.end, ".catch((error) => console.error(error))")
    edits = patch.edits()
    reason = "who is to hear of a failure is for you to say; console.error stands in for it"
    return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
