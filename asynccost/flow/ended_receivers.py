"""Whether the thing that was listened to is itself ended: `socket.on(...)` with `socket.close()`."""

from collections.abc import Container, Iterator

from asynccost.flow.acquisitions import Acquisition, Fate
from asynccost.flow.around import use_of
from asynccost.flow.file import File
from asynccost.flow.handles import Place, mentions
from asynccost.flow.listeners import receiver_of
from asynccost.flow.reach import binder
from asynccost.flow.tree import Call, Expr, Function, Member, Name, Node

_ENDS = frozenset({
    "close", "disconnect", "destroy", "dispose", "unsubscribe", "stop", "end", "terminate", "abort", "deactivate",
    "leave", "kill", "detach", "cleanup", "teardown", "unmount", "cancel", "clear", "remove", "removeAllListeners",
    "off", "unbind", "release", "shutdown", "reset", "finish", "complete", "unobserve",
})


def by_receiver(got: Acquisition, good: Container[int], file: File) -> Fate | None:
    """What becomes of an acquisition whose receiver one of some functions, by their ids, ends or hands on."""
    callee = got.call.callee
    if got.call.new or not isinstance(callee, Member):
        return None
    owners = [callee.value, *_bound_to(callee.value)]  # `leave$.pipe(scope.bind()).subscribe(f)`: the scope as well
    found = (_ended(owner, got, good, file) for owner in owners)
    return next((fate for fate in found if fate is not None), None)


def _bound_to(expr: Expr) -> Iterator[Expr]:
    """What a pipe's operators are made by: `scope` of `source.pipe(map(f), scope.bind()).subscribe(g)`."""
    while isinstance(expr, (Member, Call)):
        if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.attr == "pipe":
            made = (a.value.callee for a in expr.arguments if isinstance(a.value, Call))
            yield from (one.value for one in made if isinstance(one, Member))
        expr = expr.callee if isinstance(expr, Call) else expr.value


def _ended(receiver: Expr, got: Acquisition, good: Container[int], file: File) -> Fate | None:
    root = receiver
    while isinstance(root, (Member, Call)):
        root = root.callee if isinstance(root, Call) else root.value
    if not isinstance(root, Name) or root.id in ("this", "self", "window", "document", "navigator"):
        root_place = _this_place(receiver)
        if root_place is None:
            return None
        found = mentions(root_place, got.function, file)
    else:
        found = mentions(Place(root.id, ()), got.function, file)
    for mention in found:
        expr = mention.expr
        if isinstance(expr.parent, Member) and expr.parent.attr == "current":  # what a ref holds
            expr = expr.parent
        member = expr.parent
        if isinstance(member, Member) and member.attr in _ENDS and id(mention.function) in good:
            return Fate("released", expr, f"{file.text(expr)} is ended in the cleanup")
        if id(mention.function) in good and use_of(expr).kind == "argument":
            return Fate("handed on", expr, f"the cleanup hands {file.text(expr)} on")
    return None


def _this_place(expr: Expr) -> Place | None:
    while isinstance(expr, (Member, Call)):
        inner = expr.callee if isinstance(expr, Call) else expr.value
        if isinstance(inner, Name) and isinstance(expr, Member):
            return Place(inner.id, (expr.attr,))
        expr = inner
    return None


def bound_by(call: Call, function: Function) -> Function | None:
    """The scope that binds the root of a method call's receiver."""
    root: Node | None = receiver_of(call)
    while isinstance(root, (Member, Call)):
        root = root.callee if isinstance(root, Call) else root.value
    return binder(root.id, function) if isinstance(root, Name) else None
