"""What one call waits for: a request of its own, one shared connection, a message, a sleep."""

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Constant, Function, Member, Node
from asynccost.flow.waits.at_hand import is_at_hand
from asynccost.flow.waits.await_kinds import BAD, by_argument, by_words, package_kind, recodes
from asynccost.flow.waits.tied import is_tied
from asynccost.flow.waits.wait import SELF, Wait
from asynccost.flow.words import chain, words

_TABLES = frozenset({"from", "from_", "table", "collection", "rpc", "container", "bucket", "index"})


def called(call: Call, name: str, names: list[str], file: File, function: Function) -> Wait:
    """The kind of one call, by its resolved name, else by its words."""
    knowledge = file.knowledge
    label = ".".join(n for n in names if n)
    if is_at_hand(call, names, file, function):
        return Wait("memory", label, call, names[0])
    kind = package_kind(name, knowledge)
    target = _target(call.callee)
    if is_tied(call.callee, function, file):
        kind = "conn"
    if kind:
        return Wait(_unless_deleted(kind, names[-1]), label, call, names[0], target=target)
    handed = by_argument(call, file, function)
    if handed == "message" and is_project(name, file):  # `ask(prompt, websocket)`: whether it sends, its body tells
        return Wait("project", label, call, names[0], ref=name, otherwise=handed, target=target)
    if handed:
        return Wait(handed, label, call, names[0], target=target)
    if recodes(names[-1]):
        return Wait("memory", label, call, names[0])
    said = _unless_deleted(by_words(call, names, file), names[-1])
    if is_project(name, file) and not (said and names[0] not in SELF and len(names) > 1 and said in BAD):
        return Wait("project", label, call, names[0], ref=name, otherwise=said or "unknown", target=target)
    return Wait(said or "unknown", label, call, names[0], target=target)


def _unless_deleted(kind: str, name: str) -> str:
    """The kind of a call; a message that is deleted is a request of its own, whichever goes first."""
    return "maybe" if kind == "message" and words(name)[:1] == ("delete",) else kind


def is_project(name: str, file: File) -> bool:
    """Whether a resolved name may be a function of the scanned project."""
    if file.language == "javascript":
        module, colon, _ = name.partition(":")
        return bool(colon) and not module.startswith("@types/")
    return "." in name and not name.endswith("()")


def _target(callee: Node | None) -> str:
    """The table that a chain of calls names: `client.from("users").insert(row)` -> users."""
    while isinstance(callee, (Member, Call)):
        if isinstance(callee, Call):
            if chain(callee.callee)[-1] in _TABLES and callee.arguments:
                value = callee.arguments[0].value
                if isinstance(value, Constant) and isinstance(value.value, str):
                    return value.value
            callee = callee.callee
        else:
            callee = callee.value
    return ""
