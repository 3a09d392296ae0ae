"""Targets of assignments and declarations: names, places, and destructuring."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import Choice, Collection, Constant, Expr, Name, Other
from asynccost.javascript.context import Context, LowerTarget, nested_target
from asynccost.javascript.literals import key_text

# A target's last argument is the scope's bindings where the names are declared there, None where they exist.
Binds = set[str] | None


def name(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower a name."""
    start, end = node.start_byte, node.end_byte
    text = cx.texts[cx.source[start:end]]
    if binds is not None:
        binds.add(text)
    return Name(start, end, text)


def place(cx: Context, node: Cst, _binds: Binds) -> Expr:
    """Lower any other target as the expression that it is."""
    return cx.expr[node.kind_id](cx, node)


def defaulted(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower `target = default`."""
    parts = cx.parts(node)
    target = cx.target[parts[0].kind_id](cx, parts[0], binds)
    if len(parts) == 1:
        return target
    hint = target.id if isinstance(target, Name) else ""
    return Choice(node.start_byte, node.end_byte, None, [target, cx.named(parts[-1], hint)], "default")


def rest(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower `...target`."""
    parts = cx.parts(node)
    inner = [cx.target[part.kind_id](cx, part, binds) for part in parts]
    return Other(node.start_byte, node.end_byte, "spread", inner)


def array(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower `[a, , b]`; a hole keeps its place."""
    items = [
        cx.target[item.kind_id](cx, item, binds) if isinstance(item, Cst) else hole(item)
        for item in places(cx, node)
    ]
    return Collection(node.start_byte, node.end_byte, "list", items)


def places(cx: Context, node: Cst) -> list[Cst | int]:
    """Return the items of an array, and for each hole the byte where it is."""
    if len(node.children) == 2 * node.named_child_count + 1:
        return [*cx.parts(node)]
    items: list[Cst | int] = []
    after_comma = True
    for child in node.children[1:-1]:
        if child.kind_id in cx.extra:
            continue
        if child.is_named:
            items.append(child)
            after_comma = False
        else:
            if after_comma:
                items.append(child.start_byte)
            after_comma = True
    return items


def hole(at: int) -> Expr:
    """Stand for the value that a hole leaves out."""
    return Other(at, at, "hole", [])


def obj(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower `{a, b: c, d = 1, ...e}`."""
    keys: list[Expr | None] = []
    items: list[Expr] = []
    for child in cx.parts(node):
        kind = cx.kinds[child.kind_id]
        if kind == "pair_pattern":
            key, value = _ends(cx, child)
            keys.append(property_key(cx, key))
            items.append(cx.target[value.kind_id](cx, value, binds))
        elif kind == "rest_pattern":
            inner = rest(cx, child, binds)
            keys.append(None)
            items.extend(inner.parts[:1] if isinstance(inner, Other) and inner.parts else [inner])
        else:
            item = cx.target[child.kind_id](cx, child, binds)
            target = item.options[0] if isinstance(item, Choice) else item
            keys.append(key_text(cx, child) if target is item else _key_of(target))
            items.append(item)
    return Collection(node.start_byte, node.end_byte, "dict", items, keys)


def _key_of(target: Expr) -> Expr | None:
    """Return the key that `{name = default}` reads."""
    return Constant(target.start, target.end, target.id) if isinstance(target, Name) else None


def _ends(cx: Context, node: Cst) -> tuple[Cst, Cst]:
    parts = cx.parts(node)
    return parts[0], parts[-1]


def property_key(cx: Context, node: Cst) -> Expr:
    """Lower a key: a plain or quoted name to a constant, a computed one to its expression."""
    if cx.kinds[node.kind_id] == "computed_property_name":
        inner = cx.parts(node)
        return cx.expr[inner[0].kind_id](cx, inner[0]) if inner else key_text(cx, node)
    if cx.kinds[node.kind_id] == "private_property_identifier":
        return key_text(cx, node)
    return cx.expr[node.kind_id](cx, node)


def key_name(cx: Context, node: Cst, key: Expr) -> str:
    """Return the name that a function under this key takes; a computed one keeps its brackets."""
    return str(key.value) if isinstance(key, Constant) else cx.text(node)


def inner(cx: Context, node: Cst, binds: Binds) -> Expr:
    """Lower what `(x)`, `x!` and `x as T` hold."""
    parts = cx.parts(node)
    return cx.target[parts[0].kind_id](cx, parts[0], binds) if parts else place(cx, node, binds)


TARGETS: dict[str, LowerTarget] = {
    "identifier": name,
    "undefined": name,
    "shorthand_property_identifier_pattern": name,
    "shorthand_property_identifier": name,
    "assignment_pattern": nested_target(defaulted),
    "object_assignment_pattern": nested_target(defaulted),
    "rest_pattern": nested_target(rest),
    "array_pattern": nested_target(array),
    "object_pattern": nested_target(obj),
    "parenthesized_expression": nested_target(inner),
    "non_null_expression": nested_target(inner),
    "as_expression": nested_target(inner),
    "satisfies_expression": nested_target(inner),
}
