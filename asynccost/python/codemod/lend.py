"""Builds a client where a function calls the one that builds it again and again, and lends it to every call."""

from dataclasses import dataclass

from asynccost.flow.around import above, function_of, loops_around, statement_of
from asynccost.flow.file import File
from asynccost.flow.loops.depend import blocks
from asynccost.flow.reach import local_function, mentioned
from asynccost.flow.tree import Assign, Await, Call, Comprehension, Function, Loop, Member, Name, Node, Yield
from asynccost.flow.walk import walk
from asynccost.python.codemod.accessor import may_take
from asynccost.python.codemod.arguments import spread, too_long
from asynccost.python.codemod.building import Building, header_end
from asynccost.python.codemod.joining import width
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.names import used
from asynccost.python.codemod.naming import bring, class_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import Recipe

_STARTS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_ENDS = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed", "asyncio.wait_for"})


@dataclass(slots=True, frozen=True)
class Loan:
    """A client that a function may be handed: by whom, in which calls, and the statements that need it there."""

    made: Building
    caller: Function
    calls: list[Call]
    first: Node
    last: Node


def loan_of(file: File, made: Building) -> Loan | None:
    """Who could lend a client; None where more than one function calls for it, or nobody sees when that is done."""
    calls = _calls(file, made.function)
    caller = function_of(calls[0]) if calls else None
    if caller is None or not _may_lend(caller, made, file) or any(function_of(c) is not caller for c in calls):
        return None
    spans = [_span(call, caller, file) for call in calls]
    known = [s for s in spans if s is not None]
    if len(known) < len(spans) or not any(loops_around(call) for call in calls):
        return None
    first, last = min((a for a, _ in known), key=_start), max((b for _, b in known), key=_end)
    plain = layout_of(file).alone(first) and layout_of(file).alone(last) and first.parent is last.parent
    return Loan(made, caller, calls, first, last) if plain and _may_move(first, last, caller) else None


def at_once(loan: Loan) -> bool:
    """Whether the calls may wait side by side."""
    return not all(isinstance(call.parent, Await) for call in loan.calls)


def given(loan: Loan) -> frozenset[str]:
    """The parameters of the caller whose items the calls are made for."""
    loops = [loop for call in loan.calls for loop in loops_around(call)]
    over = [loop.iter for loop in loops if isinstance(loop, Loop)]
    over += [clause.iter for loop in loops if isinstance(loop, Comprehension) for clause in loop.clauses]
    named = {n.id for one in over if one is not None for n in walk(one) if isinstance(n, Name)}
    return frozenset(p.name for p in loan.caller.params if p.name in named)


def _start(node: Node) -> int:
    return node.start


def _end(node: Node) -> int:
    return node.end


def _calls(file: File, lent: Function) -> list[Call]:
    """Every call of a plain function of the module; none where something else than a call names it."""
    plain = lent.kind == "function" and lent.scope is file.module.top and lent.owner is None and not lent.decorators
    if not plain or lent.is_generator or _keyword_only(lent, file):
        return []
    names = [called for f in file.functions for named, called in mentioned(f, file) if named is lent]
    calls = [s.call for s in file.calls if local_function(s.call.callee, s.function, file) is lent]
    return calls if all(names) and len(names) == len(calls) else []


def _keyword_only(function: Function, file: File) -> bool:
    """Whether no argument may stand before the first: `def f(*, url)`."""
    source = file.module.source
    opened = source.index(b"(", function.start) + 1
    return bool(function.params) and bool(source[opened : function.params[0].start].strip())


def _may_lend(caller: Function, made: Building, file: File) -> bool:
    """Whether another function that waits could build the client in the same words, under the same name."""
    recipe = Recipe(made, file, indent="")
    if made.block is None or not recipe.ok or recipe.own or not may_take(made, file):
        return False
    if caller is made.function or not caller.is_async or caller.kind not in ("function", "method"):
        return False
    said = used(*caller.body)
    return made.name not in said | caller.bindings and caller.bindings.isdisjoint(used(made.call))


def _span(call: Call, caller: Function, file: File) -> tuple[Node, Node] | None:
    """From the statement that calls to the one behind which the call is done for sure."""
    statement = statement_of(call)
    loops = [up for up in above(call) if isinstance(up, Loop)]
    outer: Node = loops[-1] if loops else statement
    if _waits(call, file):
        return outer, outer
    kept = _kept_as(call, statement, file)
    return _until_done(kept, outer, caller, file) if kept else None


def _waits(call: Call, file: File) -> bool:
    """`await f()`, `await asyncio.gather(*(f(x) for x in xs))`: the call is over when its statement is."""
    for up in above(call):
        if isinstance(up, Await):
            asked = up.value
            return asked is call or (isinstance(asked, Call) and file.resolve(asked.callee) in _ENDS)
        if isinstance(up, Call) and file.resolve(up.callee) not in _ENDS | _STARTS:
            return False
    return False


def _kept_as(call: Call, statement: Node, file: File) -> str:
    """The name of the list that holds what a call has begun: `tasks = [f(x) for x in xs]`, `tasks.append(f(x))`."""
    for up in above(call):
        if isinstance(up, Call):
            callee = up.callee
            if isinstance(callee, Member) and callee.attr == "append" and isinstance(callee.value, Name):
                return callee.value.id
            if file.resolve(callee) not in _STARTS:
                return ""
        if up is statement:
            break
    if not isinstance(statement, Assign) or not isinstance(statement.value, Comprehension):
        return ""
    target = statement.targets[0]
    plain = isinstance(target, Name) and len(statement.targets) == 1 and statement.value.kind == "list"
    return target.id if plain and isinstance(target, Name) else ""


def _until_done(kept: str, first: Node, caller: Function, file: File) -> tuple[Node, Node] | None:
    """The statements of a block to the last that speaks of a list, where one of them waits for all that it holds."""
    block = next((b for b in blocks(caller) if any(s is first for s in b)), [])
    later = [s for s in block if s.start >= first.start and kept in used(s)]
    reads = [n for n in (caller.index.names if caller.index else ()) if n.id == kept and n.start >= first.start]
    if not later or any(n.start >= later[-1].end for n in reads):
        return None
    waits = (n for n in walk(*later) if isinstance(n, Call) and file.resolve(n.callee) in _ENDS)
    return (first, later[-1]) if any(kept in used(w) for w in waits) else None


def _may_move(first: Node, last: Node, caller: Function) -> bool:
    block = next((b for b in blocks(caller) if any(s is first for s in b)), [])
    moved = [s for s in block if first.start <= s.start <= last.start]
    return bool(moved) and not any(isinstance(n, Yield) for n in walk(*moved))


def apply(patch: Patch, loan: Loan) -> None:
    """Put a with statement around what needs the client, and hand it in."""
    layout, made = patch.layout, loan.made
    indent, unit = layout.indent(loan.first.start), layout.unit(loan.caller)
    recipe = Recipe(made, patch.file, indent=indent)
    head = f"async with {recipe.fitted(len(indent) + 11, unit)} as {made.name}:"
    patch.insert_lines(layout.with_comments(loan.first.start), indent, *recipe.comments, head)
    patch.reindent(layout.with_comments(loan.first.start), loan.last.end, indent, indent + unit)
    for call in loan.calls:
        _hand_in(patch, call, made.name, len(unit))
    _take(patch, made, recipe)


def _hand_in(patch: Patch, call: Call, name: str, deeper: int) -> None:
    at = patch.layout.source.index(b"(", call.callee.end) + 1
    if call.arguments and too_long(call, patch.layout, len(name) + 2 + deeper):
        spread(patch, call, at, [name])
    else:
        patch.insert(at, f"{name}, " if call.arguments else name)


def _take(patch: Patch, made: Building, recipe: Recipe) -> None:
    """Take the client as the first parameter, and do without the with statement."""
    function = made.function
    annotated = function.returns is not None or any(p.annotation is not None for p in function.params)
    note = bring(patch, class_of(made.call, patch.file)) if annotated else ""
    _add_parameter(patch, function, f"{made.name}: {note}" if note else made.name)
    for statement in recipe.locals:
        patch.remove_lines(statement, gap=True)
    layout, block = patch.layout, made.block
    assert block is not None
    if len(block.items) > 1:
        patch.replace(block.items[0].start, block.items[1].start, "")
        return
    body = layout.next_line(header_end(block, layout) - 1)
    patch.replace(layout.line_start(block.start), body, "")
    patch.reindent(body, block.end, layout.indent(block.body[0].start), layout.indent(block.start))


def _add_parameter(patch: Patch, function: Function, text: str) -> None:
    layout, given = patch.layout, function.params
    at = layout.source.index(b"(", function.start) + 1
    if not given:
        patch.insert(at, text)
        return
    if layout.begins_line(given[0].start):
        patch.insert_lines(given[0].start, layout.indent(given[0].start), f"{text},")
        return
    line = layout.text(layout.line_start(at), layout.line_end(at))
    if len(line) + len(text) + 2 <= width(layout):
        patch.insert(at, f"{text}, ")
        return
    indent, unit = layout.indent(function.start), layout.unit(function)
    rest = layout.text(given[0].start, given[-1].end)
    patch.replace(at, layout.source.index(b")", given[-1].end), f"\n{indent}{unit}{text}, {rest}\n{indent}")
