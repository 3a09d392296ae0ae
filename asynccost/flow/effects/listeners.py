"""Listeners: does a removal take away what was added, the same target, type, function and phase?

Whether the thing that was listened to is itself ended: `socket.on(...)` with `socket.close()`.
"""

from collections.abc import Container, Iterator

from asynccost.flow.around import function_of, use_of
from asynccost.flow.effects.acquisitions import Acquisition, Fate
from asynccost.flow.file import File
from asynccost.flow.handles import Place, constant_text, mentions, same_text
from asynccost.flow.reach import binder, values
from asynccost.flow.tree import Assign, Call, Closure, Collection, Constant, Expr, Function, Member, Name, Node
from asynccost.flow.words import last_word


def removes(added: Call, removed: Call, file: File) -> str:
    """Whether a removal takes away what was added: "yes", "" (another listener), or why it cannot."""
    kinds = (_argument(added, 0), _argument(removed, 0))
    handlers = (_argument(added, 1), _argument(removed, 1))
    if handlers[1] is None and handlers[0] is not None and last_word(removed.callee).startswith("removeAll"):
        return "yes"
    if handlers == (None, None):  # addListener(f), matchMedia(...).addListener(f)
        kinds, handlers = (None, None), kinds
    texts = (constant_text(kinds[0]), constant_text(kinds[1]))
    if None not in texts and texts[0] != texts[1]:
        return ""
    if handlers[1] is None:
        return "yes"  # off("type"): all of them
    target = receiver_of(added), receiver_of(removed)
    fresh = isinstance(handlers[0], Closure) or (
        isinstance(handlers[0], Call) and last_word(handlers[0].callee) == "bind"
    )
    if fresh and texts[0] is not None:
        return "the removal names another function than the one that was added" if same_text(*target, file) else ""
    if not (same_text(handlers[0], handlers[1], file) or _is_kept(handlers[0], handlers[1], added, file)):
        return ""
    if _global(target[0]) and _global(target[1]) and not same_text(*target, file):
        return "the removal names another target than the one that was listened to"
    if _capture(added) is not None and _capture(removed) is not None and _capture(added) != _capture(removed):
        return "the removal leaves out the capture flag, so that it removes nothing"
    return "yes"


def _is_kept(handler: Expr | None, place: Expr | None, added: Call, file: File) -> bool:
    """`move.current = onMove; on("move", onMove)`: the place that the removal names holds the same function."""
    if not (isinstance(handler, Name) and isinstance(place, Member)):
        return False
    index = function_of(added).index
    return any(
        isinstance(a, Assign)
        and isinstance(a.value, Name)
        and a.value.id == handler.id
        and any(same_text(target, place, file) for target in a.targets)
        for a in (index.assigns if index else ())
    )


def _argument(call: Call, place: int) -> Expr | None:
    return call.arguments[place].value if len(call.arguments) > place and not call.arguments[place].star else None


def receiver_of(call: Call) -> Expr | None:
    """What a method is called on."""
    return call.callee.value if isinstance(call.callee, Member) else None


def _global(expr: Expr | None) -> bool:
    return expr is None or (isinstance(expr, Name) and expr.id in ("window", "document", "globalThis"))


def _capture(call: Call) -> bool | None:
    """Whether a listener is of the capture phase; None where the code does not say."""
    option = _argument(call, 2)
    if option is None:
        return False
    if isinstance(option, Constant):
        return bool(option.value)
    value = option_of(call, "capture")
    if _literal(option, call) is not None:
        return False if value is None else bool(value.value) if isinstance(value, Constant) else None
    return None


def option_of(call: Call, name: str) -> Expr | None:
    """The value of an option in the literal that a call is given last, by itself or by its name."""
    for argument in call.arguments[1:]:
        options = _literal(argument.value, call)
        if options is not None:
            for key, item in zip(options.keys, options.items, strict=False):
                if isinstance(key, Constant) and key.value == name:
                    return item
    return None


def _literal(options: Expr, call: Call) -> Collection | None:
    """The literal that options are: `{ signal }`, or `options` after `const options = { signal }`."""
    if isinstance(options, Name):
        scope = binder(options.id, function_of(call))
        bound = values(options.id, scope) if scope is not None else []
        options = bound[0] if len(bound) == 1 and bound[0] is not None else options
    return options if isinstance(options, Collection) and options.kind == "dict" else None


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
        ended = _spelled_out(expr, receiver, got.call, file)
        if ended is not None and id(mention.function) in good:
            return Fate("released", ended, f"{file.text(ended)} is ended in the cleanup")
        if id(mention.function) in good and use_of(expr).kind == "argument":
            return Fate("handed on", expr, f"the cleanup hands {file.text(expr)} on")
    return None


def _spelled_out(expr: Node, receiver: Expr, added: Call, file: File) -> Node | None:
    """What an end is called on: the root of a receiver, or all of it, as in `link.events.moved.unsubscribe(f)`.

    Without what was added, `this.service.moved.unsubscribe()`, it ends what others hear as well.
    """
    here = expr
    while isinstance(up := here.parent, Member) and up.value is here:
        if up.attr in _ENDS and (here is expr or (same_text(here, receiver, file) and _gives(up.parent, added, file))):
            return here
        here = up
    return None


def _gives(end: Node | None, added: Call, file: File) -> bool:
    given = end.arguments if isinstance(end, Call) else []
    return any(same_text(a.value, b.value, file) for a in given for b in added.arguments)


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
