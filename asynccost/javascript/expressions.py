"""Members, calls, literals that hold values, and the wrappers that lowering looks through."""

from tree_sitter import Node as Cst

from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Choice,
    Collection,
    Expr,
    Member,
    Other,
    Subscript,
    Yield,
)
from asynccost.flow.words import HANDS_BACK
from asynccost.javascript.context import DEEPEST, Context, LowerExpr, LowerNamed, nested
from asynccost.javascript.functions import object_method
from asynccost.javascript.literals import key_text, name
from asynccost.javascript.patterns import hole, key_name, places, property_key


def member(cx: Context, node: Cst) -> Expr:
    """Lower `value.attr` and `value?.attr`. Bounds its own depth: it is the most frequent of all."""
    if cx.depth >= DEEPEST:
        return cx.too_deep(node)
    children = node.children
    value, attr = children[0], children[-1]
    mark = cx.tables.optional_chain
    optional = children[1].kind_id == mark or (len(children) > 3 and any(c.kind_id == mark for c in children))
    cx.depth += 1
    lowered = cx.expr[value.kind_id](cx, value)
    cx.depth -= 1
    name = cx.texts[cx.source[attr.start_byte : attr.end_byte]]
    if type(lowered) is Await and cx.kinds[value.kind_id] != "parenthesized_expression":
        return _waiting(lowered, Member(lowered.value.start, node.end_byte, lowered.value, name, optional))
    return Member(node.start_byte, node.end_byte, lowered, name, optional)


def _waiting(wait: Await, for_: Expr) -> Await:
    """`await get<T>(url).json()`: the grammar lets `await` end before the type arguments; it waits for all of it."""
    return Await(wait.start, for_.end, for_)


def subscript(cx: Context, node: Cst) -> Expr:
    """Lower `value[index]`."""
    parts = cx.parts(node)
    value, index = parts[0], parts[-1]
    lowered = cx.expr[value.kind_id](cx, value)
    if index == value or cx.kinds[index.kind_id] == "optional_chain":
        return Subscript(node.start_byte, node.end_byte, lowered, None)
    return Subscript(node.start_byte, node.end_byte, lowered, cx.expr[index.kind_id](cx, index))


def call(cx: Context, node: Cst, first: str = "") -> Expr:
    """Lower a call or a tagged template; a function that it is handed first takes a name. Bounds its own depth."""
    if cx.depth >= DEEPEST:
        return cx.too_deep(node)
    children = node.children
    callee, given = children[0], children[-1]
    cx.depth += 1
    lowered = cx.expr[callee.kind_id](cx, callee)
    if given.kind_id == cx.tables.arguments:
        values = arguments(cx, given, first)
    else:
        value = cx.expr[given.kind_id](cx, given)
        values = [Argument(value.start, value.end, value)]
    cx.depth -= 1
    if type(lowered) is Await and cx.kinds[callee.kind_id] != "parenthesized_expression":
        return _waiting(lowered, Call(lowered.value.start, node.end_byte, lowered.value, values))
    return Call(node.start_byte, node.end_byte, lowered, values)


def named_call(cx: Context, node: Cst, name: str) -> Expr:
    """Lower a call; what hands back the function that it is given gives it the name: `const save = useCallback(f)`."""
    handed_back = cx.text(node.children[0]).rpartition(".")[2] in HANDS_BACK
    return call(cx, node, name if handed_back else "")


def new(cx: Context, node: Cst) -> Expr:
    """Lower `new X(...)`; the parentheses may be missing."""
    parts = cx.parts(node)
    if not parts:
        return broken(cx, node)
    callee, last = parts[0], parts[-1]
    given = arguments(cx, last) if last.kind_id == cx.tables.arguments else []
    return Call(node.start_byte, node.end_byte, cx.expr[callee.kind_id](cx, callee), given, new=True)


def arguments(cx: Context, node: Cst, first: str = "") -> list[Argument]:
    """Lower the arguments of a call; first: the name that a function at the first place takes."""
    expr, extra, spread_element = cx.expr, cx.extra, cx.tables.spread_element
    out: list[Argument] = []
    for child in node.named_children:
        kind_id = child.kind_id
        if kind_id in extra:
            continue
        value = cx.named(child, first) if first and not out else expr[kind_id](cx, child)
        if kind_id != spread_element:
            out.append(Argument(child.start_byte, child.end_byte, value))
        else:
            inner = value.parts[0] if isinstance(value, Other) and value.parts else value
            out.append(Argument(value.start, value.end, inner, None, 1))
    return out


def awaited(cx: Context, node: Cst) -> Expr:
    """Lower `await value`."""
    value = node.children[-1]
    return Await(node.start_byte, node.end_byte, cx.expr[value.kind_id](cx, value))


def yielded(cx: Context, node: Cst) -> Expr:
    """Lower `yield value` and `yield* value`."""
    parts = cx.parts(node)
    return Yield(node.start_byte, node.end_byte, cx.expr[parts[0].kind_id](cx, parts[0]) if parts else None)


def array(cx: Context, node: Cst) -> Expr:
    """Lower an array literal; a hole keeps its place."""
    items = [
        cx.expr[item.kind_id](cx, item) if isinstance(item, Cst) else hole(item) for item in places(cx, node)
    ]
    return Collection(node.start_byte, node.end_byte, "list", items)


def obj(cx: Context, node: Cst) -> Expr:
    """Lower an object literal."""
    keys: list[Expr | None] = []
    items: list[Expr] = []
    for child in node.named_children:
        if child.kind_id in cx.extra:
            continue
        kind = cx.kinds[child.kind_id]
        if kind == "pair":
            left, right = child.children[0], child.children[-1]
            key = property_key(cx, left)
            keys.append(key)
            items.append(cx.named(right, key_name(cx, left, key)))
        elif kind == "spread_element":
            keys.append(None)
            items += [cx.expr[part.kind_id](cx, part) for part in cx.parts(child)[:1]] or [broken(cx, child)]
        elif kind == "method_definition":
            key, method = object_method(cx, child)
            keys.append(key)
            items.append(method)
        else:
            keys.append(key_text(cx, child))
            items.append(name(cx, child))
    return Collection(node.start_byte, node.end_byte, "dict", items, keys)


def spread(cx: Context, node: Cst) -> Expr:
    """Lower `...value` in an array."""
    inner = [cx.expr[part.kind_id](cx, part) for part in cx.parts(node)]
    return Other(node.start_byte, node.end_byte, "spread", inner)


def ternary(cx: Context, node: Cst) -> Expr:
    """Lower `test ? a : b`."""
    lowered = [cx.expr[part.kind_id](cx, part) for part in cx.parts(node)]
    return Choice(node.start_byte, node.end_byte, lowered[0], lowered[1:], "?:")


def sequence(cx: Context, node: Cst) -> Expr:
    """Lower `a, b`."""
    return Other(node.start_byte, node.end_byte, ",", [cx.expr[p.kind_id](cx, p) for p in cx.parts(node)])


def first(cx: Context, node: Cst) -> Expr:
    """Lower what `(x)`, `x!`, `x as T`, `x satisfies T` and `x<T>` hold."""
    parts = cx.parts(node)
    return cx.expr[parts[0].kind_id](cx, parts[0]) if parts else broken(cx, node)


def parenthesized(cx: Context, node: Cst) -> Expr:
    """Lower what `(x)` holds."""
    inner = cx.second(node)
    return broken(cx, node) if inner is None else cx.expr[inner.kind_id](cx, inner)


def last(cx: Context, node: Cst) -> Expr:
    """Lower what `<T>x` holds."""
    parts = cx.parts(node)
    return cx.expr[parts[-1].kind_id](cx, parts[-1]) if parts else broken(cx, node)


def first_named(cx: Context, node: Cst, name: str) -> Expr:
    """Lower what a wrapper holds; a function in it takes the name."""
    parts = cx.parts(node)
    return cx.named(parts[0], name) if parts and cx.depth < DEEPEST else cx.expr[node.kind_id](cx, node)


def broken(_cx: Context, node: Cst) -> Expr:
    """Stand for what cannot be read as an expression."""
    return Other(node.start_byte, node.end_byte, "broken", [])


EXPRESSIONS: dict[str, LowerExpr] = {
    "member_expression": member,
    "nested_identifier": member,
    "subscript_expression": nested(subscript),
    "call_expression": call,
    "new_expression": nested(new),
    "await_expression": nested(awaited),
    "yield_expression": nested(yielded),
    "array": nested(array),
    "object": nested(obj),
    "spread_element": nested(spread),
    "ternary_expression": nested(ternary),
    "sequence_expression": nested(sequence),
    "parenthesized_expression": nested(parenthesized),
    "non_null_expression": nested(first),
    "as_expression": nested(first),
    "satisfies_expression": nested(first),
    "instantiation_expression": nested(first),
    "type_assertion": nested(last),
}
_WRAPPERS = ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression")
NAMED: dict[str, LowerNamed] = {"call_expression": named_call, **dict.fromkeys(_WRAPPERS, first_named)}
