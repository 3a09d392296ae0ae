"""Lets the turns of a comprehension wait together."""

from asynccost.flow.around import above, statement_of
from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Call,
    Choice,
    Closure,
    Collection,
    Comprehension,
    Do,
    Function,
    Member,
    Name,
    Node,
    Return,
    Subscript,
)
from asynccost.flow.walk import walk
from asynccost.python.codemod.arguments import hangs, inner
from asynccost.python.codemod.fan_writer import LIMIT, apart
from asynccost.python.codemod.joining import width
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh, names_in
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of
from asynccost.python.codemod.turns import is_short


def may_gather(node: Comprehension, layout: Layout) -> bool:
    """Whether a comprehension is evaluated whenever its statement is, and waits in its element alone."""
    statement = statement_of(node)
    if not isinstance(statement, (Do, Assign, Return)) or not layout.begins_line(statement.start):
        return False
    for up in above(node):
        if up is statement:
            break
        if isinstance(up, (Choice, Comprehension, Closure)):
            return False
    clauses = [n for c in node.clauses for n in walk(c)]
    if any(isinstance(n, (Await, Bind)) for n in clauses) or any(isinstance(n, Bind) for n in walk(node.element)):
        return False
    return layout.bare(node.start, node.end)


def gather(patch: Patch, node: Comprehension, function: Function) -> None:
    """Put `await asyncio.gather(...)` in the place of a comprehension, and its element in a function if need be."""
    layout, file = patch.layout, patch.file
    statement = statement_of(node)
    indent, unit = layout.indent(statement.start), layout.unit(function)
    bounded = not is_short(node.clauses[0].iter)
    lines: list[str] = []
    within = ""
    if bounded:
        semaphore = fresh(file, *apart("semaphore", node, function), around=function)
        lines += [f"{semaphore} = {member_of(patch, 'asyncio', 'Semaphore')}({LIMIT})", ""]
        within = f"async with {semaphore}:"
    element = node.element
    if isinstance(element, Await) and isinstance(element.value, Call):
        deeper = indent + 2 * unit
        call = layout.shifted(element.value.start, element.value.end, layout.indent(element.value.start), deeper)
        if bounded:
            limited = fresh(file, *apart("limited", node, function), around=function)
            lines += [f"async def {limited}(call):", f"{unit}{within}", f"{unit}{unit}return await call", ""]
            hung = hangs(element.value, layout)
            call = f"{limited}({inner(element.value, layout, deeper, unit) if hung else call})"
    else:
        one, names = _named(node, function, patch)
        call = f"{one}({', '.join(names)})"
        lines += [f"async def {one}({', '.join(names)}):", *_body(patch, node, within, unit), ""]
    at = layout.with_comments(statement.start)
    patch.insert_lines(at, "", *(indent + line if line else "" for line in lines))
    patch.replace(node.start, node.end, _text(patch, node, call, indent, unit))


def _body(patch: Patch, node: Comprehension, within: str, unit: str) -> list[str]:
    element = node.element
    text = patch.layout.text(element.start, element.end)
    if isinstance(element, Collection) and node.kind == "dict":
        key, value = element.items
        text = f"{patch.layout.text(key.start, key.end)}, {patch.layout.text(value.start, value.end)}"
    text = f"({text})" if "\n" in text else text
    return [f"{unit}{within}", f"{unit}{unit}return {text}"] if within else [f"{unit}return {text}"]


def _named(node: Comprehension, function: Function, patch: Patch) -> tuple[str, list[str]]:
    """A name for the function of one item, and the names that it needs of the clauses."""
    bound = {n.id for c in node.clauses for n in walk(c.target) if isinstance(n, Name)}
    names = [n.id for n in sorted(names_in(node.element), key=lambda n: n.start) if n.id in bound]
    names = list(dict.fromkeys(names))
    target = node.clauses[-1].target
    wanted = f"process_{target.id}" if isinstance(target, Name) and len(target.id) > 1 else "process_item"
    return fresh(patch.file, wanted, around=function), names


def _text(patch: Patch, node: Comprehension, call: str, indent: str, unit: str) -> str:
    layout = patch.layout
    element = node.element
    end = element.items[-1].end if node.kind == "dict" and isinstance(element, Collection) else element.end
    rest = layout.text(end, node.end - 1).strip().lstrip(")").strip()
    name = member_of(patch, "asyncio", "gather")
    line = f"await {name}(*({call} {rest}))"
    before = len(layout.text(layout.line_start(node.start), node.start))
    if "\n" in line or before + len(line) > width(layout):
        parts = "".join(f"\n{indent}{unit}{unit}{part.strip()}" for part in rest.split("\n"))
        parts = f"\n{indent}{unit}{unit}{call}{parts}"
        line = f"await {name}(\n{indent}{unit}*({parts}\n{indent}{unit})\n{indent})"
    if node.kind in ("set", "dict"):
        line = f"{node.kind}({line})"
    return line if _stands_alone(node) or node.kind in ("set", "dict") else f"({line})"


def _stands_alone(node: Node) -> bool:
    """Whether an await needs no parentheses here: nothing is asked of its result at once."""
    up = node.parent
    return not isinstance(up, (Member, Subscript)) and not (isinstance(up, Call) and up.callee is node)
