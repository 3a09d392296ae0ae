"""Adds, changes and removes arguments of a call, and items of a literal dict."""

from asynccost.flow.tree import Call, Comprehension, Node
from asynccost.python.codemod.joining import width
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.patch import Patch


def too_long(call: Call, layout: Layout, more: int) -> bool:
    """Whether a call that stands in one line, all of it, would make that line too long."""
    line = layout.text(layout.line_start(call.start), layout.line_end(call.end))
    one = layout.line_start(call.start) == layout.line_start(call.end - 1)
    return one and "#" not in line and len(line) <= width(layout) < len(line) + more


def spread(patch: Patch, call: Call, start: int, before: list[str], behind: list[str] | None = None) -> None:
    """Put the arguments of a call on lines of their own, one more step in: all on one if they fit."""
    layout = patch.layout
    indent = layout.indent(call.start)
    inner = indent + _step(indent)
    given = [layout.text(a.start, a.end) for a in call.arguments]
    together = ", ".join([*before, *given, *(behind or [])])
    lines = [*before, *given, *(behind or [])]
    if len(inner) + len(together) <= width(layout):
        lines = [together]
    comma = "," if len(lines) > 1 else ""
    text = ",".join(f"\n{inner}{line}" for line in lines) + comma
    patch.replace(start, call.end - 1, f"{text}\n{indent}")


def _step(indent: str) -> str:
    return "\t" if "\t" in indent else "    "


def add_keyword(patch: Patch, call: Call, text: str) -> None:
    """Add `word=value` behind the last argument: on a line of its own where the last one has one."""
    layout = patch.layout
    if not call.arguments:
        patch.insert(call.end - 1, text)
        return
    last = call.arguments[-1]
    own_line = layout.begins_line(last.start) and layout.line_start(call.end - 1) > last.end
    comma = layout.source.find(b",", last.end, call.end)
    if b"#" in layout.source[last.end : max(comma, last.end)]:
        comma = -1  # the comma belongs to a comment
    line = layout.text(layout.line_start(last.start), last.end)
    if _in_one_line(call, layout) and len(line) + len(text) + 2 > width(layout):
        lines = [layout.text(a.start, a.end) for a in call.arguments] + [text]
        first = call.arguments[0]
        patch.replace(first.start, last.end, f",\n{layout.indent(first.start)}".join(lines) + ",")
        return
    if not own_line and layout.begins_line(last.start):
        patch.insert(last.end, f",\n{layout.indent(last.start)}{text}")  # the parenthesis closes behind the last one
        return
    if not own_line and too_long(call, layout, len(text) + 2):
        spread(patch, call, layout.source.index(b"(", call.callee.end) + 1, [], [text])
        return
    begun = layout.line_start(last.start)
    below = begun > call.start and layout.line_start(last.end - 1) == begun
    if not own_line and below and len(line) + len(text) + 2 > width(layout):
        patch.insert(last.end, f",\n{layout.indent(last.start)}{text}")  # below those that stand in a line below
        return
    if not own_line:
        patch.insert(last.end, f", {text}")
        return
    indent = layout.indent(last.start)
    if comma < 0:
        patch.insert(last.end, ",")
        comma = last.end
    patch.insert_lines(layout.next_line(comma), indent, f"{text},")


def handed(patch: Patch, call: Call, name: str) -> None:
    """Hand a call to a function: `name(call)`; one whose arguments stand on lines of their own, a step further in."""
    layout = patch.layout
    if not hangs(call, layout):
        patch.insert(call.start, f"{name}(")
        patch.insert(call.end, ")")
        return
    indent = layout.indent(call.start)
    patch.replace(call.start, call.end, f"{name}({inner(call, layout, indent, _step(indent))})")


def hangs(call: Call, layout: Layout) -> bool:
    """Whether a call's parentheses end one line and begin another, with its arguments between them."""
    opened = layout.source.find(b"(", call.callee.end, call.end)
    ends = opened >= 0 and not layout.source[opened + 1 : layout.line_end(opened)].strip()
    return ends and layout.begins_line(call.end - 1) and layout.line_start(call.end) > opened


def inner(call: Call, layout: Layout, indent: str, unit: str) -> str:
    """A call as the one argument of another, on lines of its own; indent: of the line of that other one."""
    text = layout.shifted(call.start, call.end, layout.indent(call.start), indent + unit)
    return f"\n{indent}{unit}{text}\n{indent}"


def _in_one_line(call: Call, layout: Layout) -> bool:
    """Whether all arguments of a call stand together on the line between its parentheses."""
    first, last = call.arguments[0], call.arguments[-1]
    line = layout.line_start(first.start)
    return hangs(call, layout) and layout.line_start(last.end) == line and layout.line_end(last.end) == last.end


def takes_keyword(call: Call) -> bool:
    """Whether one more argument may be added: a lone generator needs parentheses of its own then."""
    return not any(isinstance(a.value, Comprehension) and a.value.kind == "generator" for a in call.arguments)


def remove_one(patch: Patch, parts: list[Node], one: Node) -> None:
    """Take one of several things away that stand between commas; with its line where it has one."""
    layout = patch.layout
    at = next(i for i, part in enumerate(parts) if part is one)
    comma = layout.source.find(b",", one.end, parts[at + 1].start) if at + 1 < len(parts) else -1
    if at + 1 < len(parts) and layout.begins_line(one.start) and layout.line_start(parts[at + 1].start) > comma:
        patch.replace(layout.line_start(one.start), layout.next_line(comma), "")
    elif at + 1 < len(parts):
        patch.replace(one.start, parts[at + 1].start, "")
    elif at:
        patch.replace(parts[at - 1].end, one.end, "")
    else:
        end = one.end
        while layout.source[end : end + 1] in (b" ", b","):
            end += 1
        patch.replace(one.start, end, "")
