"""The shape of a statement: what it says, whatever its layout, quotes and literal values."""

from typing import Any

from asynccost.flow.tree import Class, Closure, Constant, Function, If, Loop, Member, Name, Node, Switch, Try, With

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
