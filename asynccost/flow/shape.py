"""The shape of a statement: what it says, whatever its layout, quotes and literal values.

What a function is called where findings are known again: also an anonymous one has a name there.
"""

from typing import Any

from asynccost.flow.module import Module
from asynccost.flow.tree import (
    Argument,
    Call,
    Class,
    Closure,
    Constant,
    Expr,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Switch,
    Try,
    With,
)

_HEADERS: dict[type, tuple[str, ...]] = {
    Loop: ("target", "iter", "test"),
    If: ("test",),
    With: ("items",),
    Try: (),
    Switch: ("subject",),
}
_SKIP = frozenset({"start", "end", "parent", "header_end", "body_start", "declares", "annotation"})


def shape(node: Node) -> str:
    """A canonical text of a node: names and structure kept, literals reduced to their type.

    Of a compound statement only the header counts, so that editing its body does not change it.
    """
    fields = _HEADERS.get(node.__class__)
    if fields is not None:
        kind = getattr(node, "kind", "")
        return f"{node.__class__.__name__}{kind}({','.join(_text(getattr(node, f)) for f in fields)})"
    return _text(node)


def _text(value: Any) -> str:
    if isinstance(value, Name):
        return value.id
    if isinstance(value, Member):
        return f"{_text(value.value)}.{value.attr}"
    if isinstance(value, Constant):
        return f"<{type(value.value).__name__}>"
    if isinstance(value, Closure):
        return _closure(value.function)
    if isinstance(value, Function):  # its scope and owner lead back out of it
        return value.name + _closure(value)
    if isinstance(value, Class):
        return f"class {value.name}({','.join(value.methods)})"
    if isinstance(value, list):
        return "[" + ",".join(_text(v) for v in value) + "]"
    if isinstance(value, Node):
        parts = (_text(getattr(value, f)) for f in _fields(value.__class__))
        return f"{value.__class__.__name__}({','.join(p for p in parts if p)})"
    return "" if value is None or value is False else str(value)


def _closure(function: Function) -> str:
    return f"closure({','.join(p.name for p in function.params)}){_text(function.body)}"


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    known = _FIELDS.get(kind)
    if known is None:
        names = getattr(kind, "__dataclass_fields__", {})
        known = _FIELDS[kind] = tuple(f for f in names if f not in _SKIP)
    return known


def scope_name(function: Function) -> str:
    """The qualified name of a function; an anonymous one takes the call that holds it: `>app.get(/users)`.

    Handlers and callbacks are most functions of many services: without this they would all be one place.
    """
    if function.kind == "module":
        return ""
    outer = function.scope
    if outer is None or outer.kind == "module":
        around, prefix = "", ""
    else:
        around, prefix = scope_name(outer), outer.qualname
    if function.name in ("", "<lambda>"):
        return f"{around}>{_holder(function)}"
    return around + function.qualname.removeprefix(prefix)


def scope_names(module: Module) -> frozenset[str]:
    """Those of all functions of an indexed module."""
    return frozenset(map(scope_name, module.functions))


def _holder(function: Function) -> str:
    up = function.closure.parent if function.closure else None
    if isinstance(up, Argument):
        up = up.parent
    if not isinstance(up, Call):
        return ""
    said = [a.value.value for a in up.arguments if isinstance(a.value, Constant) and isinstance(a.value.value, str)]
    return f"{_dotted(up.callee)}({','.join(said[:2])})"


def _dotted(expr: Expr) -> str:
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Member):
        return f"{_dotted(expr.value)}.{expr.attr}"
    return ""
