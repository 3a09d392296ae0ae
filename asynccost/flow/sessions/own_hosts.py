"""Whether each turn of a loop asks a host of its own: `for host in hosts: requests.get(f"http://{host}/status")`."""

import re

from asynccost.flow.file import File, Site
from asynccost.flow.sessions.oneshot import address
from asynccost.flow.tree import Call, Collection, Comprehension, Constant, Expr, Loop, Member, Name, Other, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_SCHEME = re.compile(r"\w+://$")
_LEADING = re.compile(r"(?:\w+://)?(?:%s|\{(?:0|[a-z]\w*)?\})")
_OPENS = re.compile(rb"""[fFrRtT]*["'`]+(?:https?://)?\$?\{""")
_HOPS = 4


def own_host(file: File, loop: Loop | Comprehension, site: Site) -> bool:
    """Whether what an address begins with, but for its scheme, is what the loop goes through."""
    targets = [c.target for c in loop.clauses] if isinstance(loop, Comprehension) else [loop.target]
    names = {node.id for node in walk(*(t for t in targets if t is not None)) if isinstance(node, Name)}
    begin = _beginning(file, address(site), site, names)
    return begin is not None and bool(chain(begin)) and chain(begin)[0] in names


def beginning(file: File, expr: Expr | None, site: Site, names: set[str]) -> Expr | None:
    """What names the host of an address, through local names; None where a constant does.

    names: what a loop goes through: an address that an item holds whole, `item["image"]`, is its own.
    """
    return _followed(file, expr, site, names)[0]


def _beginning(file: File, expr: Expr | None, site: Site, names: set[str]) -> Expr | None:
    """The part of an address that names the host, through local names; None where a constant names it.

    An address that an item holds whole, `item["image"]`, may be of the one host that the items came from.
    """
    expr, whole = _followed(file, expr, site, names)
    while isinstance(expr, Subscript):
        expr = expr.value
    return expr if isinstance(expr, (Name, Member)) and not whole else None


def _followed(file: File, expr: Expr | None, site: Site, names: set[str]) -> tuple[Expr | None, bool]:
    """What an address begins with, and whether that is the whole of it."""
    bound = site.function.index.bound if site.function.index else {}
    whole = True
    for _ in range(_HOPS):
        if isinstance(expr, Name) and expr.id not in names:
            values = bound.get(expr.id, [])
            if len(values) != 1:
                break
            expr = values[0]
        elif isinstance(expr, Call) and isinstance(expr.callee, Member) and (first := _formatted(expr, expr.callee)):
            whole = whole and expr.callee.attr != "format"
            expr = first
        elif isinstance(expr, Call) and expr.arguments and chain(expr.callee)[-1:] == ["urljoin"]:
            expr, whole = expr.arguments[0].value, False
        elif isinstance(expr, (Other, Collection)):
            whole = False
            expr = _first(file, expr)
        else:
            break
    return (None if isinstance(expr, Constant) else expr), whole


def _formatted(call: Call, callee: Member) -> Expr | None:
    """What stands first in `"http://{}/status".format(host)`, or in `host.rstrip("/")`."""
    if callee.attr in ("strip", "rstrip"):
        return callee.value
    text = callee.value.value if isinstance(callee.value, Constant) else None
    begins = callee.attr == "format" and isinstance(text, str) and _LEADING.match(text)
    return call.arguments[0].value if begins and len(call.arguments) else None


def _first(file: File, expr: Other | Collection) -> Expr | None:
    """What stands first in a text that is put together, behind its scheme."""
    parts = list(expr.parts if isinstance(expr, Other) else expr.items)
    if isinstance(expr, Other) and expr.op == "template":
        value = next((part for part in parts if not isinstance(part, Constant)), None)
        opens = value is not None and _OPENS.fullmatch(file.module.source, expr.start, value.start)
        return value if opens else None
    begin = parts[0] if parts else None
    said = begin.value if isinstance(begin, Constant) and isinstance(begin.value, str) else None
    if said is None:
        return begin
    if isinstance(expr, Other) and expr.op == "%" and _LEADING.match(said):
        given = parts[1]
        return given.items[0] if isinstance(given, Collection) and given.items else given
    return parts[1] if (not said or _SCHEME.match(said)) and len(parts) > 1 else None
