"""Where a resource begins to hold anything: an observer is nobody's before it observes."""

from asynccost.flow.acquisitions import Acquisition
from asynccost.flow.around import function_of
from asynccost.flow.file import File
from asynccost.flow.reach import within
from asynccost.flow.state import root_name
from asynccost.flow.tree import Call, Function, Member, Node


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
