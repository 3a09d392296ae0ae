"""Tasks of Home Assistant, which holds those that it makes itself."""

from collections.abc import Iterator

from asynccost.flow.file import File, Site
from asynccost.flow.tasks.ending import LASTS
from asynccost.flow.tasks.task_helpers import runs, work_of
from asynccost.flow.tree import Call, Member, Name
from asynccost.flow.words import chain, words
from asynccost.model import Edit
from asynccost.python.codemod.patch import Patch

_GOES_ON = LASTS | {"connect", "run", "start", "stream", "subscribe", "receive"}


def home_of(call: Call) -> Member | Name | None:
    """The `hass` of `hass.loop.create_task(f())`; hass.async_create_task() holds what it starts.

    Source: developers.home-assistant.io, "Working with Async".
    """
    callee = call.callee
    loop = callee.value if isinstance(callee, Member) and callee.attr == "create_task" else None
    hass = loop.value if isinstance(loop, Member) and loop.attr == "loop" else None
    plain = len(call.arguments) == 1 and call.arguments[0].keyword is None
    known = isinstance(hass, (Member, Name)) and chain(hass)[-1].lstrip("_") == "hass"
    return hass if plain and known and isinstance(hass, (Member, Name)) else None


def may_last(site: Site, file: File) -> str:
    """What a task runs that this file does not show, and that by its name may go on; "" for anything else."""
    work = work_of(site)
    name = chain(work.callee)[-1] if isinstance(work, Call) else ""
    return name if runs(file, site) is None and not _GOES_ON.isdisjoint(words(name)) else ""


def held_at_home(file: File, site: Site, hass: Member | Name) -> Iterator[Edit]:
    """Let Home Assistant make the task, and hold it."""
    patch = Patch(file)
    patch.replace(hass.end, site.call.callee.end, ".async_create_task")
    return patch.edits()
