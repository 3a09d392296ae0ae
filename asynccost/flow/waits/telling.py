"""Which names say that a call shows a failure to the user: `toast()`, `message.error()`, `showError()`.

Which values are states of failure, that a page shows: `"error"`.
"""

from collections.abc import Sequence

from asynccost.flow.tree import Constant, Member, Node
from asynccost.flow.words import words
from asynccost.knowledge import Knowledge

_FAILED = frozenset({"error", "errors", "err", "failure"})
_MANY = frozenset({"messages", "notifications", "alerts"})  # what a page was sent: `setMessages(answer.data)`


def names_error(name: str) -> bool:
    """Whether a name is one of a failure: `loadError`, `onFailure`."""
    return not _FAILED.isdisjoint(words(name))


_STATES = frozenset({"status", "state", "phase", "stage", "step", "mode"})
_FAILING = _FAILED | {"failed", "errored", "failing"}


def holds_state(name: str) -> bool:
    """Whether a name is one of a state of something: `status`, `setUploadState`."""
    return not _STATES.isdisjoint(words(name)[-1:])


def says_error(value: Node | None) -> bool:
    """Whether a value is the name of a state of failure: `"error"`, `Status.Failed`."""
    said = value.value if isinstance(value, Constant) else value.attr if isinstance(value, Member) else ""
    return isinstance(said, str) and len(said.split()) == 1 and not _FAILING.isdisjoint(words(said))


def shows(names: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether a call of a chain of names shows a failure to the user."""
    table = knowledge.table("tasks")["telling"]
    last = names[-1]
    said = [word for word in words(last) if word != "$"]
    if not said or said[0] in table["silent"] or said[-1] in table["others"]:
        return False
    if not set(table["shows"]).isdisjoint(said):
        return True
    of = words(names[-2]) if len(names) > 1 else ()
    if not set(table["unread"]).isdisjoint((*of, *said)):
        return False
    if not set(table["voices"]).isdisjoint(of):
        return said[0] in table["ways"] or said[0] in table["errors"]
    if not set(table["messages"]).isdisjoint(of):
        return said[0] in table["errors"] or names_error(last)
    if last.lower().lstrip("$_") in table["bare"]:
        return not of or of[-1] in table["owners"]
    things = {*table["voices"], *table["messages"]} - _MANY
    if said[0] in table["adds"]:
        return not things.isdisjoint(said[1:])
    return said[0] in table["opens"] and not (things | _FAILED).isdisjoint(said[1:])
