"""Functions that are handed to a call which says how often they run: routes, timers, listeners.

JavaScript callbacks that run once, and for nobody who waits: as a component is shown.
"""

import re
from collections.abc import Callable, Iterator

from asynccost.flow.around import callback_call
from asynccost.flow.facts.entry_table import PHRASE, Entry, EntryTable, dotted, entry_table
from asynccost.flow.file import File, Site
from asynccost.flow.mentions import Mentions, places, spoken
from asynccost.flow.repeat import each_call
from asynccost.flow.tree import Argument, Call, Closure, Collection, Constant, Function, Member, Name, Node, Other
from asynccost.flow.words import chain


def registrations(file: File) -> tuple[dict[int, Entry], list[tuple[str, str, str]]]:
    """Functions handed to calls that say how often they run: those of this file by id, those of others by name."""
    here: dict[int, Entry] = {}
    others: list[tuple[str, str, str]] = []
    for site in file.calls_if(_registering(file)):
        _by_keyword(file, site, here)
        kind = _kind(file, site.call)
        if kind is None:
            continue
        reason = f"{file.text(site.call.callee)[:40]}() takes it: it {PHRASE[kind]}"
        for argument in site.call.arguments:
            if not isinstance(argument.value, (Name, Member)):
                continue
            ref = file.resolve(argument.value, site.function)
            if not ref or ref.endswith("()"):
                continue
            function = file.names.function(ref)
            if function is not None:
                here.setdefault(id(function), (kind, reason))
            elif "." in ref or ":" in ref:
                others.append((ref, kind, reason))
    return here, others


_ANY = re.compile(rb"")
_CALLED = re.compile(rb"\w+\s*\(")
_NAMED = re.compile(rb"\w+\s*=")
_TOLD = re.compile(rb"\w+\s*\(\s*(?:#[^\n]*\n\s*|\()*(?:\w+\s*=\s*)?[a-zA-Z]{0,2}[\"']")
_ROUTED = re.compile(
    rb"\w+\s*\(\s*(?:#[^\n]*\n\s*|\()*(?:\w+\s*=\s*)?(?:[rRbBuU]{0,2}[\"']+/|[rR]?[fFtT][rR]?[\"'])"
)


def _registering(file: File) -> Callable[[Function], bool]:
    """Whether a function that waits may hand functions to calls that say how often they run, by its text."""
    if not any(f.asleep for f in file.module.outer):
        return _all_awake
    table, mentions, ids = entry_table(file), file.memo(Mentions), set[int]()
    for word, shape in (*_told(table), *((word, _NAMED) for word in table.keywords)):
        for at, function in mentions.places(word):
            if shape.match(file.module.source, at):
                ids.add(id(function))
    return lambda f: id(f) in ids


def may_register(source: bytes, table: EntryTable) -> bool:
    """Whether a file may hand functions of others to calls that say how often they run, by its text."""
    words = spoken(source)
    told = ((word, shape) for word, shape in _told(table) if word in words or not word.isascii())
    return any(shape.match(source, at) for word, shape in told for at in places(source, word.encode()))


def _told(table: EntryTable) -> Iterator[tuple[str, re.Pattern[bytes]]]:
    """The words by which such calls are known, and what their text looks like."""
    for name in table.callbacks:
        word = name.partition(".")[0]
        yield word, _ANY if word in table.dotted else _CALLED
    yield from ((word, _ROUTED) for word in table.path_callbacks)
    yield "use", _CALLED
    yield from ((word, _TOLD) for word in table.event_callbacks)


def _all_awake(_: Function) -> bool:
    return True


def _by_keyword(file: File, site: Site, here: dict[int, Entry]) -> None:
    """Functions of this file that a call takes under a name that says when they run: `lifespan=start_up`."""
    for argument in site.call.arguments:
        if argument.keyword is None or (kind := entry_table(file).keywords.get(argument.keyword)) is None:
            continue
        given = argument.value
        for item in given.items if isinstance(given, Collection) else [given]:
            ref = file.resolve(item, site.function) if isinstance(item, (Name, Member)) else None
            function = file.names.function(ref)
            if function is not None:
                here.setdefault(id(function), (kind, f"{argument.keyword} takes it: it {PHRASE[kind]}"))


def _kind(file: File, call: Call) -> str | None:
    callee, table = call.callee, entry_table(file)
    if isinstance(callee, Member) and callee.attr not in table.taking:
        return None
    written = dotted(callee)
    last = written.rpartition(".")[2]
    kind = table.callbacks.get(".".join(written.split(".")[-2:])) or table.callbacks.get(last)
    first = call.arguments[0].value if call.arguments else None
    text = first.value if isinstance(first, Constant) and isinstance(first.value, str) else None
    if kind is not None or "." not in written:
        return "once" if kind == "consumer" and text in _AT_ENDS else kind
    if (text is not None and text.startswith("/")) or (isinstance(first, Other) and first.op == "template"):
        return table.path_callbacks.get(last)
    if last == "use" and isinstance(first, Closure):
        return "handler"
    return table.event_callbacks.get(last) if text is not None and text not in _RARE_EVENTS else None


_AT_ENDS = frozenset({"startup", "shutdown"})
_RARE_EVENTS = frozenset(
    {
        "close",
        "error",
        "exit",
        "end",
        "open",
        "connect",
        "ready",
        "listening",
        "disconnect",
        "finish",
        "SIGINT",
        "SIGTERM",
        "uncaughtException",
        "unhandledRejection",
        "beforeExit",
        "drain",
    }
)


def callback_entry(file: File, function: Function) -> Entry | None:
    """A closure written where it is handed over: `app.get("/x", async (req, res) => ...)`, `onClick={() => ...}`."""
    closure = function.closure
    if closure is None:
        return None
    if isinstance(closure.parent, Argument) and isinstance(closure.parent.parent, Other):
        named = closure.parent.keyword or ""
        return ("event", f"{named} runs when somebody acts") if named.startswith("on") else None
    handed = callback_call(function)
    if handed is None:
        return None
    call = handed[0]
    if each_call(file, function) is not None:
        return "loop", f"{file.text(call.callee)[:40]}() runs it for every item"
    kind = _kind(file, call)
    if kind == "handler" and len(function.params) == 4 and file.text(call.callee).endswith(".use"):
        kind = "rare"
        return kind, "it handles errors"
    return (kind, f"{file.text(call.callee)[:40]}() takes it: it {PHRASE[kind]}") if kind else None


_MOUNTS = frozenset({
    "onBeforeMount", "onMounted", "onActivated", "beforeMount", "mounted", "created", "activated", "componentDidMount",
    "useEffect", "useLayoutEffect", "ngOnInit", "ngAfterViewInit", "onMount",
})


def mounts(function: Function) -> bool:
    """Whether a function runs as a component is shown: nobody waits for it."""
    handed = callback_call(function)
    return function.name in _MOUNTS or (handed is not None and _last(handed[0].callee) in _MOUNTS)


def _last(callee: Node) -> str:
    return "".join(chain(callee)[-1:])
