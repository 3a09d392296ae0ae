"""A timeout for a request that could wait for ever."""

import re
from collections import Counter

from asynccost.flow.around import above, statement_of, tries_of
from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Call,
    Collection,
    Constant,
    Do,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Other,
    Try,
)
from asynccost.flow.waits.own_bounds import asked, general, runs_queries, runs_what_is_named
from asynccost.flow.waits.seconds import LONG, USUAL, seconds_for, works_anywhere
from asynccost.flow.words import chain
from asynccost.javascript.edits.objects import add
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety

_TIMEOUTS = {  # by the package or global that is called: the option that bounds its wait
    "axios": "timeout: {}",
    "fetch": "signal: AbortSignal.timeout({})",
    "node-fetch": "signal: AbortSignal.timeout({})",
    "got": "timeout: {{ request: {} }}",
}
_QUICK = 10_000  # ms; a shorter bound was chosen for one request, a longer one than LONG for much work
_BOUNDED = re.compile(
    r"\btimeout:\s*([A-Z][A-Z0-9_]*|\d[\d_]*)\s*[,}\n]|AbortSignal\.timeout\(([A-Z][A-Z0-9_]*|\d[\d_]*)\)"
)
_REQUIRED = re.compile(rb"""\brequire\(\s*["']node-fetch["']""")
_TYPED = re.compile(r"\.[cm]?tsx?$")
_STREAMED = re.compile(r"""responseType["']?\s*:\s*["']stream""")
_URL = re.compile(r"(?i)ur[il]$|(?:endpoint|address|path|href|host|webhook)$")
_PRIVATE = re.compile(rb"(?:^|[\n;{}])[ \t]*private\b[^\n;{}]*\Z|\bprivate\b[^\n;{}]{0,12}\Z")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request", "fetch"})
_DATA = frozenset({"post", "put", "patch"})  # of axios: the body stands before the options


def fix(finding: Finding, file: File) -> Offer | None:
    """Put the option by which the library bounds a wait among the options of the call."""
    site = next((s for s in file.calls if (s.call.start, s.call.end) == (finding.span.start, finding.span.end)), None)
    option = _option(site, file) if site is not None else None
    if site is None or option is None or any(a.star for a in site.call.arguments):
        return None
    patch = Patch(script(file), site.call.start)
    seconds = seconds_for(site, file)
    known = file.memo(_beside) if seconds == USUAL else ""
    if not _put(site, option.format(known or f"{seconds}_000"), patch, file):
        return None
    edits = patch.edits()
    time = f"{seconds} seconds" if seconds < 60 else f"{seconds // 60} minutes"
    if known:
        time = f"{known} ms, as other requests of the file have it,"
    if question := _question(site, option, time.rstrip(","), file, known):
        return Offer(Safety.DISPLAY_ONLY, question, lambda: edits)
    reason = f"an answer that takes more than {time} now fails; choose a time that suits the call"
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _option(site: Site, file: File) -> str | None:
    library = (site.name or "").partition(":")[0].partition(".")[0]
    if library == "node-fetch" and not _TYPED.search(file.path) and _REQUIRED.search(file.module.source):
        return _TIMEOUTS["axios"]  # what can be required is its second version, which runs in a Node without signals
    return _TIMEOUTS.get(library)


def _question(site: Site, option: str, time: str, file: File, known: str) -> str:
    """What only somebody who knows the service can say of the bound; "" where nothing is asked."""
    cuts = option.startswith("signal") or (site.name or "").startswith("node-fetch")
    if _streams(site, file) if cuts else _STREAMED.search(file.text(site.call)):
        return f"it ends the body as well: may that take more than {time} to come?"
    if (site.name or "").endswith(":create") and "baseURL" not in file.text(site.call):
        return f"which of the requests that go by it may take longer than {time}?"
    if (site.name or "").endswith(":create") and (works_anywhere(file) or _is_wrapped(site, file)):
        return f"which of the requests that go by it may take longer than {time}?"
    if unheard := _unheard(site) or _misread(site, file):
        return unheard
    if general(site):
        return f"which of the requests that {site.function.name}() makes for others may take longer than {time}?"
    if not known and runs_what_is_named(site, file):
        return f"may what it runs take longer than {time}?"
    if not known and runs_queries(site, file):
        return f"may a query take longer than {time}?"
    if (site.name or "").startswith("node-fetch") and _TYPED.search(file.path):
        return "do the types of node-fetch that the project has take a signal of Node's own?"
    if not known and (word := asked(site, file)):
        return f"should {word}, of which {site.function.name or 'the code'}() or its object speaks, bound it?"
    return ""


def _is_wrapped(site: Site, file: File) -> bool:
    """Whether an instance belongs to a class that asks by it for others: `protected get(endpoint) {...}`."""
    owner = site.function.owner
    asking = [made for name, made in owner.methods.items() if name in _VERBS] if owner is not None else []
    return any(not _PRIVATE.search(file.module.source[: made.start + 8]) for made in asking)


def _unheard(site: Site) -> str:
    """A question where nothing hears of a failure: a promise around stays unsettled, or a rejection is nobody's."""
    fate = _fate(site.call)
    closure = site.function.closure
    made = closure.parent.parent if closure is not None and isinstance(closure.parent, Argument) else None
    if isinstance(made, Call) and chain(made.callee) == ["Promise"]:
        caught = any(isinstance(up, Try) for up in above(site.call))
        lost = fate == "dropped" or (fate == "awaited" and not caught)
        return "what settles the promise around it when it fails?" if lost else ""
    return "nothing waits for it, and nothing catches what fails in it: what should?" if fate == "dropped" else ""


_READS = re.compile(r"\.response\.\w")
_TESTS = re.compile(r"\.response\s*(?:&&|\|\||\?|[!=]==?)|\bif\s*\(\s*!?\s*[\w$.]+\.response\s*\)")


def _misread(site: Site, file: File) -> str:
    """A question where a handler reads an answer that a timeout does not have: `error.response.data`."""
    around = next((one for one in tries_of(site.call) if one.handlers), None)
    said = "".join(file.text(s) for h in around.handlers for s in h.body) if around is not None else ""
    said = said or file.text(statement_of(site.call)).partition(".catch(")[2]
    if _READS.search(said) is None or _TESTS.search(said) is not None:
        return ""
    return "its handler reads the response of a failure, and a timeout has none: what is it to say then?"


def _fate(call: Call) -> str:
    """ "awaited", "dropped" (with all that follows it), or "" for a promise that is caught, kept or handed on."""
    below: Node = call
    for up in above(call):
        if isinstance(up, Await):
            return "awaited"
        if isinstance(up, Do):
            return "dropped"
        if isinstance(up, Call):
            if below is not up.callee or not isinstance(up.callee, Member):
                return ""
            if up.callee.attr == "catch" or (up.callee.attr == "then" and len(up.arguments) > 1):
                return ""
        elif not (isinstance(up, Member) or (isinstance(up, Other) and up.op == "void")):
            return ""
        below = up
    return ""


def _beside(file: File) -> str:
    """The bound that most requests of a file have: a constant, or a number of milliseconds; "" where none has one."""
    source = file.module.source.decode("utf-8", "replace")
    found = Counter(a or b for a, b in _BOUNDED.findall(source))
    for guess in (USUAL, LONG):
        found.pop(f"{guess}_000", None)  # what a fix has guessed for another one says nothing
    named = [name for name in found if not name[0].isdigit() and name in file.module.top.bindings]
    numbers = [n for n in found if n[0].isdigit() and _QUICK <= int(n.replace("_", "")) < LONG * 1000]
    return next(iter([*named, *sorted(numbers, key=lambda n: -found[n])]), "")


def _streams(site: Site, file: File) -> bool:
    """Whether the body of an answer is read bit by bit, or handed on to where it may be."""
    if re.search(r"stream", file.text(site.call), re.I):
        return True
    up = site.call.parent.parent if isinstance(site.call.parent, Await) else site.call.parent
    target = up.targets[0] if isinstance(up, Assign) else None
    if not isinstance(target, Name):
        return False
    scope = binder(target.id, site.function) or site.function
    names = [n for f in within(scope, file) for n in (f.index.names if f.index else ()) if n.id == target.id]
    return any(_is_body(n.parent) or (isinstance(n.parent, Argument) and not _logged(n.parent)) for n in names)


def _is_body(node: Node | None) -> bool:
    return isinstance(node, Member) and node.attr == "body"


def _logged(argument: Argument) -> bool:
    call = argument.parent
    return isinstance(call, Call) and chain(call.callee)[0] in ("console", "logger", "log")


def _put(site: Site, option: str, patch: Patch, file: File) -> bool:
    row = file.knowledge.table("requests")["no_timeout"].get(_plain(site.name or ""))
    if row is None:
        return False
    call, place = site.call, row["options"]
    given = call.arguments
    if place < 0:  # `axios(config)` or `axios(url, config)`; there is no second one beside a configuration
        place = 0 if given and isinstance(given[0].value, Collection) else 1
        if given and place and len(given) == 1 and not _is_url(given[0].value):
            return False
    if len(given) > place:
        return _among(given[place], option, site.function, patch)
    if len(given) < place and not (_word(site) in _DATA and len(given) == place - 1):
        return False
    text = f"{{ {option} }}"
    if not given:
        patch.insert(call.end - 1, text)
        return True
    missing = "undefined, " * (place - len(given))
    last = given[-1]
    tree = patch.script
    if not missing and tree.starts_line(last.start) and tree.line_start(call.end - 1) > last.end:
        patch.insert(last.end, f",\n{tree.indent(last.start)}{text}")  # on a line of its own, as the others are
    else:
        patch.insert(last.end, f", {missing}{text}")
    return True


def _is_url(value: Expr) -> bool:
    """Whether a first argument says where to, not how: a text, or a name that says so."""
    if isinstance(value, (Name, Member)):
        return _URL.search(chain(value)[-1]) is not None
    return isinstance(value, (Constant, Other))


def _plain(name: str) -> str:
    return name[:-1] + "default" if name.endswith(":*") else name


def _word(site: Site) -> str:
    return site.call.callee.attr if isinstance(site.call.callee, Member) else ""


def _among(argument: Argument, option: str, function: Function, patch: Patch) -> bool:
    value = argument.value
    if isinstance(value, Name):
        scope = binder(value.id, function)
        found = scope.index.bound.get(value.id, []) if scope is not None and scope.index else []
        literal = found[0] if len(found) == 1 else None
        if not isinstance(literal, Collection) or option.startswith("signal"):
            return False  # one signal for several requests would run from the first on
        value = literal
    if isinstance(value, Constant) and value.value is None:
        patch.replace(value.start, value.end, f"{{ {option} }}")
        return True
    if not isinstance(value, Collection) or value.kind != "dict":
        return False
    add(value, option, patch)
    return True
