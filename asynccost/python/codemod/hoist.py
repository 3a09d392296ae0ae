"""Moves the building of a client out of the loop that builds it again and again."""

import re

from asynccost.flow.around import above
from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import Call, Loop, Node, Try, With, Yield
from asynccost.flow.walk import walk
from asynccost.python.codemod.building import (
    Building,
    building,
    changes_it,
    header_end,
    held_once,
    plain_with,
    steady,
    text_of,
)
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import bound_in, changed_in, set_attributes, used
from asynccost.python.codemod.patch import Patch


def loop_to_leave(file: File, made: Building) -> tuple[Loop, list[Building]] | None:
    """The outermost loop that a client may be built before, and all that is built alike in it."""
    found = None
    for loop in work_loops(file, made.call):
        if not isinstance(loop, Loop) or not _may_leave(file, made, loop):
            break
        alike = _alike(file, made, loop)
        if not held_once(made, alike, loop) or any(changes_it(b) for b in alike):
            break
        found = loop, alike
    return found


def _alike(file: File, made: Building, loop: Loop) -> list[Building]:
    """The clients that a loop builds with the same call and under the same name."""
    found = []
    for site, client in built(file):
        if site.function is made.function and loop.start <= site.call.start and site.call.end <= loop.end:
            one = building(site, client)
            if one is not None and one.name == made.name and text_of(one, file) == text_of(made, file):
                found.append(one)
    return [b for b in found if (b.block is None) == (made.block is None)]


def _may_leave(file: File, made: Building, loop: Loop) -> bool:
    layout = Layout(file.module.source)
    if loop.is_async or any(isinstance(n, Yield) for n in walk(loop)) or not layout.begins_line(loop.start):
        return False
    if not _path_is_clear(made, loop) or _imported_in(loop, made, layout):
        return False
    if not steady_in(made.call, made, loop, file):
        return False
    body = made.block.body if made.block is not None else loop.body
    own_lines = body and layout.begins_line(body[0].start)
    return bool(own_lines) and (plain_with(made.block, layout) if made.block else layout.alone(made.statement))


_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t].*", re.M)


def _imported_in(loop: Loop, made: Building, layout: Layout) -> bool:
    """Whether a turn of the loop imports what the client is built with: before the loop it is not known yet."""
    lines = "".join(_IMPORT.findall(layout.text(loop.start, loop.end)))
    return any(re.search(rf"\b{re.escape(name)}\b", lines) for name in used(made.call))


def steady_in(call: Call, made: Building, loop: Loop, file: File) -> bool:
    """Whether every turn of the loop builds the same client."""
    changing, attributes = bound_in(loop) | (changed_in(loop) - {"self"}), set_attributes(loop)
    return all(
        steady(part, made.function, changing, attributes, file.names)
        for part in (call.callee, *(a.value for a in call.arguments))
    )


def _path_is_clear(made: Building, loop: Loop) -> bool:
    """A statement moves out of the loop alone; a with block also out of `if`, and out of `try` if its making cannot
    fail."""
    if made.assign is not None:
        return made.assign.parent is loop
    inner: Node = made.statement
    for up in above(inner):
        if up is loop:
            return True
        if isinstance(up, Try) and not made.client.http:
            return False
    return False


def hoist(patch: Patch, made: Building, loop: Loop, alike: list[Building]) -> None:
    """Build the client before the loop."""
    layout = patch.layout
    outer, unit = layout.indent(loop.start), layout.unit(made.function)
    if made.assign is not None:
        inner = layout.indent(made.assign.start)
        moved = layout.shifted(made.assign.start, layout.line_end(made.assign.end), inner, outer)
        patch.insert_lines(loop.start, outer, moved)
        for one in alike:
            patch.remove_lines(one.statement)
        return
    assert made.block is not None
    inner = layout.indent(made.block.start)
    head = layout.shifted(made.block.start, made.block.items[0].end, inner, outer)
    comment = layout.text(header_end(made.block, layout), layout.line_end(header_end(made.block, layout)))
    patch.insert_lines(loop.start, outer, f"{head}:{comment if len(made.block.items) == 1 else ''}")
    at = loop.start
    for one in sorted(alike, key=lambda b: b.statement.start):
        at = _take_out(patch, one, at, outer, outer + unit)
    if at < loop.end:
        patch.reindent(at, loop.end, outer, outer + unit)


def _take_out(patch: Patch, one: Building, at: int, outer: str, inner: str) -> int:
    """Indent what stands before a with statement, take the client out of it; returns where the rest begins."""
    layout, block = patch.layout, one.block
    assert isinstance(block, With)
    start = layout.line_start(block.start)
    if at < start:
        patch.reindent(at, start, outer, inner)
    if len(block.items) > 1:
        patch.replace(block.items[0].start, block.items[1].start, "")
        return start
    patch.replace(start, layout.next_line(header_end(block, layout) - 1), "")
    body = layout.indent(block.body[0].start)
    wanted = inner + layout.indent(block.start)[len(outer) :]
    patch.reindent(layout.next_line(header_end(block, layout) - 1), block.end, body, wanted)
    return layout.next_line(block.end - 1)
