"""Whether anybody holds on to a handle: a task, a future, a promise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from typing import Literal as OneOf

from asynccost.flow.around import Use, above, callback_call, loops_around, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import within
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Bind,
    Call,
    Closure,
    Collection,
    Comprehension,
    Do,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
)
from asynccost.flow.words import last_word


@dataclass(slots=True, frozen=True)
class Fate:
    """What becomes of a handle.

    kind: "dropped" (nobody holds it once its statement, or its function, is done), "watched" (the same, but
    somebody hears how it ends), "returned" (the caller decides), "kept", "awaited". why reads after "because".
    heard: a callback of its own hears how it ends, and so of its error.
    """

    kind: OneOf["dropped", "watched", "returned", "kept", "awaited"]
    why: str
    node: Node | None = None
    heard: bool = False


def fate_of(value: Node, function: Function, file: File) -> Fate:
    """What becomes of the value of an expression in a function."""
    use = use_of(value)
    if use.awaited:
        return Fate("awaited", "it is awaited")
    if use.kind == "dropped":
        return _dropped(use)
    if use.kind == "assigned":
        return _assigned(use.node, function, file)
    if use.kind == "returned":
        return _returned(function, file)
    if use.kind == "argument" and isinstance(use.node, Call):
        return _argument(use.node, function, file)
    if use.kind == "receiver" and isinstance(use.node, Member):
        return _receiver(use.node)
    if use.kind == "element" and isinstance(use.node, (Collection, Comprehension)):
        return _element(use.node, function, file)
    return Fate("kept", _REASONS.get(use.kind, "its value is used"))


_REASONS = {"yielded": "it is yielded", "with": "a with block holds it", "raised": "it is raised"}


def _dropped(use: Use) -> Fate:
    if isinstance(use.node, Other):
        return Fate("kept", "void says that it is dropped on purpose")
    return Fate("dropped", "nothing takes its result", use.node)


def _element(whole: Collection | Comprehension, function: Function, file: File) -> Fate:
    if isinstance(whole, Comprehension) and whole.kind == "generator":
        return Fate("kept", "what consumes the generator takes it")
    return fate_of(whole, function, file)


def _receiver(member: Member) -> Fate:
    """`create_task(f()).add_done_callback(g)`: heard of, but not held."""
    call = member.parent
    if member.attr == "add_done_callback" and isinstance(call, Call) and use_of(call).kind == "dropped":
        return Fate("watched", "only a callback hears how it ends", call, heard=True)
    return Fate("kept", f"its {member.attr} is used")


def _argument(call: Call, function: Function, file: File) -> Fate:
    callee = call.callee
    stores = file.knowledge.table("tasks")["handle"]["stores"]
    if isinstance(callee, Member) and callee.attr in stores and isinstance(callee.value, Name):
        return _in_collection(callee.value.id, function, file)
    return Fate("kept", f"it is handed to {file.text(callee)[:60]}()")


def _in_collection(name: str, function: Function, file: File) -> Fate:
    """The fate of what a named collection holds: that of the collection."""
    if name not in function.bindings or function.kind == "module" or _is_param(name, function):
        return Fate("kept", f"{name} holds it")
    stores = file.knowledge.table("tasks")["handle"]["stores"]
    for read, _ in _reads(name, function, file):
        use = use_of(read)
        filled = isinstance(use.node, Member) and use.node.attr in stores and _is_statement(use.node)
        if not filled:
            return Fate("kept", f"{name} holds it")
    if _lives_on(function, file):
        return Fate("kept", f"{name} holds it while its function runs")
    return Fate("dropped", f"{name} is gone when the function ends, and nothing reads it")


def _is_param(name: str, function: Function) -> bool:
    return any(p.name == name for p in function.params)


def _is_statement(member: Member) -> bool:
    call = member.parent
    return isinstance(call, Call) and call.callee is member and isinstance(call.parent, Do)


# ------------------------------------------------------------------- names


def _assigned(node: Node, function: Function, file: File) -> Fate:
    targets = node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
    fates = [_target(target, node, function, file) for target in targets]
    if isinstance(node, Bind):
        fates.append(fate_of(node, function, file))
    for kind in ("kept", "returned", "watched"):
        for fate in fates:
            if fate.kind == kind:
                return fate
    return fates[0] if fates else Fate("kept", "it is assigned")


def _target(target: Node, node: Node, function: Function, file: File) -> Fate:
    if not isinstance(target, Name):
        return Fate("kept", f"{file.text(target)[:60]} holds it")
    name = target.id
    if function.kind == "module" or name not in function.bindings:
        return Fate("kept", f"{name} outlives the function")
    watched, passed = False, False
    for read, where in _reads(name, function, file):
        use = use_of(read)
        if where is not function:
            return Fate("kept", f"{where.name or 'a callback'} holds {name}")
        if name == "_" and use.kind == "called":  # gettext
            continue
        if use.kind == "returned" and not use.awaited:
            passed = True
        elif _passing(use, file):
            watched |= isinstance(use.node, Member) and use.node.attr == "add_done_callback"
        else:
            return Fate("kept", f"{name} is used again")
    if passed:
        return replace(_returned(function, file), heard=watched)
    if _lives_on(function, file, node):
        return Fate("kept", f"{name} holds it while its function runs")
    if watched:
        why = f"{name} is gone when the function ends; only a callback hears how it ends"
        return Fate("watched", why, node, heard=True)
    return Fate("dropped", f"{name} is never read", node)


def _passing(use: Use, file: File) -> bool:
    """Whether a read of a handle leaves it as it was: `task.set_name("x")`."""
    member = use.node
    names = file.knowledge.table("tasks")["handle"]["passing"]
    return isinstance(member, Member) and use.kind == "receiver" and member.attr in names


def _reads(name: str, function: Function, file: File) -> Iterator[tuple[Name, Function]]:
    """The places that read a local name, and the function that does: its own or one written in it."""
    for inner in within(function, file):
        if inner is not function and name in inner.bindings:
            continue
        for node in inner.index.names if inner.index else ():
            if node.id == name and not _is_target(node):
                yield node, inner


def _is_target(node: Name) -> bool:
    """Whether a name is written rather than read."""
    below: Node = node
    for up in above(node):
        if isinstance(up, Assign):
            return any(t is below for t in up.targets)
        if isinstance(up, (Bind, Loop)):
            return up.target is below
        if not isinstance(up, (Collection, Argument)):
            return False
        below = up
    return False


def _lives_on(function: Function, file: File, node: Node | None = None) -> bool:
    """Whether a function stays alive after a node, so that its locals do: it serves, yields or loops on."""
    index = function.index
    if index is None:
        return False
    start = node.end if node is not None else 0
    if any(y.start >= start for y in index.yields):
        return True
    handle = file.knowledge.table("tasks")["handle"]
    for call in index.calls:
        name = last_word(call.callee)
        awaited = isinstance(call.parent, Await) and name in handle["forever_awaited"]
        if call.start >= start and (awaited or name in handle["forever"]):
            return True
    mine = {id(loop) for loop in loops_around(node)} if node is not None else set()
    later = (loop for loop in index.loops if isinstance(loop, Loop) and loop.end > start and id(loop) not in mine)
    endless = [loop for loop in later if loop.kind == "while" or loop.is_async]
    return any(a.start > loop.start and a.end <= loop.end for loop in endless for a in index.awaits)



# --------------------------------------------------------------- functions


def _returned(function: Function, file: File) -> Fate:
    """A returned handle belongs to the caller; a callback's caller may be known to drop it."""
    closure = function.closure
    if closure is None or closure.parent is None:
        return Fate("returned", "its caller gets it")
    taker = ignores_result(closure, function, file)
    if taker:
        return Fate("dropped", f"{taker} throws away what its callback returns", closure)
    named = function.kind not in ("lambda", "arrow") or isinstance(closure.parent, Assign)
    return Fate("returned" if named else "kept", "whoever calls the callback gets it")


def ignores_result(closure: Closure, function: Function, file: File) -> str:
    """Who is known to throw away what a closure returns; "" where nobody is."""
    ignoring: list[str] = file.knowledge.table("tasks")["callbacks"]["ignoring"]
    handed = callback_call(function)
    parent: Any = closure.parent
    if handed is not None:
        word = parent.keyword or ""
        name = last_word(handed[0].callee)
        if name in ignoring or word.startswith("on_"):
            return f"{name}()" if name in ignoring else word
    elif isinstance(parent, Assign):
        for target in parent.targets:
            if isinstance(target, Member) and target.attr.startswith("on_"):
                return target.attr
    return ""
