"""What the parser could not make sense of."""

from asynccost.python.grammar import Cst


def broken_ranges(root: Cst) -> list[tuple[int, int]]:
    """List the byte ranges of errors and of places where something is missing."""
    found = []
    pending = [root] if root.has_error else []
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        else:
            pending += [child for child in node.children if child.has_error]
    return found
