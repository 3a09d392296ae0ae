"""What a call acquires, and what may become of it. Pairs stand in rules/knowledge/pairs.toml.

Where a resource begins to hold anything: an observer is nobody's before it observes.
"""

from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf

from asynccost.flow.around import function_of
from asynccost.flow.effects.state import root_name
from asynccost.flow.file import File, Site
from asynccost.flow.handles import Place
from asynccost.flow.reach import within
from asynccost.flow.tree import Call, Function, Member, Name, Node


@dataclass(slots=True, frozen=True)
class Pair:
    """A row of the table: how something is acquired and given back."""

    name: str
    release: tuple[str, ...]
    handle: OneOf["argument", "method", "same", "disposer"]
    what: str
    cost: str
    sure: str
    once: bool = False
    starts: str = ""


@dataclass(slots=True, eq=False)
class Acquisition:
    """A call that acquires something."""

    call: Call
    function: Function
    pair: Pair


@dataclass(slots=True, frozen=True)
class Fate:
    """What becomes of an acquisition.

    "released": in one of the wanted functions. "elsewhere": released, but in none of them. "itself": only in
    its own callback. "handed on": others hold it. "kept": stored and never released. "dropped": nobody has it.
    "mismatch": a release that cannot match. at: the place that decides. why: a clause that says so.
    """

    kind: OneOf["released", "elsewhere", "itself", "handed on", "kept", "dropped", "mismatch"]
    at: Node | None = None
    why: str = ""
    place: Place | None = None


def pairs(file: File) -> dict[str, dict[str, Pair]]:
    """The table, read once: "calls", "classes" and "methods" by name."""
    return file.memo(_pairs)


def _pairs(file: File) -> dict[str, dict[str, Pair]]:
    table = file.knowledge.table("pairs")
    return {
        kind: {n: _pair(n, row) for n, row in table.get(kind, {}).items()} for kind in ("calls", "classes", "methods")
    }


def _pair(name: str, row: dict[str, Any]) -> Pair:
    return Pair(
        name,
        tuple(row["release"]),
        row["handle"],
        row["what"],
        row.get("cost", "it stays"),
        row.get("sure", "medium"),
        bool(row.get("once")),
        row.get("starts", ""),
    )


def acquisition(site: Site, file: File) -> Acquisition | None:
    """The pair that a call begins, if it begins one."""
    table = pairs(file)
    call, name = site.call, site.name
    found: Pair | None = None
    if call.new:
        found = table["classes"].get(name or "")
    elif name is not None and name in table["calls"]:
        found = table["calls"][name]
    elif isinstance(call.callee, Member):
        found = table["methods"].get(call.callee.attr)
    elif name in table["methods"] and isinstance(call.callee, Name):
        bound = file.module.source[call.start - 2 : call.start] == b"::"  # `element::addEventListener("copy", f)`
        found = table["methods"][name] if name == "addEventListener" and not bound else None
    if found is not None and found.handle in ("same", "disposer") and not call.arguments:
        return None
    return Acquisition(call, site.function, found) if found is not None else None


def begins(got: Acquisition, name: str, setup: Function, file: File) -> Node:
    """The first call that makes a resource of this name work in a set-up: `observer.observe(element)`."""
    later: list[Call] = []
    for one in within(setup, file) if got.pair.starts else ():
        later += [call for call in (one.index.calls if one.index else ()) if call.start > got.call.end]
    for call in sorted(later, key=lambda c: c.start):
        callee = call.callee
        if isinstance(callee, Member) and callee.attr == got.pair.starts and root_name(callee.value) == name:
            return _in_body(call, setup)
    return got.call


def _in_body(node: Node, setup: Function) -> Node:
    """The node, or the closure of the set-up itself that holds it: `items.forEach((i) => observer.observe(i))`."""
    here: Node = node
    while (home := function_of(here)) is not setup:
        if home.closure is None:
            return node
        here = home.closure
    return here
