"""Whether the turns of a loop bring answers, or only act: change, tell, clear up.

Whether the turns of a loop send things to one receiver, who sees them in their order.
"""

from collections.abc import Iterable, Iterator, Sequence

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Collection,
    Comprehension,
    Constant,
    Do,
    If,
    Loop,
    Member,
    Name,
    Node,
    Raise,
    Subscript,
    With,
)
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_SESSIONS = frozenset({"session", "client"})
_SENT = frozenset({"post", "put", "patch", "delete"})
_TELLS = frozenset({"emit", "$emit", "toast", "$toast", "stdout", "spinner", "print_status", "snackbar"})


def acts_only(loop: Loop | Comprehension) -> bool:
    """Whether nobody takes what any turn waits for: every await is a statement of its own."""
    if isinstance(loop, Comprehension):
        return False
    awaits, statements = 0, 0
    for node in walk(*loop.body):
        awaits += isinstance(node, Await) or (isinstance(node, With) and node.is_async and not _sends(node))
        statements += isinstance(node, Do) and isinstance(node.value, Await)
    return awaits == statements


def _sends(block: With) -> bool:
    """`async with session.post(url, json=data) as answer: await answer.text()`, or the session that it is sent by."""
    ends = [chain(item.value.callee)[-1] for item in block.items if isinstance(item.value, Call)]
    sent = [end in _SENT for end in ends]
    if len(ends) != len(block.items) or not all(s or _is_session(end) for s, end in zip(sent, ends, strict=True)):
        return False
    inner = block.body[0] if len(block.body) == 1 else None
    if not any(sent):
        return isinstance(inner, With) and _sends(inner)
    return all(isinstance(s, Do) and isinstance(s.value, Await) for s in block.body)


def _is_session(name: str) -> bool:
    return not _SESSIONS.isdisjoint(words(name))


def only_checks(loop: Loop | Comprehension) -> bool:
    """Whether a turn takes an answer to see whether it may go on, and for nothing else: `if (!answer.ok) throw`."""
    if isinstance(loop, Comprehension):
        return False
    nodes = list(walk(*loop.body))
    bound = [n for n in nodes if isinstance(n, Assign) and n.value and any(isinstance(v, Await) for v in walk(n.value))]
    checks = [n for n in nodes if isinstance(n, If) and n.body and isinstance(n.body[-1], Raise)]
    awaited = [n for n in nodes if isinstance(n, Await)]
    if awaited and all(any(n in walk(check.test) for check in checks) for n in awaited):
        return True  # `if await taken(name): raise Taken(name)`
    if not (bound and checks):
        return False
    takers = [*checks, *awaited]  # an answer may go into the next question
    targets = [t for n in bound for t in n.targets]
    names = {t.id for t in targets if isinstance(t, Name)}
    read = [n for n in nodes if isinstance(n, Name) and n.id in names and n not in targets]
    return (
        all(isinstance(t, Name) for t in targets)
        and all(_is_statement(n, bound) for n in awaited)
        and all(any(one.start <= n.start < one.end for one in takers) for n in read)
    )


def _is_statement(awaited: Await, bound: Sequence[Assign]) -> bool:
    """Whether what is awaited is given a name, or to nobody."""
    over = next(above(awaited), None)
    return isinstance(over, Do) or any(one.start <= awaited.start < one.end for one in bound)


def tells(loop: Loop | Comprehension) -> bool:
    """Whether a turn tells a person or another part of the program how it went."""
    body = loop.body if isinstance(loop, Loop) else [loop.element]
    calls = (n for n in walk(*body) if isinstance(n, Call))
    return any(not _TELLS.isdisjoint(chain(call.callee)) for call in calls)


def to_one_receiver(waits: Iterable[Wait], made: set[str], file: File) -> str:
    """The call by which every turn sends something to the same receiver; empty where there is none.

    made: the names that belong to a turn. A receiver is an argument, or a part of one, whose name says so.
    """
    table = file.knowledge.table("turns")
    for wait in waits:
        said = words(wait.name)
        if wait.kind not in ("project", "unknown", "maybe") or not isinstance(wait.node, Call):
            continue
        if not said or said[0] not in table["sends"]:
            continue
        if set(said[1:]) & set(table["not_sends"]) or _has_receiver(wait.node, made, set(table["receivers"])):
            continue
        return wait.label
    return ""


def _has_receiver(call: Call, made: set[str], receivers: set[str]) -> bool:
    names = chain(call.callee)
    if names[0] in made and len(names) > 1:
        return True
    for word, value in _given(call):
        mine = any(isinstance(n, Name) and n.id in made for n in walk(value))
        if mine and receivers & set(words(word)):
            return True
    return False


def _given(call: Call) -> Iterator[tuple[str, Node]]:
    """Every argument under each name that it has: its keyword, its key, its own last name and its first."""
    for argument in call.arguments:
        if argument.keyword:
            yield argument.keyword, argument.value
        yield from _named(argument.value)


def _named(value: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(value, Collection) and value.kind == "dict":
        for key, item in zip(value.keys, value.items, strict=False):
            if isinstance(key, Constant):
                yield str(key.value), item
            yield from _named(item)
    for node in walk(value):
        if isinstance(node, Member):
            yield node.attr, node
        elif isinstance(node, Subscript) and isinstance(node.index, Constant):
            yield str(node.index.value), node
        elif isinstance(node, Name):
            yield node.id, node
