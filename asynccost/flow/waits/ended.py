"""Whether what a handler throws again is no failure, but an end that was asked for."""

from asynccost.flow.around import above
from asynccost.flow.tree import Constant, Handler, If, Member, Name, Node, Other, Raise
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_STOPPED = frozenset({"abort", "aborted", "cancel", "cancelled", "canceled"})
_DENIES = frozenset({"not", "!", "!=", "!=="})


def is_of_end(thrown: Raise, handler: Handler) -> bool:
    """Whether a throw of a handler stands under a test of an end that was asked for: `if (signal.aborted) throw e`."""
    for up in above(thrown):
        if up is handler:
            return False
        if isinstance(up, If) and any(one.start <= thrown.start < one.end for one in up.body) and _asks(up.test):
            return True
    return False


def _asks(test: Node) -> bool:
    """`signal?.aborted`, `error.name === "AbortError"`, `axios.isCancel(error)`; what denies asks for more."""
    every = list(walk(test))
    if any(isinstance(node, Other) and node.op in _DENIES for node in every):
        return False
    return any(not _STOPPED.isdisjoint(words(_name(node))) for node in every)


def _name(node: Node) -> str:
    if isinstance(node, Member):
        return node.attr
    if isinstance(node, Constant):
        return node.value if isinstance(node.value, str) else ""
    return node.id if isinstance(node, Name) else ""
