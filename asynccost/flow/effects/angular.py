"""Services that a component of Angular provides for itself: they end with it, and so do their subjects."""

import re

from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Class, Collection, Constant, Node
from asynccost.flow.words import chain

_TYPED = r"(?<![\w$.])%s[ \t]*[?!]?:[ \t]*([A-Z]\w*)"
_INJECTED = r"(?<![\w$])%s\b[^=;\n]*=[ \t]*inject\(\s*([A-Z]\w*)"


def own_service(effect: Effect, target: Node, file: File) -> str:
    """The service of its own to whose observable a component subscribes: `this.rows.gone$`, of `providers: [Rows]`."""
    names = chain(target)
    if effect.framework != "Angular" or not isinstance(effect.scope, Class) or names[0] != "this" or len(names) < 3:
        return ""
    provided = _provided(effect.scope)
    text = file.text(effect.scope) if provided else ""
    attr = re.escape(names[1])
    said = re.findall(_TYPED % attr, text) + re.findall(_INJECTED % attr, text)
    return next((name for name in said if name in provided), "")


def _provided(cls: Class) -> set[str]:
    """What a component provides anew for each of its objects: `providers: [Rows, { provide: Marks, ... }]`."""
    found: set[str] = set()
    for decorator in cls.decorators:
        given = decorator.arguments[0].value if isinstance(decorator, Call) and decorator.arguments else None
        for key, value in _fields(given):
            for item in value.items if key in ("providers", "viewProviders") and isinstance(value, Collection) else ():
                named = [inner for name, inner in _fields(item) if name == "provide"] or [item]
                found.update(chain(one)[-1] for one in named)
    return found - {""}


def _fields(node: Node | None) -> list[tuple[str, Node]]:
    if not isinstance(node, Collection) or node.kind != "dict":
        return []
    pairs = zip(node.keys, node.items, strict=False)
    return [(str(key.value), item) for key, item in pairs if isinstance(key, Constant)]
