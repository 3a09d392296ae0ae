"""An import beside what is imported of the same package already."""

import re

from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import FROM, PLAIN, module_of
from asynccost.python.grammar import Cst

_PACKAGES = {"botocore": "boto3"}  # what comes along with another package


def place_beside(layout: Layout, module: str) -> Cst | None:
    """The import at the top of a file behind which one of a module belongs; None where none is of its package."""
    root = module.partition(".")[0]
    package = {root, _PACKAGES.get(root, root)}
    groups: list[list[Cst]] = []
    for node in layout.root.children:
        if node.kind_id in (PLAIN, FROM) and layout.begins_line(node.start_byte):
            last = groups[-1][-1] if groups else None
            if last is not None and layout.source[last.end_byte : node.start_byte].strip(b" \t\r") == b"\n":
                groups[-1].append(node)
            else:
                groups.append([node])
    group = next((g for g in groups if any(module_of(layout, n).partition(".")[0] in package for n in g)), [])
    before = [n for n in group if n.kind_id == FROM and module_of(layout, n).lower() <= module]
    plain = [n for n in group if n.kind_id == PLAIN]
    found = before or plain or group[:1]
    return found[-1] if found else None


def takes_names(patch: Patch, module: str) -> bool:
    """Whether a file imports names of a module at its top, and never the module itself."""
    node = place_beside(patch.layout, module)
    whole = module in patch.file.module.imports.values()
    return not whole and node is not None and node.kind_id == FROM and module_of(patch.layout, node) == module


def import_beside(patch: Patch, module: str, name: str) -> None:
    """Import a name beside what is imported of the same package already; there must be something."""
    layout, node = patch.layout, place_beside(patch.layout, module)
    line = f"from {module} import {name}"
    if node is None or line in patch.imported:
        return
    patch.imported.add(line)
    text = layout.text(node.start_byte, node.end_byte)
    if module_of(layout, node) == module and "\\" not in text and "#" not in text:
        _among(patch, node, text, name)
    else:
        patch.insert_lines(layout.next_line(node.end_byte - 1), "", line)


def _among(patch: Patch, node: Cst, text: str, name: str) -> None:
    """Put a name among those of an import, where isort would."""
    head = len(text.partition(" import ")[0]) + len(" import ")
    names = [m for m in re.finditer(r"\w+(?:\s+as\s+\w+)?", text) if m.start() >= head]
    ranks = [_rank(m[0]) for m in names]
    first = next((m for m in names if ranks == sorted(ranks) and _rank(m[0]) > _rank(name)), None)
    lines = len({text.count("\n", 0, m.start()) for m in names}) == len(names) > 1 or text.count("\n") > 1
    gap = f",\n{patch.layout.indent(node.start_byte + len(text[: names[0].start()].encode()))}" if lines else ", "
    at = first.start() if first is not None else names[-1].end()
    patch.insert(node.start_byte + len(text[:at].encode()), f"{name}{gap}" if first is not None else f"{gap}{name}")


def _rank(name: str) -> tuple[int, str]:
    """How isort orders what is imported from a module: constants, classes, then the rest."""
    return 0 if name.isupper() else 1 if name[:1].isupper() else 2, name.lower()
