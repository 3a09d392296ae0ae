"""Adds, changes and removes arguments of a call, and items of a literal dict."""

from asynccost.flow.tree import Call, Comprehension, Node
from asynccost.python.codemod.patch import Patch


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
    if not own_line:
        patch.insert(last.end, f", {text}")
        return
    indent = layout.indent(last.start)
    if comma < 0:
        patch.insert(last.end, ",")
        comma = last.end
    patch.insert_lines(layout.next_line(comma), indent, f"{text},")


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
