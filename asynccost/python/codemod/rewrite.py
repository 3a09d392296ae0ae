"""Uses a shared client where one was built."""

from asynccost.flow.tree import Assign
from asynccost.python.codemod.building import Building, header_end
from asynccost.python.codemod.patch import Patch


def take_over(patch: Patch, made: Building, source: str, unused: list[Assign]) -> None:
    """Give the name what `source` hands out; a with statement that held it goes away, its block moves out a step."""
    for statement in unused:
        patch.remove_lines(statement, gap=True)
    if made.assign is not None:
        patch.replace(made.call.start, made.call.end, source)
        return
    layout, block = patch.layout, made.block
    assert block is not None
    indent = layout.indent(block.start)
    if len(block.items) > 1:
        patch.insert_lines(block.start, indent, f"{made.name} = {source}")
        patch.replace(block.items[0].start, block.items[1].start, "")
        return
    patch.replace(block.start, header_end(block, layout), f"{made.name} = {source}")
    rest = layout.next_line(header_end(block, layout))
    patch.reindent(rest, block.end, layout.indent(block.body[0].start), indent)
