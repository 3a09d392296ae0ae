"""Listeners: does a removal take away what was added, the same target, type, function and phase?"""

from asynccost.flow.around import function_of
from asynccost.flow.file import File
from asynccost.flow.handles import constant_text, same_text
from asynccost.flow.tree import Assign, Call, Closure, Collection, Constant, Expr, Member, Name, Node


def called_word(callee: Node) -> str:
    """The last word of what is called."""
    return callee.id if isinstance(callee, Name) else callee.attr if isinstance(callee, Member) else ""


def removes(added: Call, removed: Call, file: File) -> str:
    """Whether a removal takes away what was added: "yes", "" (another listener), or why it cannot."""
    kinds = (_argument(added, 0), _argument(removed, 0))
    handlers = (_argument(added, 1), _argument(removed, 1))
    if handlers[1] is None and handlers[0] is not None and called_word(removed.callee).startswith("removeAll"):
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
        isinstance(handlers[0], Call) and called_word(handlers[0].callee) == "bind"
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
    if isinstance(option, Collection):
        return False if value is None else bool(value.value) if isinstance(value, Constant) else None
    return None


def option_of(call: Call, name: str) -> Expr | None:
    """The value of an option in the literal that a call is given last."""
    for argument in call.arguments[1:]:
        options = argument.value
        if isinstance(options, Collection) and options.kind == "dict":
            for key, item in zip(options.keys, options.items, strict=False):
                if isinstance(key, Constant) and key.value == name:
                    return item
    return None
