"""Neighbouring statements that await one thing each, as one `await asyncio.gather(...)`."""

import re
from dataclasses import dataclass

from asynccost.flow.file import File
from asynccost.flow.loops.depend import blocks
from asynccost.flow.reach import binder
from asynccost.flow.tree import Assign, Await, Call, Collection, Do, Function, Name, Node
from asynccost.flow.walk import walk
from asynccost.model import Span
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of


@dataclass(slots=True, frozen=True)
class Part:
    """One of the statements: what it awaits, and its target where that takes the result as it is."""

    node: Do | Assign
    awaited: Await
    target: Node | None


@dataclass(slots=True, frozen=True)
class Run:
    """Neighbouring statements of one block."""

    parts: list[Part]
    function: Function


def run_at(file: File, span: Span, function: Function) -> Run | None:
    """The statements that a place spans, where each awaits one thing and has its lines to itself."""
    layout = Layout(file.module.source)
    for block in blocks(function):
        mine = [s for s in block if span.start <= s.start and s.end <= span.end]
        if len(mine) < 2 or mine[0].start != span.start or mine[-1].end != span.end:
            continue
        parts = [_part(s) for s in mine]
        if all(p is not None and layout.alone(p.node) and _starts_here(p) for p in parts):
            return Run([p for p in parts if p is not None], function)
    return None


def _part(node: Node) -> Part | None:
    if not isinstance(node, (Do, Assign)):
        return None
    awaits = [n for n in walk(node) if isinstance(n, Await)]
    if len(awaits) != 1:
        return None
    if isinstance(node, Do):
        return Part(node, awaits[0], None) if node.value is awaits[0] else None
    plain = node.value is awaits[0] and node.annotation is None
    return Part(node, awaits[0], node.targets[0] if plain else None)


def _starts_here(part: Part) -> bool:
    """Whether a call makes what is awaited: gather starts nothing that runs already."""
    return isinstance(part.awaited.value, Call)


def knows_asyncio(file: File, function: Function) -> bool:
    """Whether `asyncio` can be named here: no other event loop library runs this, and no local has its name."""
    others = {dotted.partition(".")[0] for dotted in file.module.imports.values()} & {"trio", "curio"}
    bound = binder("asyncio", function)
    return not others and (bound is None or bound.kind == "module")


def width(layout: Layout) -> int:
    """How long a line may get: 88, or what the file does already, up to 120; 79 in a file of some length without a
    longer line."""
    lengths = [len(line) for line in layout.source.splitlines() if b"# noqa" not in line]
    longest = max(lengths, default=0)
    if longest <= _PEP_8 and sum(length > _PEP_8 - 10 for length in lengths) >= _NEAR:
        return _PEP_8
    if sum(length > _BLACK for length in lengths) * _SELDOM < len(lengths):
        return _BLACK  # texts and addresses that nothing could break
    return max(_BLACK, min(120, longest))


_BLACK, _SELDOM = 88, 200  # columns; of so many lines less than one is longer, where a file keeps to them
_PEP_8, _NEAR = 79, 3  # columns; how many lines come near them in a file that keeps to them


def join(patch: Patch, run: Run) -> None:
    """Await all at once; results go where they went."""
    layout = patch.layout
    indent, unit = layout.indent(run.parts[0].node.start), layout.unit(run.function)
    gather = member_of(patch, "asyncio", "gather")
    names, later = _targets(patch, run)
    head = f"{', '.join(names)} = " if names else ""
    calls = [layout.text(p.awaited.value.start, p.awaited.value.end) for p in run.parts]
    line = f"{indent}{head}await {gather}({', '.join(calls)})"
    start, end = run.parts[0].node.start, run.parts[-1].node.end
    if "\n" not in line and len(line) <= width(layout) and layout.bare(start, layout.line_end(end)):
        text = line[len(indent) :]
    else:
        led = _led(layout, run)
        text = f"{head}await {gather}(\n{_listed(patch, run, indent + unit, led)}{indent})"
        start, end = start - len(led.encode()), layout.line_end(end)
    patch.replace(start, end, "\n".join([text, *(indent + line for line in later)]))


def _targets(patch: Patch, run: Run) -> tuple[list[str], list[str]]:
    """What the results are given to, and the statements that make more of them afterwards."""
    layout, file = patch.layout, patch.file
    if all(isinstance(p.node, Do) for p in run.parts):
        return [], []
    names, later = [], []
    for part in run.parts:
        if part.target is not None:
            text = layout.text(part.target.start, part.target.end)
            names.append(f"({text})" if isinstance(part.target, Collection) and text[:1] not in "([" else text)
        elif isinstance(part.node, Do):
            names.append(_nobody(file, run.function))
        else:
            target = part.node.targets[0]
            base = target.id if isinstance(target, Name) else "result"
            raw = fresh(file, f"{base}_result", around=run.function)
            while raw in names:
                raw += "_"
            names.append(raw)
            before = layout.text(part.node.start, part.awaited.start)
            behind = layout.text(part.awaited.end, part.node.end)
            if before.endswith("(") and behind.startswith(")"):
                before, behind = before[:-1], behind[1:]
            later.append(before + raw + behind)
    return names, later


def _nobody(file: File, function: Function) -> str:
    """A name for what nobody takes; `_` where it means nothing else."""
    known = "_" in file.module.top.bindings or "_" in file.module.imports
    read = any(n.id == "_" for n in (function.index.names if function.index else ()))
    return fresh(file, "_done", around=function) if known or read else "_"


_OF_ALL = re.compile(r"(?i)\b(?:both|these|they|together|each of|all of|in parallel)\b")


def _led(layout: Layout, run: Run) -> str:
    """The text of the comments right above the first statement that are its alone, as each of the others has its own;
    up to the statement."""
    starts = [part.node.start for part in run.parts]
    if any(layout.with_comments(at) == layout.line_start(at) for at in starts):
        return ""
    led = layout.text(layout.with_comments(starts[0]), starts[0]).lstrip()
    return "" if _OF_ALL.search(led) else led


def _listed(patch: Patch, run: Run, indent: str, led: str) -> str:
    """The awaited calls, one below the other, with the comments that stood at and between their statements.

    led: those above the first.
    """
    layout = patch.layout
    old = layout.indent(run.parts[0].node.start)
    text = "".join(f"{indent}{line.strip()}\n" for line in led.splitlines() if line.strip())
    last: Part | None = None
    for part in run.parts:
        if last is not None:
            between = layout.text(layout.next_line(last.node.end), layout.line_start(part.node.start))
            text += "".join(f"{indent}{line.strip()}\n" for line in between.splitlines() if line.strip())
        call = layout.shifted(part.awaited.value.start, part.awaited.value.end, old, indent)
        comment = layout.text(part.node.end, layout.line_end(part.node.end)).rstrip()
        text += f"{indent}{call},{comment}\n"
        last = part
    return text
