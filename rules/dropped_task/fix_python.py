"""dropped-task, fixed in Python: the module holds the task until it is done, or the object until it ends."""

import re
from collections.abc import Iterator

from asynccost.flow.around import statement_of, use_of
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.tasks.ending import ended_by, ends_its_object, ends_others, gone_before, of_plugin
from asynccost.flow.tasks.task_helpers import spawns
from asynccost.flow.tasks.unheld import gathers, not_to_be_held
from asynccost.flow.tree import Call, Do
from asynccost.flow.words import chain
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.endless import Owner, cancel_in_the_end, goes_round, owner_of
from asynccost.python.codemod.holders import Holder, hold_by, holder_of
from asynccost.python.codemod.holding import cancels, hold, kept_already, lifelong
from asynccost.python.codemod.home_assistant import held_at_home, home_of, may_last
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.unused import remove_import, used_once
from asynccost.python.reasons import HELD


def fix(finding: Finding, file: File) -> Offer | None:
    """A module's set holds the task until it is done; an object that can end holds and cancels one that never is."""
    site = site_at(file, finding.span)
    if site is None or not _hands_back_a_task(site, finding, file):
        return None
    if asked := gone_before(site):
        return Offer(Safety.DISPLAY_ONLY, asked, lambda: _held(file, site))
    if (work := ends_its_object(site)) is not None:
        reason = f"{site.function.name}() waits for it, as it can: its object is ended when that is over"
        return Offer(Safety.UNSAFE, reason, lambda: _waited_itself(file, site, work))
    if asked := not_to_be_held(site, file):
        return Offer(Safety.DISPLAY_ONLY, asked, lambda: _held(file, site))
    if site.function.is_async and gathers(site, file) and isinstance(site.call.parent, Do):
        reason = "it is waited for, and its errors are heard of; is what follows to wait for it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _waited(file, site))
    if site.function.is_async and gathers(site, file):
        return None  # what it gathers is held by itself, or was
    if (owner := owner_of(site, file)) is not None:
        reason = f"it never ends by itself: the object holds it, and {owner.end.name}() cancels it in mid-work"
        return Offer(Safety.UNSAFE, reason, lambda: _cancelled(file, site, owner))
    if end := ended_by(site, file):
        reason = f"its work, by its name, goes on for as long as the object: is {end}() to cancel it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if goes_round(site, file) and (cog := of_plugin(site)):
        reason = f"it never ends, and {cog} may be unloaded and loaded again: which method is to cancel it then?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if (hass := home_of(site.call)) is not None and goes_round(site, file):
        reason = f"it never ends, and {file.text(hass)} would wait for it as it starts: async_create_background_task()?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if hass is not None and (name := may_last(site, file)):
        asked = f"does {name}() go on for as long as there is a connection?"
        reason = f"{file.text(hass)} would wait for it as it starts: {asked}"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if hass is not None:
        reason = f"{file.text(hass)} holds the tasks that it makes itself, and waits for them as it stops"
        return Offer(Safety.UNSAFE, reason, lambda: held_at_home(file, site, hass))
    kept = kept_already(file, site.function)
    holder = holder_of(file, site.call, site.function)
    if holder is not None and _leaves_out(holder, site, file):
        reason = f"a comment leaves {holder.called}() out, which holds other tasks: what is to hold this one?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    keeper = holder.called if holder is not None and holder.of_object else kept
    if keeper.startswith("self.") and (ends := ends_others(site, file)):
        reason = f"{keeper} holds the object's tasks, and this one calls {ends}(), which may cancel them: itself too?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if holder is not None and (holder.of_object or not kept.startswith("self.")):
        reason = f"{holder.called}() holds it, as it holds other tasks: what it does as they end, it does for this one"
        return Offer(Safety.UNSAFE, reason, lambda: _by_function(file, site, holder))
    if kept and cancels(kept, file) and not goes_round(site, file):
        reason = f"{kept}, which holds other tasks, would hold it as well; it is cancelled in the end: may this one be?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if kept.startswith("self."):
        reason = f"{kept}, which holds other tasks of the object, holds it as well: what ends them ends it"
        return Offer(Safety.UNSAFE, reason, lambda: _held(file, site))
    if not kept and (name := lifelong(file, site)):
        return Offer(Safety.SAFE, "a variable of the module holds the task; nothing else changes",
                     lambda: _named(file, site, name))
    reason = f"{kept}, which holds other tasks of the module, holds it as well until it is done" if kept else HELD
    return Offer(Safety.SAFE, reason, lambda: _held(file, site))


def _leaves_out(holder: Holder, site: Site, file: File) -> bool:
    """Whether the comment above a statement names the function that holds other tasks: it is left out on purpose."""
    layout = layout_of(file)
    start = statement_of(site.call).start
    said = layout.text(layout.with_comments(start), layout.line_start(start))
    name = holder.called.rpartition(".")[2]
    return re.search(rf"\b{re.escape(name)}\b", said) is not None


def _hands_back_a_task(site: Site, finding: Finding, file: File) -> bool:
    """Whether a call hands back a task or future of this event loop."""
    for known, what in spawns(file):
        if known.call is site.call:
            return what != "future"  # of another thread: what it needs is somebody who hears of its error
    return finding.shape.startswith("drops ") and use_of(site.call).kind == "dropped"


def _waited(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    patch.insert(site.call.start, "await ")
    return patch.edits()


def _waited_itself(file: File, site: Site, work: Call) -> Iterator[Edit]:
    """`await f()` for `create_task(f())`."""
    patch, name = Patch(file), chain(site.call.callee)[0]
    patch.replace(site.call.start, work.start, "await ")
    patch.replace(work.end, site.call.end, "")
    if name in file.module.imports and used_once(file, name):
        remove_import(patch, name)
    return patch.edits()


def _named(file: File, site: Site, name: str) -> Iterator[Edit]:
    patch = Patch(file)
    patch.insert(site.call.start, f"{name} = ")
    return patch.edits()


def _cancelled(file: File, site: Site, owner: Owner) -> Iterator[Edit]:
    patch = Patch(file)
    cancel_in_the_end(patch, site, owner)
    return patch.edits()


def _by_function(file: File, site: Site, holder: Holder) -> Iterator[Edit]:
    patch = Patch(file)
    hold_by(patch, site.call, holder)
    return patch.edits()


def _held(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    hold(patch, site.call, site.function)
    return patch.edits()
