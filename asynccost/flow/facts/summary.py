"""What other files may need to know about a file: its functions, how they are entered and whom they call.

Facts are JSON values, so that they can be cached by content; no node outlives them.
"""

import re
import sys
from collections.abc import Iterable
from typing import Any, TypedDict

from asynccost.flow.around import Use, is_guarded, loops_around, use_of
from asynccost.flow.due import is_due
from asynccost.flow.facts.entries import entry_of, registrations, seldom
from asynccost.flow.file import File, Site
from asynccost.flow.owner import life_of
from asynccost.flow.remembering import remembers
from asynccost.flow.repeat import is_short, is_tries, work_loops
from asynccost.flow.tree import Assign, Bind, Call, Class, Closure, Function, Member, Name, Node, Other
from asynccost.flow.waits.failing import floats, quiet
from asynccost.flow.waits.risks import risks
from asynccost.flow.waits.timeouts import may_set
from asynccost.flow.waits.waiting import rows_of
from asynccost.flow.words import chain


class CallFact(TypedDict):
    """One call: what is called, where, and what becomes of its result.

    use: "dropped", "void" (dropped on purpose), "awaited", "returned", "with", "local", "attribute" (kept on an
    object), "global" (kept by the module), "element" (kept in a collection), "argument" (detail: the callee it is
    handed to), "captured" (by a function written there), "other".
    "shared": the turns of a loop use what one call has made.
    A result kept by way of a local name counts as kept. dropped: whether use is "dropped", which an outline tells.
    timed: whether it passes something on that may be a timeout.
    cold: "" or why a call does not run as often as its function: "lazy" (only where what it fills is empty), "keyed"
    (only for what the function does not remember yet), "fresh" (its coroutine runs in an event loop of its own), "due"
    (in a loop, but only when minutes or more have passed).
    """

    name: str
    line: int
    column: int
    start: int
    end: int
    loop: bool
    awaited: bool
    use: str
    dropped: bool
    detail: str
    timed: bool
    cold: str


class FunctionFacts(TypedDict):
    """One function. entry: [kind, reason] where it is known how it is entered (see flow.entries).

    outer: where the function that it is written in starts, -1 for a method or a function of the top level.
    seldom: the word of its name that says that it runs seldom. waits: what it awaits, see flow.waiting. floats:
    what fails in it, where who forgets to wait for it leaves the error to nobody; quiet: whether what it awaits fails
    in it alone.
    """

    qualname: str
    line: int
    column: int
    end_line: int
    start: int
    end: int
    is_async: bool
    is_generator: bool
    kind: str
    owner: str
    outer: int
    seldom: str
    entry: list[str] | None
    calls: list[CallFact]
    returns: list[str]
    registered: list[str]
    waits: list[list[str]]
    floats: list[str]
    quiet: bool
    risks: list[list[str]]


class FileHead(TypedDict):
    """What a file is to others, its functions aside. `rules` holds what rules add with their `facts` hook, by rule.

    handed: functions of other files that are handed to a call that says how often they run: name, kind, reason.
    """

    name: str
    language: str
    imports: dict[str, str]
    exports: dict[str, str]
    stars: list[str]
    classes: dict[str, list[str]]
    handed: list[list[str]]
    rules: dict[str, Any]


class FileFacts(FileHead):
    """One file."""

    path: str
    functions: list[FunctionFacts]


def head_of(file: File) -> FileHead:
    """A file's names; nothing of its rules yet."""
    module = file.module
    return FileHead(
        name=module.name,
        language=module.language,
        imports=module.imports,
        exports=module.exports,
        stars=module.star_exports,
        classes={c.qualname: bases(file, c) for c in sorted(module.classes, key=lambda c: c.start)},
        handed=handed(file),
        rules={},
    )


def facts_of(file: File) -> FileFacts:
    """Extract a file's facts."""
    functions = [function_facts(file, f) for f in file.module.functions]
    return {**head_of(file), "path": file.path, "functions": functions}


def bases(file: File, cls: Class) -> list[str]:
    """What a class's bases resolve to."""
    return [b for a in cls.bases if (b := file.resolve(a.value, cls.scope or file.module.top))]


def handed(file: File) -> list[list[str]]:
    """Functions of other files that are handed to a call that says how often they run: name, kind, reason."""
    return [list(row) for row in file.memo(registrations)[1]]


def calls_of(file: File, function: Function, sites: Iterable[Site] | None = None) -> list[CallFact]:
    """The calls of a function, or those of them that are given, that may be calls of functions of the project."""
    given = file.calls_of(function) if sites is None else sites
    return [_call(file, s) for s in given if s.name is not None and may_be_project(s.name, file)]


def may_be_project(name: str, file: File) -> bool:
    """Whether a resolved name may be one of a function of the project."""
    if file.language != "python":
        return ":" in name
    root, dot, _ = name.partition(".")
    # a folder of the project may be called like a module of the standard library: platform/, code/, email/
    own = file.module.name.partition(".")[0] == root
    return bool(dot) and (own or root not in sys.stdlib_module_names)


def function_facts(file: File, function: Function) -> FunctionFacts:
    """All that is to be known of one function."""
    span = file.span(function)
    return FunctionFacts(
        qualname=function.qualname,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        start=function.start,
        end=function.end,
        is_async=function.is_async,
        is_generator=function.is_generator,
        kind=function.kind,
        owner=function.owner.qualname if function.owner else "",
        seldom=seldom(file, function) or "",
        outer=outer_of(function),
        entry=entry(file, function),
        calls=calls_of(file, function),
        returns=returned(file, function),
        registered=registered(file, function),
        waits=rows_of(file, function),
        floats=floats(file, function),
        quiet=quiet(file, function),
        risks=risks(file, function),
    )


def entry(file: File, function: Function) -> list[str] | None:
    """How a function is entered, as far as its own file tells."""
    said = entry_of(file, function)
    return list(said) if said else None


def outer_of(function: Function) -> int:
    """Where the function starts that a function is written in; -1 for a method and for one of the top level."""
    scope = function.scope
    return -1 if function.owner or scope is None or scope.kind == "module" else scope.start


def _call(file: File, site: Site) -> CallFact:
    call = site.call
    line, column = file.lines.place(call.start)
    use = use_of(call)
    kind, detail = _kept(file, use, site.function)
    if kind in ("local", "with"):
        life = life_of(file, call, site.function)
        if kind == "local":
            kind = _LIVES.get(life.kind, "captured" if life.captured else "argument" if life.handed else kind)
        if kind in ("local", "with") and any(_in_turns(file, read, call) for read in life.reads):
            kind = "shared"
    return CallFact(
        name=site.name or "",
        line=line,
        column=column,
        start=call.start,
        end=call.end,
        loop=bool(work_loops(file, call)),
        awaited=use.awaited,
        use=kind,
        dropped=kind == "dropped",
        detail=detail,
        timed=may_set(call),
        cold=_cold(file, site, use, kind, detail),
    )


def _in_turns(file: File, read: Name, call: Call) -> bool:
    """Whether what a call has made is used in a loop that the call itself does not stand in."""
    inside = [loop for loop in loops_around(read) if not loop.start <= call.start < loop.end]
    return any(not is_tries(file, loop) and not is_short(loop) for loop in inside)


_LIVES = {"kept": "attribute", "returned": "returned", "scoped": "with", "yielded": "attribute", "default": "global"}


def _cold(file: File, site: Site, use: Use, kind: str, detail: str) -> str:
    call, function = site.call, site.function
    if kind == "argument":
        calls = file.knowledge.table("entries")["fresh_loops"]["calls"]
        if detail in calls or detail.rpartition(".")[2].lstrip("_") in calls:
            return "fresh"
    own = kind in ("attribute", "global")
    kept = use.node if own else _fills(use)
    for target in kept.targets if isinstance(kept, Assign) else ():
        plain = target.id if isinstance(target, Name) and own else ""
        place = target.attr if isinstance(target, Member) else plain
        if place and is_guarded(call, place):
            return "lazy"
    if is_due(call):
        return "due"
    return "keyed" if use.kind == "assigned" and remembers(file, function, call) else ""


def _fills(use: Use) -> Node | None:
    """What takes the answer of the call that a call's answer is handed to: `self.keys = json.loads(fetch())`."""
    outer = use_of(use.node) if use.kind == "argument" and isinstance(use.node, Call) else None
    return outer.node if outer is not None and outer.kind == "assigned" else None


def _kept(file: File, use: Use, function: Function) -> tuple[str, str]:
    if use.kind == "assigned":
        node = use.node
        targets = node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
        for target in targets:
            if isinstance(target, Name):
                outer = function.kind == "module" or target.id not in function.bindings
                return ("global" if outer else "local"), target.id
        return "attribute", ""
    if use.kind == "argument" and isinstance(use.node, Call):
        return "argument", file.resolve(use.node.callee, function) or chain(use.node.callee)[-1]
    if use.kind == "dropped":
        return ("awaited" if use.awaited else "void" if use.node.__class__ is Other else "dropped"), ""
    if use.kind in ("returned", "with", "element"):
        return use.kind, ""
    return "other", ""


def returned(file: File, function: Function) -> list[str]:
    """The resolved names of what a function returns."""
    if function.index is None:
        return []
    names = (file.resolve(r.value, function) for r in function.index.returns if r.value is not None)
    return sorted({n for n in names if n})


def registered(file: File, function: Function) -> list[str]:
    """The names of functions of this project that are mentioned as values: handed on as callbacks or stored."""
    if function.index is None:
        return []
    called = {id(call.callee) for call in function.index.calls}
    known = file.memo(_asked_names)
    found = set()
    for name in function.index.names:
        holder = name.parent if isinstance(name.parent, Member) else name
        last = holder.attr if isinstance(holder, Member) else name.id
        if id(holder) in called or isinstance(name.parent, Closure):
            continue
        if last not in known:
            known[last] = last in file.memo(_plain_names) or _is_inside(file, last)
        if not known[last]:
            continue
        ref = file.resolve(holder, function)
        if ref and not ref.endswith("()") and file.names.function(ref) is not None:
            found.add(ref)
    return sorted(found)


def _asked_names(_: File) -> dict[str, bool]:
    """Whether a function of the file may be mentioned by a name, its own or one that a closure is bound to."""
    return {}


def _plain_names(file: File) -> frozenset[str]:
    """The names of the functions that stand in no body that waits, or did."""
    outer = file.module.outer
    closures = (name for function in outer if function.late is None for name in _closures(function))
    return frozenset((*(function.name for function in outer), *closures))


def _is_inside(file: File, last: str) -> bool:
    source, known, word = file.module.source, file.memo(_inner_names), last.encode()
    for function in file.memo(_nests):
        if source.find(word, function.start, function.end) < 0:
            continue
        if id(function) not in known:
            function.wake()
            parts = (function, *function.inner)
            known[id(function)] = {f.name for f in function.inner}.union(*map(_closures, parts))
        if last in known[id(function)]:
            return True
    return False


def _nests(file: File) -> list[Function]:
    """The functions that wait, or did, and in whose bodies others may be written."""
    source, waited = file.module.source, (f for f in file.module.outer if f.late is not None)
    return [f for f in waited if _INNER.search(source, f.body_start, f.end)]


def _inner_names(_: File) -> dict[int, set[str]]:
    """The names of the functions written in a body that waited, and of closures bound there."""
    return {}


_INNER = re.compile(rb"\b(?:def|lambda)\b")


def _closures(function: Function) -> set[str]:
    """The names that a function binds to closures."""
    bound = function.index.bound if function.index else {}
    return {name for name, values in bound.items() if any(value.__class__ is Closure for value in values)}
