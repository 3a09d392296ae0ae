"""The top of a module: its imports, and where a module-level definition may stand."""

import re
import sys
from functools import lru_cache

from asynccost.flow.tree import Node
from asynccost.python.codemod.layout import STRING, Layout
from asynccost.python.codemod.patch import Patch
from asynccost.python.grammar import Cst, kind

PLAIN = kind("import_statement")
FROM = kind("import_from_statement")
_FUTURE = kind("future_import_statement")
_IMPORTS = {PLAIN, FROM, _FUTURE}
_GUARDS = {kind("if_statement"), kind("try_statement")}
_COMMENT = kind("comment")
_FUNCTION = kind("function_definition")
_BLOCK = kind("block")
_TRY = kind("try_statement")
_EXPRESSION = kind("expression_statement")
_DEFINITIONS = {kind("function_definition"), kind("class_definition"), kind("decorated_definition")}


def name_of(patch: Patch, module: str) -> str:
    """What a module is called here; it is imported if it is not yet."""
    known = {dotted: local for local, dotted in _plain_imports(patch.layout)}
    if module in known:
        return known[module]
    _import(patch, module)
    return module


def member_of(patch: Patch, module: str, name: str) -> str:
    """How a module's member is spelled here: `asyncio.gather`, or `gather` where that alone is imported."""
    imports = patch.file.module.imports
    if module not in {dotted for _, dotted in _plain_imports(patch.layout)}:
        for local, dotted in imports.items():
            if dotted == f"{module}.{name}" and local in patch.file.module.top.bindings:
                return local
    return f"{name_of(patch, module)}.{name}"


def import_from(patch: Patch, module: str, name: str) -> str:
    """What `from module import name` is called here; it is imported if it is not yet."""
    for local, dotted in patch.file.module.imports.items():
        if dotted == f"{module}.{name}" and local in patch.file.module.top.bindings:
            return local
    known = {dotted: local for local, dotted in _plain_imports(patch.layout)}
    if module in known:
        return f"{known[module]}.{name}"
    _add(patch, f"from {module} import {name}", module, FROM)
    return name


def imports(layout: Layout, module: str) -> bool:
    """Whether the top level imports a module whole, whatever happens."""
    return module in {dotted for _, dotted in _plain_imports(layout)}


def _plain_imports(layout: Layout) -> list[tuple[str, str]]:
    """The modules that the top level imports whole: (local name, dotted name)."""
    return _imported_whole(layout.source)


@lru_cache(maxsize=32)  # each request of a file asks it
def _imported_whole(source: bytes) -> list[tuple[str, str]]:
    layout, found = Layout(source), list[tuple[str, str]]()
    for node in layout.root.children:
        if node.kind_id == PLAIN:
            for item in layout.text(node.start_byte, node.end_byte).removeprefix("import").split(","):
                dotted, _, local = item.strip().partition(" as ")
                if "." not in dotted or local:
                    found.append(((local or dotted).strip(), dotted.strip()))
    return found


def _import(patch: Patch, module: str) -> None:
    _add(patch, f"import {module}", module, PLAIN)
    if _is_standard(module):
        _drop_repeats(patch, f"import {module}")


def _drop_repeats(patch: Patch, line: str) -> None:
    """Take away what functions import by themselves where the module does it from now on."""
    layout, word = patch.layout, line.encode()
    at = layout.source.find(word)
    while at >= 0:
        node = layout.root.descendant_for_byte_range(at, at + len(word))
        end = at + len(word)
        if node.kind_id == PLAIN and (node.start_byte, node.end_byte) == (at, end) and _is_inner(node):
            _drop(patch, node)
        at = layout.source.find(word, end)


def _is_inner(node: Cst) -> bool:
    """Whether an import stands in a function, beside something else, and where it is known not to fail."""
    block = node.parent
    around = block.parent if block is not None else None
    if block is None or around is None or block.kind_id != _BLOCK or around.kind_id == _TRY:
        return False  # what a `try` imports may be missing, and its handler says what then
    if all(n.kind_id in (_COMMENT, PLAIN) for n in block.named_children):
        return False
    above: Cst | None = around
    while above is not None and above.kind_id != _FUNCTION:
        above = above.parent
    return above is not None


def _drop(patch: Patch, node: Cst) -> None:
    """Take away a statement that has its line to itself, and a blank line that nothing needs then."""
    layout = patch.layout
    start, end = layout.line_start(node.start_byte), layout.next_line(node.end_byte)
    if not layout.begins_line(node.start_byte) or layout.source[node.end_byte : end].strip():
        return
    first = layout.source[:start].rstrip(b" \t\r\n").endswith(b":")
    first = first or layout.source[layout.line_start(start - 1) : start].lstrip().startswith(b"#")
    if (first or layout.blank_above(node.start_byte)) and layout.blank_above(layout.next_line(end)):
        end = layout.next_line(end)
    patch.replace(start, end, "")


def _add(patch: Patch, line: str, module: str, kind_id: int) -> None:
    """Put an import among its like, in alphabetical order where they are in order; a group of its own in front of
    imports that are not the standard library's."""
    if line in patch.imported:
        return
    patch.imported.add(line)
    layout = patch.layout
    block = [n for n in _first_block(layout) if n.kind_id != _FUTURE]
    if not block:
        patch.insert_lines(place(layout), "", *([""] if place(layout) else []), line, "")
        return
    if not _is_standard(module_of(layout, block[0])):
        patch.insert_lines(block[0].start_byte, "", line, "")
        return
    mine = [node for node in block if node.kind_id == kind_id]
    for node in mine:
        if module_of(layout, node).lower() > module.lower():
            patch.insert_lines(node.start_byte, "", line)
            return
    if kind_id == PLAIN and not mine:
        patch.insert_lines(block[0].start_byte, "", line)
        return
    patch.insert_lines(layout.next_line((mine or block)[-1].end_byte - 1), "", line)


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def module_of(layout: Layout, node: Cst) -> str:
    """The module that an import statement names first."""
    found = re.match(r"(?:import|from)\s+([\w.]+)", layout.text(node.start_byte, node.end_byte))
    return found[1] if found else ""


def _first_block(layout: Layout) -> list[Cst]:
    """The imports that stand together at the top: the first group of lines, that of `__future__` aside."""
    found: list[Cst] = []
    for node in layout.root.children:
        if node.kind_id in _IMPORTS and layout.begins_line(node.start_byte):
            gap = layout.source[found[-1].end_byte : node.start_byte].count(b"\n") if found else 0
            if found and gap > 1 and found[-1].kind_id != _FUTURE:
                break
            found.append(node)
        elif found and all(n.kind_id == _FUTURE for n in found) and _is_docstring(node):
            continue  # what would be the module's docstring, if it stood first
        elif found and node.kind_id != _COMMENT:
            break
    return found


def place(layout: Layout) -> int:
    """Where a module-level definition may stand: behind the imports at the top, the docstring and first comments."""
    end = 0
    for node in layout.root.children:
        if node.kind_id in _DEFINITIONS:
            break
        if node.kind_id in _IMPORTS or (node.kind_id in _GUARDS and _holds_import(node)) or (
            end == 0 and _is_docstring(node)
        ):
            end = layout.next_line(node.end_byte - 1)
    if end:
        return end
    start = 0
    while layout.source.startswith(b"#", start):
        start = layout.next_line(start)
    return start


_STARTS = re.compile(rb"\b(?:create_task|ensure_future|run_coroutine_threadsafe|gather)\s*\(")


def _behind_constants(layout: Layout) -> int:
    """Where a definition may stand behind the plain statements that follow the imports: a logger, constants."""
    at = place(layout)
    for node in layout.root.children if at else ():
        if node.start_byte < at or node.kind_id == _COMMENT:
            continue
        lines = layout.source[layout.line_start(node.start_byte) : layout.line_end(node.end_byte)]
        plain = node.kind_id == _EXPRESSION and layout.begins_line(node.start_byte) and layout.ends_line(node.end_byte)
        if plain and _STARTS.search(lines):
            break  # what starts a task needs what holds it
        if not plain:
            return at if node.kind_id in _DEFINITIONS else place(layout)  # nothing comes between steps of a script
        at = layout.next_line(node.end_byte - 1)
    return at


def _holds_import(node: Cst) -> bool:
    return any(c.kind_id in _IMPORTS or _holds_import(c) for c in node.children if c.kind_id not in _DEFINITIONS)


def _is_docstring(node: Cst) -> bool:
    return node.kind_id == _EXPRESSION and node.child_count == 1 and node.children[0].kind_id == STRING


def define(patch: Patch, *lines: str, behind: Node | None = None) -> None:
    """Put a module-level statement behind the imports (or another statement), a blank line around it; two around a
    function or class."""
    layout = patch.layout
    at = _behind_constants(layout) if behind is None else layout.next_line(behind.end - 1)
    above, below = (_blank_lines(line) for line in (lines[0], lines[-1]))
    before = [""] * above if layout.source[:at].strip() else []
    written = [stepped(line, layout) for line in lines]
    patch.insert_lines(at, "", *before, *written, *[""] * max(0, below - _following(layout, at)))


def stepped(line: str, layout: Layout) -> str:
    """A line that is indented by four blanks a step, as the file indents."""
    if layout.source.count(b"\n\t") <= layout.source.count(b"\n    "):
        return line
    return re.sub(r"^( {4})+", lambda blanks: "\t" * (len(blanks[0]) // 4), line, flags=re.M)


def _blank_lines(line: str) -> int:
    """How many blank lines belong beside one: it begins or ends a function, or is a statement of its own."""
    return 2 if line.startswith(("def ", "async def ", "@", "class ", " ")) else 1


def _following(layout: Layout, at: int) -> int:
    """How many blank lines stand at a position."""
    count = 0
    while at < len(layout.source) and not layout.source[at : layout.next_line(at)].strip():
        at = layout.next_line(at)
        count += 1
    return count if at < len(layout.source) else 2
