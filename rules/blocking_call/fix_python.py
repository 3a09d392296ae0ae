"""blocking-call in Python: the coroutine of the same name, or a thread."""

from collections.abc import Iterator

from asynccost.flow.at import site_at
from asynccost.flow.blocking import blocking
from asynccost.flow.file import File, Site
from asynccost.flow.tree import Member, Name, WithItem
from asynccost.flow.words import chain, words
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.joining import knows_asyncio
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.threads import await_instead, may_await, plain_callee, to_thread
from asynccost.python.codemod.top import member_of
from asynccost.python.codemod.unused import remove_import, used_once
from asynccost.python.reasons import BOUND, THREAD

_SLEEP = "other tasks run meanwhile, and what they change is seen after it"
_BOUND = frozenset({"database", "embedded"})  # a session or connection belongs to its thread
_SESSIONS = frozenset({"session", "connection", "conn", "cursor", "transaction"})
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
    if kind is not None and kind.name == "document" and chain(site.call.callee)[-1][:1].isupper():
        return None  # a reader is made in no time; what reads with it later is what takes its time
    safety, reason = (Safety.DISPLAY_ONLY, BOUND) if _works_on_bound(site) else (Safety.UNSAFE, THREAD)
    return Offer(safety, reason, lambda: _in_thread(file, site))


def _works_on_bound(site: Site) -> bool:
    """Whether a session or connection is handed to what a thread would run, or comes of it, as their names say."""
    given = [chain(a.value)[-1] for a in site.call.arguments if isinstance(a.value, (Name, Member))]
    return any(_SESSIONS & set(words(name)) for name in (*given, chain(site.call.callee)[-1]))


def _asleep(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    await_instead(patch, site.call, member_of(patch, "asyncio", "sleep"))
    if isinstance(site.call.callee, Member) and used_once(file, "time"):
        remove_import(patch, "time")
    return patch.edits()


def _in_thread(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    to_thread(patch, site.call)
    return patch.edits()
