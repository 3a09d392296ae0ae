"""Imports of names that a fix needs."""

from tree_sitter import Node as Cst

from asynccost.flow.file import File
from asynccost.javascript.edits.names import fresh
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script


def imported(name: str, module: str, file: File, patch: Patch) -> str | None:
    """How a module's export is spelled here, imported where it is not yet; None where the file imports nothing of it.

    A file that uses a framework's hooks without importing them has them injected: then the plain name will do.
    """
    wanted = f"{module}:{name}"
    for local, stands_for in file.module.imports.items():
        if stands_for == wanted:
            return local
    clause = _clause(module, patch)
    if clause is not None:
        local = fresh(name, file.module.top, file)
        spelled = name if local == name else f"{name} as {local}"
        _add(clause, spelled, patch)
        return local
    for local, stands_for in file.module.imports.items():
        if stands_for in (f"{module}:*", f"{module}:default") and module in ("react", "preact"):
            return f"{local}.{name}"
    return None


def imported_beside(name: str, module: str, beside: str, file: File, patch: Patch) -> str | None:
    """How a module's export is spelled here; a file that imports nothing of it imports it behind the import of another
    module, `beside`, in its manner. None where it does not import that one either."""
    known = imported(name, module, file, patch)
    other = _statement(beside, patch) if known is None else None
    if other is None or name in file.module.top.bindings or name in file.module.imports:
        return known
    script = patch.script
    text = script.text(other)
    quote, semi = ('"' if '"' in text else "'"), (";" if text.endswith(";") else "")
    tight = sum(s.startswith(b"import {") and not s.startswith(b"import { ") for s in script.source.splitlines())
    loose = script.source.count(b"import { ")
    inner = name if tight > loose else f" {name} "
    line = f"\nimport {{{inner}}} from {quote}{module}{quote}{semi}"
    if not any(text == line for _, _, text in patch.changes()):
        patch.insert(other.end_byte, line)
    return name


def _statement(module: str, patch: Patch) -> Cst | None:
    """The first statement that imports of a module."""
    for statement in patch.script.root.named_children if patch.script.root is not None else ():
        source = statement.child_by_field_name("source") if statement.type == "import_statement" else None
        if source is not None and patch.script.text(source).strip("'\"") == module:
            return statement
    return None


def _clause(module: str, patch: Patch) -> Cst | None:
    """The `{ a, b }` of the import of a module."""
    script = patch.script
    for statement in script.root.named_children if script.root is not None else ():
        if statement.type != "import_statement":
            continue
        source = statement.child_by_field_name("source")
        if source is None or script.text(source).strip("'\"") != module:
            continue
        if any(c.type == "type" for c in statement.children):
            continue
        for node in script.walk(statement):
            if node.type == "named_imports":
                return node
    return None


def _add(clause: Cst, spelled: str, patch: Patch) -> None:
    script = patch.script
    names = clause.named_children
    if not names:
        patch.replace(clause.start_byte, clause.end_byte, f"{{ {spelled} }}")
        return
    at = _after(names, spelled, script)
    if script.multiline(clause) and script.starts_line(names[-1].start_byte):
        gap = f"\n{script.indent(names[-1].start_byte)}"
    else:
        gap = " "
    if at is None:
        patch.insert(names[0].start_byte, f"{spelled},{gap}")
    else:
        patch.insert(at.end_byte, f",{gap}{spelled}")


def _after(names: list[Cst], spelled: str, script: Script) -> Cst | None:
    """The name that a new one goes behind: the last, or where the order of the alphabet has it. None: the first."""
    for key in (str, str.lower):
        texts = [key(script.text(n)) for n in names]
        if texts == sorted(texts) and len(names) > 1:
            smaller = [n for n, t in zip(names, texts, strict=True) if t < key(spelled)]
            return smaller[-1] if smaller else None
    return names[-1]
