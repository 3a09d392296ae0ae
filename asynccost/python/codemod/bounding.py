"""Bounds how many calls of a fan-out run at once."""

from asynccost.flow.around import above, statement_of
from asynccost.flow.file import File
from asynccost.flow.tree import Argument, Call, Loop, Name, Node
from asynccost.flow.waits.fanout import FanOut, fan_outs
from asynccost.python.codemod.arguments import handed
from asynccost.python.codemod.fan_writer import LIMIT
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import member_of

_STARTS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.tasks.create_task"})


def calls_of(fan: FanOut, file: File) -> list[Call] | None:
    """The calls that make the coroutines, one for each item; None where they are not in sight, or made elsewhere."""
    found: list[Call] = []
    for node in fan.work:
        call: Node = node.value if isinstance(node, Argument) else node
        while isinstance(call, Call) and _starts(call, file) and call.arguments:
            call = call.arguments[0].value
        if not isinstance(call, Call):
            return None
        found.append(call)
    return found if found and fan.home is fan.function else None


def _starts(call: Call, file: File) -> bool:
    return file.resolve(call.callee) in _STARTS


def mapped(fan: FanOut) -> Call | None:
    """`map(f, xs)`, where the work is the name of a function."""
    work = fan.work[0] if len(fan.work) == 1 else None
    call = work.parent.parent if isinstance(work, Name) and isinstance(work.parent, Argument) else None
    one = isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.id == "map"
    return call if one and isinstance(call, Call) and len(call.arguments) == 2 else None


def may_bound(fan: FanOut, file: File) -> bool:
    """Whether the calls can be wrapped, and a helper written above them."""
    layout = Layout(file.module.source)
    place = _place(fan)
    return layout.begins_line(place.start) and (mapped(fan) is not None or calls_of(fan, file) is not None)


def _place(fan: FanOut) -> Node:
    """The statement above which the helper stands: the outermost loop that makes the calls, or their statement."""
    work = fan.work[0]
    loops = [up for up in above(work) if isinstance(up, Loop)]
    return loops[-1] if loops else statement_of(work)


def _tag(fan: FanOut, file: File) -> str:
    """What tells a fan-out from one before it in its function; "" where it is the first."""
    earlier = [one for one in fan_outs(file, fan.function) if one.call.start < fan.call.start]
    return fan.items.id if earlier and isinstance(fan.items, Name) else "items" if earlier else ""


def bound(patch: Patch, fan: FanOut) -> None:
    """Wrap each call so that no more than some run at once."""
    layout, file = patch.layout, patch.file
    tag = _tag(fan, file)
    semaphore = fresh(file, f"{tag}_semaphore" if tag else "semaphore", around=fan.function)
    limited = fresh(file, f"limited_{tag}" if tag else "limited", around=fan.function)
    place = _place(fan)
    indent, unit = layout.indent(place.start), layout.unit(fan.function)
    lines = [
        f"{semaphore} = {member_of(patch, 'asyncio', 'Semaphore')}({LIMIT})", "",
        f"async def {limited}(call):", f"{unit}async with {semaphore}:", f"{unit}{unit}return await call", "",
    ]
    patch.insert_lines(layout.with_comments(place.start), indent, *lines)
    if (call := mapped(fan)) is not None:
        function, items = (layout.text(a.start, a.end) for a in call.arguments)
        patch.replace(call.start, call.end, f"({limited}({function}(item)) for item in {items})")
        return
    for made in calls_of(fan, file) or ():
        handed(patch, made, limited)
