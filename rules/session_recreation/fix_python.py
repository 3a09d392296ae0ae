"""session-recreation in Python: one client before the loop, on the object, in an accessor or with the application."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.tree import Loop
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod import attribute
from asynccost.python.codemod.building import Building, building_at
from asynccost.python.codemod.hoist import hoist, loop_to_leave
from asynccost.python.codemod.patch import Patch


def fix(finding: Finding, file: File) -> Offer | None:
    """Offer the nearest owner that outlives the call."""
    made = building_at(file, finding.span)
    if made is None:
        return None
    return _before_loop(made, file) or _on_object(made, file)


def _before_loop(made: Building, file: File) -> Offer | None:
    found = loop_to_leave(file, made)
    if found is None:
        return None
    reason = (
        f"one {made.client.short} for all turns: they share its cookies and connections, and it is built even where"
        " the loop has no turn"
    )
    return Offer(Safety.UNSAFE, reason, lambda: _hoisted(file, made, *found))


def _hoisted(file: File, made: Building, loop: Loop, alike: list[Building]) -> Iterator[Edit]:
    patch = Patch(file)
    hoist(patch, made, loop, alike)
    return patch.edits()


def _on_object(made: Building, file: File) -> Offer | None:
    chosen = attribute.plan(file, made)
    if chosen is None:
        return None
    shares = "its calls share its cookies and connections" if made.client.http else "its calls share its connections"
    reason = f"one {made.client.short} for each {chosen.cls.name}: {shares}"
    if made.client.is_async:
        reason += ", and it belongs to the event loop that first uses it"
    reason += _who_closes(chosen)
    return Offer(Safety.UNSAFE, reason, lambda: _owned(file, chosen))


def _owned(file: File, chosen: attribute.Plan) -> Iterator[Edit]:
    patch = Patch(file)
    attribute.apply(patch, chosen)
    return patch.edits()


def _who_closes(chosen: attribute.Plan) -> str:
    if not chosen.ends:
        return ""
    if not isinstance(chosen.ends, str):
        return f"; {chosen.ends.name}() closes it"
    return f"; who makes the object must {'await' if chosen.client.is_async else 'call'} {chosen.ends}()"
