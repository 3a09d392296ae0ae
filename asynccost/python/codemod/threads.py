"""Moves a call that blocks to a thread: `await asyncio.to_thread(f, ...)`."""

from itertools import pairwise

from asynccost.flow.around import above
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Class, Comprehension, Function, Member, Name, Other, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import last_word
from asynccost.python.codemod.arguments import spread, takes_keyword, too_long
from asynccost.python.codemod.layout import layout_of
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
    word = last_word(last)
    return all(isinstance(n, (Name, Member, Call)) for n in nodes) and (not made or word[:1].isupper())


def to_thread(patch: Patch, call: Call, helper: str = "") -> None:
    """Let a thread make the call. helper: what runs it there; asyncio.to_thread, if nothing is named."""
    layout = patch.layout
    name = helper or member_of(patch, "asyncio", "to_thread")
    opening = layout.source.index(b"(", call.callee.end)
    first, last = _parentheses(call)
    callee = layout.text(call.callee.start, call.callee.end)
    head = f"{first}await {name}("
    if last:
        patch.insert(call.end, last)
    if not call.arguments:
        patch.replace(call.start, opening + 1, f"{head}{callee}")
    elif b"\n" in layout.source[opening : call.arguments[0].start]:
        indent = layout.indent(call.arguments[0].start)
        patch.replace(call.start, opening + 1, f"{head}\n{indent}{callee},")
        if any(layout.text(a.end, b.start) == ", " for a, b in pairwise(call.arguments)):
            last_end = call.arguments[-1].end
            if "," not in layout.text(last_end, call.end) and "#" not in layout.text(last_end, call.end):
                patch.insert(last_end, ",")
        for before, here in pairwise(call.arguments):  # they were on one line of their own, and stand in a list now
            gap = layout.text(before.end, here.start)
            if gap == ", ":
                patch.replace(before.end + 1, here.start, f"\n{indent}")
    elif too_long(call, layout, len(head) + 2):
        patch.replace(call.start, opening + 1, head)
        spread(patch, call, opening + 1, [callee])
    else:
        patch.replace(call.start, opening + 1, f"{head}{callee}, ")


def grows_long(file: File, call: Call, helper: str) -> bool:
    """Whether a call in one line, within another expression, has to be broken off once a thread takes it."""
    layout, asyncio = layout_of(file), next((n for n, d in file.module.imports.items() if d == "asyncio"), "asyncio")
    head = f"{_parentheses(call)[0]}await {helper or f'{asyncio}.to_thread'}("
    return bool(call.arguments) and "\n" not in file.text(call) and too_long(call, layout, len(head) + 2)


def await_instead(patch: Patch, call: Call, name: str) -> None:
    """Call a coroutine function with the same arguments instead."""
    first, last = _parentheses(call)
    patch.replace(call.start, call.callee.end, f"{first}await {name}")
    if last:
        patch.insert(call.end, last)


def _parentheses(call: Call) -> tuple[str, str]:
    """What an await needs around it: parentheses where something is asked of its result at once."""
    up = call.parent
    asked = isinstance(up, (Member, Subscript)) or (isinstance(up, Call) and up.callee is call)
    power = isinstance(up, Other) and up.op == "**"
    return ("(", ")") if asked or power else ("", "")
