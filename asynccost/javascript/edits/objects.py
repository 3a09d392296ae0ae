"""Properties put into and taken out of object literals."""

from asynccost.flow.tree import Collection, Constant, Expr
from asynccost.javascript.edits.patch import Patch


def add(options: Collection, text: str, patch: Patch) -> None:
    """Put a property behind the last one, laid out as the others are."""
    script = patch.script
    node = script.of(options)
    while node.type != "object" and node.named_child_count == 1:
        node = node.named_children[0]
    inner = [c for c in node.named_children if c.type != "comment"]
    if not inner:
        patch.replace(node.start_byte, node.end_byte, f"{{ {text} }}")
        return
    last = inner[-1]
    if script.multiline(node) and script.starts_line(last.start_byte):
        line = f"\n{script.indent(last.start_byte)}{text}"
        said = [c for c in node.named_children if c.type == "comment" and c.start_point[0] == last.end_point[0]]
        said = [c for c in said if c.start_byte >= last.end_byte]
        if not said:
            patch.insert(last.end_byte, f",{line}")
        elif script.source[last.end_byte : said[0].start_byte].strip() == b",":
            patch.insert(said[-1].end_byte, f"{line},")  # what is said of the last one stays with it
        else:
            patch.insert(last.end_byte, ",")
            patch.insert(said[-1].end_byte, line)
    else:
        patch.insert(last.end_byte, f", {text}")


def remove(options: Collection, value: Expr, patch: Patch) -> None:
    """Take the property of a value out, with its comma."""
    script = patch.script
    node = script.of(value)
    while node.type != "pair" and node.parent is not None:
        node = node.parent
    pairs = [c for c in (node.parent.named_children if node.parent else []) if c.type != "comment"]
    if len(pairs) == 1:
        outer = options.parent
        if isinstance(outer, Collection) and outer.kind == "dict":
            remove(outer, options, patch)
        else:
            patch.replace(options.start, options.end, "{}")
        return
    at = next(i for i, p in enumerate(pairs) if p.start_byte == node.start_byte)
    if at + 1 < len(pairs):
        patch.replace(node.start_byte, pairs[at + 1].start_byte, "")
    else:
        patch.replace(pairs[at - 1].end_byte, node.end_byte, "")


def value_of(options: Collection, name: str) -> Expr | None:
    """The value under a key that is spelled out, letter case aside."""
    for key, item in zip(options.keys, options.items, strict=False):
        if isinstance(key, Constant) and isinstance(key.value, str) and key.value.lower() == name.lower():
            return item
    return None
