"""Whether a loop asks for the further pages of an answer whose first page was got before it."""

from asynccost.flow.file import Site
from asynccost.flow.sessions.oneshot import address
from asynccost.flow.tree import Await, Call, Constant, Expr, Function, Loop, Member, Name, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import chain


def asks_further(site: Site, loop: Loop) -> bool:
    """`while "next" in page: page = get(page["next"])`: most answers have one page, and no turn."""
    names = (n for a in site.call.arguments for n in walk(a.value) if isinstance(n, Name))
    for name in names:
        before, within = _values(name.id, site.function, loop)
        if not before or not within:
            continue
        if any(step and step in {_step(v) for v in before} for step in map(_step, within)):
            return True
        if _is_part(address(site), name) and isinstance(before[-1], Call):
            return True
    return False


def _values(name: str, function: Function, loop: Loop) -> tuple[list[Expr], list[Expr]]:
    """What a name stands for before a loop and what a turn gives it, as far as that can be told."""
    given = function.index.bound.get(name, []) if function.index else []
    values: list[Expr] = [v.value if isinstance(v, Await) else v for v in given if v is not None]
    before = [v for v in values if v.end <= loop.start]
    return before, [v for v in values if loop.start <= v.start and v.end <= loop.end]


def _step(value: Expr) -> str:
    """The way from an answer to what follows it: `page["next"]`, `page.get("next")`, `page.next`, `next_of(page)`."""
    if isinstance(value, Subscript):
        return f"[{value.index.value}]" if isinstance(value.index, Constant) else ""
    if isinstance(value, Call):
        name, first = chain(value.callee)[-1], value.arguments[0].value if value.arguments else None
        if isinstance(value.callee, Member) and name == "get":
            return f"[{first.value}]" if isinstance(first, Constant) else ""
        return f"{name}()" if isinstance(first, (Name, Member)) else ""
    return f".{value.attr}" if isinstance(value, Member) else ""


def _is_part(expr: Expr | None, name: Name) -> bool:
    """Whether an address is a part of what a name stands for."""
    while isinstance(expr, (Subscript, Member, Call)):
        expr = expr.callee if isinstance(expr, Call) else expr.value
        if expr is name:
            return True
    return False
