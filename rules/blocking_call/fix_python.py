"""blocking-call in Python: the coroutine of the same name, or a thread."""

from collections.abc import Iterator

from asynccost.flow.at import site_at
from asynccost.flow.blocking import blocking
from asynccost.flow.file import File, Site
from asynccost.flow.tree import WithItem
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.joining import knows_asyncio
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.threads import await_instead, may_await, plain_callee, to_thread
from asynccost.python.codemod.top import member_of
from asynccost.python.reasons import THREAD

_SLEEP = "other tasks run meanwhile, and what they change is seen after it"
_BOUND = frozenset({"database", "embedded"})  # a session or connection belongs to its thread
_NO_CURE = frozenset({"open", "builtins.open", "io.open", "subprocess.Popen"})  # what they open still blocks when used


def fix(finding: Finding, file: File) -> Offer | None:
    """Wait without stopping the event loop."""
    site = site_at(file, finding.span)
    if site is None or not may_await(site.call, site.function) or not knows_asyncio(file, site.function):
        return None
    if site.name == "time.sleep":
        return Offer(Safety.UNSAFE, _SLEEP, lambda: _asleep(file, site))
    kind = blocking(file).kind(site.name)
    if (kind is not None and kind.name in _BOUND) or site.name in _NO_CURE or not plain_callee(site.call):
        return None
    if isinstance(site.call.parent, WithItem):  # what its block does with it would still block
        return None
    return Offer(Safety.UNSAFE, THREAD, lambda: _in_thread(file, site))


def _asleep(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    await_instead(patch, site.call, member_of(patch, "asyncio", "sleep"))
    return patch.edits()


def _in_thread(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    to_thread(patch, site.call)
    return patch.edits()
