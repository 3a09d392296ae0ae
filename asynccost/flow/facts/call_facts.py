"""The calls of a function that may be calls of functions of the project, and what becomes of their results."""

import sys
from collections.abc import Iterable

from asynccost.flow.around import Use, is_guarded, loops_around, use_of
from asynccost.flow.due import is_due
from asynccost.flow.facts.summary import CallFact
from asynccost.flow.file import File, Site
from asynccost.flow.owner import life_of
from asynccost.flow.remembering import remembers
from asynccost.flow.repeat import is_short, is_tries, work_loops
from asynccost.flow.tree import Assign, Bind, Call, Function, Member, Name, Node, Other
from asynccost.flow.waits.timeouts import may_set
from asynccost.flow.words import chain


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
