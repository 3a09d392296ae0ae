"""The patterns of `match`: tests that bind names."""

from asynccost.flow.tree import Argument, Bind, Choice, Collection, Constant, Expr, Member, Name, Other
from asynccost.python.expressions import last_named
from asynccost.python.grammar import EXTRAS, Cst, kind, solid, token
from asynccost.python.scopes import Lowering
from asynccost.python.tables import EXPRESSIONS, expression, lower_all

DOTTED_NAME = kind("dotted_name")
CASE_PATTERN = kind("case_pattern")
WILDCARD = token("_")
MINUS = token("-")


def is_wildcard(node: Cst) -> bool:
    """Tell whether a pattern is `_`."""
    return node.kind_id == CASE_PATTERN and node.child_count == 1 and node.children[0].kind_id == WILDCARD


@expression("case_pattern")
def case_pattern(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower a pattern: a capture is a Bind of what was matched."""
    return _alternatives(low, node, depth)[0]


@expression("union_pattern")
def union(low: Lowering, node: Cst, depth: int) -> Choice:
    """Lower `a | b`."""
    return Choice(node.start_byte, node.end_byte, None, _alternatives(low, node, depth), "or")


def _alternatives(low: Lowering, node: Cst, depth: int) -> list[Expr]:
    """Lower what stands between bars; `_` and the sign of a number have no node of their own."""
    out: list[Expr] = []
    sign = None
    for child in node.children:
        start, end, number = child.start_byte, child.end_byte, child.kind_id
        if number == MINUS:
            sign = start
        elif number == WILDCARD:
            out.append(Other(start, end, "_", []))
        elif number == DOTTED_NAME:
            out.append(_capture_or_value(low, child))
        elif child.is_named and number not in EXTRAS:
            option = EXPRESSIONS[depth][number](low, child, depth + 1)
            if sign is not None and isinstance(option, Constant) and isinstance(option.value, int | float):
                option = Constant(sign, end, -option.value)
            sign = None
            out.append(option)
    return out or [low.give_up(node.start_byte, node.end_byte)]


def _capture_or_value(low: Lowering, node: Cst) -> Expr:
    value = dotted(low, node, 0)
    return capture(low, value) if isinstance(value, Name) else value


def capture(low: Lowering, target: Expr) -> Bind:
    """Bind a name to the part of the subject that stands at its place."""
    low.bind(target)
    return Bind(target.start, target.end, target, Other(target.end, target.end, "matched", []))


@expression("dotted_name")
def dotted(low: Lowering, node: Cst, _depth: int) -> Expr:
    """Lower `a.b.c` in a pattern, an import or a decorator."""
    first, *rest = solid(node)
    value: Expr = Name(first.start_byte, first.end_byte, low.names[low.source[first.start_byte : first.end_byte]])
    for part in rest:
        attr = low.names[low.source[part.start_byte : part.end_byte]]
        value = Member(value.start, part.end_byte, value, attr)
    return value


@expression("as_pattern")
def alias(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower `pattern as name`, and `value as target` where neither `with` nor `except` takes it apart."""
    value, target = lower_all(low, solid(node)[:2], depth)
    low.bind(target)
    return Bind(node.start_byte, node.end_byte, target, value)


@expression("splat_pattern")
def splat(low: Lowering, node: Cst, depth: int) -> Expr:
    """Lower `*rest` and `**rest`."""
    start, end = node.start_byte, node.end_byte
    inner = solid(node)
    if not inner:
        return Other(start, end, "spread", [])
    return Other(start, end, "spread", [capture(low, lower_all(low, inner[:1], depth)[0])])


@expression("keyword_pattern")
def keyword(low: Lowering, node: Cst, depth: int) -> Argument:
    """Lower `name=pattern` in a class pattern."""
    name, value = solid(node)[0], last_named(node)
    if value.kind_id == DOTTED_NAME:
        lowered = _capture_or_value(low, value)
    else:
        lowered = EXPRESSIONS[depth][value.kind_id](low, value, depth + 1)
    return Argument(node.start_byte, node.end_byte, lowered, low.text(name.start_byte, name.end_byte))


@expression("class_pattern")
def class_pattern(low: Lowering, node: Cst, depth: int) -> Other:
    """Lower `Class(patterns)` to an Other "instance" of the class and the patterns."""
    return Other(node.start_byte, node.end_byte, "instance", lower_all(low, solid(node), depth))


@expression("dict_pattern")
def dict_pattern(low: Lowering, node: Cst, depth: int) -> Collection:
    """Lower `{key: pattern, **rest}`."""
    keys: list[Expr | None] = []
    items: list[Expr] = []
    pending: Expr | None = None
    for child in solid(node):
        lowered = EXPRESSIONS[depth][child.kind_id](low, child, depth + 1)
        if child.kind_id == CASE_PATTERN or (isinstance(lowered, Other) and lowered.op == "spread"):
            items.append(lowered)
            keys.append(pending)
            pending = None
        else:
            pending = lowered
    return Collection(node.start_byte, node.end_byte, "dict", items, keys)


@expression("complex_pattern")
def complex_pattern(_low: Lowering, node: Cst, _depth: int) -> Other:
    """Lower `1 + 2j`."""
    return Other(node.start_byte, node.end_byte, "number", [])
