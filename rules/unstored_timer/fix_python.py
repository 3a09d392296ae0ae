"""unstored-timer in Python: the object keeps the handle, and the method that ends it cancels it."""

from collections.abc import Iterator

from asynccost.flow.around import class_around, use_of
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.effects.goes_along import begins_again
from asynccost.flow.effects.timers import Timer, timer
from asynccost.flow.file import File, site_at
from asynccost.flow.tree import Assign, Call, Class, Closure, Do, Function, Member, Name
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.classes import can_own, extend_method, is_annotated, start_attribute, taken
from asynccost.python.codemod.patch import Patch


def fix(finding: Finding, file: File) -> Offer | None:
    """Keep the handle and cancel it in the end."""
    site = site_at(file, finding.span)
    one = timer(site, file) if site is not None else None
    owner = class_around(one.function) if one is not None else None
    if one is None or owner is None or one.name not in ("call_later", "call_at") or not can_own(owner, file):
        return None
    ends = [owner.methods[n] for n in ends_of(owner, file) if n in owner.methods and owner.methods[n].params]
    if not ends or use_of(one.call).kind not in ("dropped", "assigned"):
        return None
    if begins_again(owner, ends[0].name, one.function, file):
        return None
    kept = _kept(one)
    if kept is None and not isinstance(one.call.parent, Do):
        return None
    reason = f"{ends[0].name}() cancels it, so that it no longer fires after that"
    if kept is None and _own_callback(one):
        asked = f"{one.function.name}() arms one for each call, of which the newest is kept: are all to be cancelled?"
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: _cancelled(file, one, owner, kept, ends[0]))
    return Offer(Safety.UNSAFE, reason, lambda: _cancelled(file, one, owner, kept, ends[0]))


def _own_callback(one: Timer) -> bool:
    """Whether what is called is written where the timer is armed: each run has a callback of its own."""
    handler = one.handler
    if isinstance(handler, Closure):
        return True
    inner = {d.what.name for d in one.function.index.defines} if one.function.index else set()
    return isinstance(handler, Name) and handler.id in inner


def _kept(one: Timer) -> str | None:
    """The attribute of the object that keeps the handle already."""
    up = one.call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 else None
    own = isinstance(target, Member) and isinstance(target.value, Name) and target.value.id == "self"
    return target.attr if own and isinstance(target, Member) else None


def _other(one: Timer, owner: Class, file: File) -> str | None:
    """The attribute that keeps the handle where the same callback is armed elsewhere in the class."""
    handler = file.text(one.handler) if one.handler is not None else ""
    for site in file.calls:
        other = timer(site, file) if class_around(site.function) is owner else None
        same = other is not None and other.handler is not None and file.text(other.handler) == handler
        if other is not None and same and (kept := _kept(other)) is not None:
            return kept
    return None


def _cancelled(file: File, one: Timer, owner: Class, kept: str | None, end: Function) -> Iterator[Edit]:
    patch = Patch(file)
    attr = kept or _other(one, owner, file)
    if attr is None:
        attr = _fresh(owner, file)
        start_attribute(patch, owner, attr, _kind(owner, file), [])
    if kept is None:
        patch.insert(one.call.start, f"self.{attr} = ")
    if not _cancels(end, attr, file):
        lines = [f"if self.{attr} is not None:", f"{patch.layout.unit(end)}self.{attr}.cancel()"]
        extend_method(patch, end, lines, first=True)
    return patch.edits()


def _kind(owner: Class, file: File) -> str:
    """The handle's class, for an annotation where the class's methods have some; a bare None would be its type."""
    asyncio = next((local for local, dotted in file.module.imports.items() if dotted == "asyncio"), "")
    return f"{asyncio}.TimerHandle" if asyncio and is_annotated(owner) else ""


def _cancels(end: Function, attr: str, file: File) -> bool:
    calls: list[Call] = end.index.calls if end.index else []
    return any(file.text(c.callee) == f"self.{attr}.cancel" for c in calls)


def _fresh(owner: Class, file: File) -> str:
    return next(n for n in ("_timer", "_timer_handle", "_own_timer") if not taken(owner, file, n))
