"""dropped-task, fixed in Python: the module holds the task until it is done."""

from collections.abc import Iterator

from asynccost.flow.at import site_at
from asynccost.flow.file import File, Site
from asynccost.flow.spawns import spawns
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.holding import hold
from asynccost.python.codemod.patch import Patch
from asynccost.python.reasons import HELD


def fix(finding: Finding, file: File) -> Offer | None:
    """A module's set holds the task, and lets it go when it is done."""
    site = site_at(file, finding.span)
    if site is None or not _hands_back_a_task(site, file):
        return None
    return Offer(Safety.SAFE, HELD, lambda: _held(file, site))


def _hands_back_a_task(site: Site, file: File) -> bool:
    """Whether a call hands back a task or future of this event loop; that of another thread needs somebody who hears of
    its error."""
    return any(known.call is site.call and what != "future" for known, what in spawns(file))


def _held(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    hold(patch, site.call, site.function)
    return patch.edits()
