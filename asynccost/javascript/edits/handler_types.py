"""The parameters of a handler that gets a name in TypeScript: their types came from where the handler stood."""

from asynccost.flow.tree import Closure, Expr, Name
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.script import Script

_TYPES = {  # by the beginning of an event's name
    "key": "KeyboardEvent", "mouse": "MouseEvent", "click": "MouseEvent", "dblclick": "MouseEvent",
    "contextmenu": "MouseEvent", "pointer": "PointerEvent", "touch": "TouchEvent", "wheel": "WheelEvent",
    "drag": "DragEvent", "drop": "DragEvent", "focus": "FocusEvent", "blur": "FocusEvent", "message": "MessageEvent",
    "storage": "StorageEvent", "popstate": "PopStateEvent", "hashchange": "HashChangeEvent",
    "beforeunload": "BeforeUnloadEvent", "copy": "ClipboardEvent", "cut": "ClipboardEvent", "paste": "ClipboardEvent",
    "unhandledrejection": "PromiseRejectionEvent", "transition": "TransitionEvent", "animation": "AnimationEvent",
    "composition": "CompositionEvent", "pageshow": "PageTransitionEvent", "pagehide": "PageTransitionEvent",
}


def event_type(kind: str) -> str:
    """The type of an event of the DOM, by its name."""
    return next((t for word, t in _TYPES.items() if kind.startswith(word)), "Event")


def parameters(handler: Expr, script: Script, typed: str) -> tuple[str, str]:
    """The text of a handler's parameters, and the one that stands by itself: typed, or gone where nothing reads them.

    typed: the type of the first, "" where it is not known. Raises UnfixableError where a type is needed and unknown.
    """
    if not isinstance(handler, Closure) or not handler.function.params:
        return "", ""
    given = handler.function.params
    if all(p.annotation is not None or p.default is not None for p in given):
        return "", ""
    node = script.of(handler)
    found = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    if found is None:
        raise UnfixableError
    text = script.text((found.start_byte, found.end_byte))
    names = _names(handler)
    if not any(n.id == p.name for p in given for n in names) and all(p.name for p in given):
        return text, "()"
    if len(given) != 1 or not typed or not given[0].name.isidentifier():
        raise UnfixableError
    if typed == "Event":
        typed = _of_members({getattr(n.parent, "attr", "") for n in names if n.id == given[0].name})
    return text, f"({given[0].name}: {typed})"


def _of_members(read: set[str]) -> str:
    """The type of an event that its name does not give away, by what is read of it."""
    if read <= _OF_EVERY_EVENT:
        return "Event"
    if read <= _OF_EVERY_EVENT | {"matches", "media"}:
        return "MediaQueryListEvent"
    raise UnfixableError


_OF_EVERY_EVENT = frozenset({"preventDefault", "stopPropagation", "stopImmediatePropagation", "type"})


def _names(closure: Closure) -> list[Name]:
    found: list[Name] = []
    pending: list[Closure] = [closure]
    while pending:
        function = pending.pop().function
        for node in walk(*function.body):
            if isinstance(node, Name):
                found.append(node)
            elif isinstance(node, Closure):
                pending.append(node)
    return found
