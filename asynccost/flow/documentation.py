"""What a function says of itself."""

from asynccost.flow.tree import Constant, Do, Function


def documentation(function: Function) -> str:
    """The string that a function's body begins with; "" where it begins with none."""
    first = function.body[0] if function.kind != "module" and function.body else None
    said = first.value.value if isinstance(first, Do) and isinstance(first.value, Constant) else None
    return said if isinstance(said, str) else ""
