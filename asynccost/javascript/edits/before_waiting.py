"""Questions before a floating promise is awaited: who hears of its failure then, and what would come later."""

import re

from asynccost.flow.around import above, statement_of, tries_of, use_of
from asynccost.flow.file import File, Site
from asynccost.flow.intent import comment_above
from asynccost.flow.loops.depend import blocks
from asynccost.flow.reach import local_function
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Closure,
    Do,
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

_DROPS = frozenset({  # what they are handed they call, and take no answer
    "debounce", "throttle", "on", "once", "addListener", "addEventListener", "setTimeout", "setInterval",
    "setImmediate", "nextTick", "queueMicrotask", "requestAnimationFrame", "forEach", "subscribe", "watch",
    "onMounted", "onMount",
})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "all", "use", "route"})


def before_waiting(site: Site, file: File) -> str:
    """What only somebody who knows the code can say of a wait for this call; "" where nothing is asked."""
    asked = _in_the_end(site) or _begun(site, file) or _holds_up(site) or later(site) or nobody_waits(site)
    return asked or _silent(site, file) or _other_story(site) or _ends_a_loop(site) or _delays(site)


_BEGINS = re.compile(r"(?i)\b(?:triggers?|kick(?:s|ed)? off|start|launch|schedule|initiate|fire)\b")


def said_above(site: Site, file: File) -> list[str]:
    """The lines of the comment above a statement, the last one first."""
    lines = comment_above(file.module.source, statement_of(site.call).start)
    return [line.decode("utf-8", "replace") for line in lines]


def _begun(site: Site, file: File) -> str:
    """A question where what is said above a call has it only begin, or where others begin behind it; "" elsewhere."""
    if any(map(_BEGINS.search, said_above(site, file))):
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


def later(site: Site) -> str:
    """A question where listening would come later; "" where nothing listens behind a place."""
    name = _listens_later(site)
    return f"{name}() would come later: is what it listens for missed then?" if name else ""


_LISTENS = frozenset({"on", "once", "addListener", "addEventListener", "handle", "subscribe"})


def _listens_later(site: Site) -> str:
    """What a function calls behind a place to listen for something; "" where nothing does."""
    calls = site.function.index.calls if site.function.index else []
    names = (chain(c.callee)[-1] for c in calls if c.start > site.call.end and isinstance(c.callee, Member))
    return next((name for name in names if name in _LISTENS), "")


def nobody_waits(site: Site) -> str:
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
    return any(one.handlers for one in tries_of(site.call))


def _silent(site: Site, file: File) -> str:
    """A question where what catches a failure says nothing of it: `catch {}`, `.catch(() => {})`; "" for any other."""
    asked = "what catches its failure says nothing of it: who is to hear of one?"
    caught = (handler for around in tries_of(site.call) for handler in around.handlers)
    if (handler := next(caught, None)) is not None:
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


_SHOWS = frozenset({"toast", "message", "msg", "notify", "notification", "alert", "snackbar", "add"})  # to the user
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


def _other_story(site: Site) -> str:
    """A question where the catch around a call tells in fixed words of what was waited for before it; "" elsewhere.

    `try { await save(); reload() } catch { toast.error("It could not be saved") }`
    """
    for up in (one for one in tries_of(site.call) if one.handlers):
        earlier = any(isinstance(n, Await) and n.start < site.call.start for n in walk(*up.body))
        handler = up.handlers[0]
        calls = [n for n in walk(*handler.body) if isinstance(n, Call)]
        told = [c for c in calls if not _SHOWS.isdisjoint(w for part in chain(c.callee) for w in words(part))]
        named = (n for call in told for a in call.arguments for n in walk(a.value) if isinstance(n, Name))
        fixed = bool(told) and all(name.id != handler.name for name in named)
        return "is what its catch tells true of a failure here as well?" if earlier and fixed else ""
    return ""


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
