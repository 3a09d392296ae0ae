"""The body of a function that gets more statements: its block, or the expression of an arrow, which becomes a block."""

from asynccost.flow.tree import Function
from asynccost.javascript.edits.patch import Patch


class Body:
    """Statements may be put at the start and the end; `close` finishes what an arrow's expression became.

    returns: whether an expression's value is kept (`return x`); else it becomes a statement of its own.
    """

    def __init__(self, function: Function, patch: Patch, *, returns: bool = False) -> None:
        body = patch.script.body(function)
        assert body is not None
        self.node = body
        self.patch = patch
        self.is_block = body.type in ("statement_block", "program")
        if not self.is_block:
            script = patch.script
            outer = script.indent(script.function(function).start_byte)
            self._inner, self._outer = outer + script.unit, outer
            self._tail: list[str] = []
            start, end = body.start_byte, body.end_byte
            if body.type == "parenthesized_expression" and body.named_child_count == 1:
                inner = body.named_children[0]
                patch.replace(start, inner.start_byte, f"{{\n{self._inner}{'return ' if returns else ''}")
                patch.replace(inner.end_byte, end, patch.semi)
            else:
                head = f"{{\n{self._inner}{'return ' if returns else ''}"
                gap = script.source[body.parent.start_byte if body.parent else start : start].rpartition(b"=>")[2]
                if b"\n" in gap and not gap.strip():  # the brace stands behind the arrow
                    patch.replace(start - len(gap), start, f" {head}")
                else:
                    patch.insert(start, head)
                patch.insert(end, patch.semi)

    def first(self, *lines: str) -> None:
        """Put statements at the start."""
        if self.is_block:
            self.patch.first(self.node, *lines)
        else:
            at = self.node.start_byte
            self.patch.insert(at, "".join(f"{line}\n{self._inner}" for line in lines))

    def last(self, *lines: str) -> None:
        """Put statements at the end."""
        if self.is_block:
            self.patch.last(self.node, *lines)
        else:
            self._tail += [f"\n{self._inner}" + line.replace("\n", f"\n{self._inner}") for line in lines]

    def close(self) -> None:
        """Finish; to be called once, after everything else."""
        if not self.is_block:
            self.patch.insert(self.node.end_byte, "".join(self._tail) + f"\n{self._outer}}}")
