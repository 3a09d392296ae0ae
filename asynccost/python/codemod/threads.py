"""Moves a call that blocks to a thread: `await asyncio.to_thread(f, ...)`."""

from asynccost.flow.around import above
from asynccost.flow.tree import (
    Argument,
    Assign,
    Call,
    Class,
    Collection,
    Comprehension,
    Do,
    Function,
    If,
    Member,
    Name,
    Return,
    WithItem,
)
from asynccost.flow.walk import walk
from asynccost.python.codemod.arguments import takes_keyword
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of


def may_await(call: Call, function: Function) -> bool:
    """Whether an await may stand here: in a coroutine itself, not in what it only writes down."""
    for up in above(call):
        if isinstance(up, Class) or (isinstance(up, Comprehension) and up.kind == "generator"):
            return False
    return function.is_async and isinstance(call.callee, (Name, Member)) and takes_keyword(call)


def plain_callee(call: Call) -> bool:
    """Whether what is called is a name, or attributes of a name or of a new object: `Reader().read`."""
    nodes = list(walk(call.callee))
    made = [n for n in nodes if isinstance(n, Call)]
    last = made[0].callee if len(made) == 1 and not made[0].arguments else None
    word = last.id if isinstance(last, Name) else last.attr if isinstance(last, Member) else ""
    return all(isinstance(n, (Name, Member, Call)) for n in nodes) and (not made or word[:1].isupper())


def to_thread(patch: Patch, call: Call) -> None:
    """Let a thread make the call."""
    layout = patch.layout
    name = member_of(patch, "asyncio", "to_thread")
    opening = layout.source.index(b"(", call.callee.end)
    first, last = _parentheses(call)
    callee = layout.text(call.callee.start, call.callee.end)
    inside = layout.source[opening + 1 : call.end - 1]
    if not call.arguments:
        patch.replace(call.start, opening + 1, f"{first}await {name}({callee}")
    elif b"\n" in inside[: call.arguments[0].start - opening - 1]:
        indent = layout.indent(call.arguments[0].start)
        patch.replace(call.start, opening + 1, f"{first}await {name}(\n{indent}{callee},")
    else:
        patch.replace(call.start, opening + 1, f"{first}await {name}({callee}, ")
    if last:
        patch.insert(call.end, last)


def await_instead(patch: Patch, call: Call, name: str) -> None:
    """Call a coroutine function with the same arguments instead."""
    first, last = _parentheses(call)
    patch.replace(call.start, call.callee.end, f"{first}await {name}")
    if last:
        patch.insert(call.end, last)


def _parentheses(call: Call) -> tuple[str, str]:
    """What an await needs around it where it is a part of something."""
    alone = isinstance(call.parent, (Argument, Assign, Do, Return, Collection, WithItem, If, Comprehension))
    return ("", "") if alone else ("(", ")")
