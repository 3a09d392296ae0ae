"""dropped-task, fixed in Python: the module holds the task until it is done, or the object until it ends."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above, class_around, statement_of, use_of
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import runs, spawns, work_of
from asynccost.flow.tree import Assign, Await, Call, Do, Function, Member, Name, Try
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.endless import Owner, cancel_in_the_end, goes_round, owner_of
from asynccost.python.codemod.holders import Holder, hold_by, holder_of
from asynccost.python.codemod.holding import cancels, hold, kept_already, lifelong
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.unused import remove_import, used_once
from asynccost.python.reasons import HELD


def fix(finding: Finding, file: File) -> Offer | None:
    """A module's set holds the task until it is done; an object that can end holds and cancels one that never is."""
    site = site_at(file, finding.span)
    if site is None or not _hands_back_a_task(site, finding, file):
        return None
    if _within_del(site.function):
        reason = "its object is gone before it is done: is whoever owns the object to end it, and to wait?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if "unload" in words(site.function.name) and not site.function.is_async:
        reason = f"its module goes with it: is {site.function.name}() to be a coroutine that waits for it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if any(chain(d)[-2:] == ["atexit", "register"] for d in site.function.decorators):
        reason = "the program is about to end, and no event loop may run any more: is it to be waited for before?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if lent := _lent(site):
        reason = f"{lent} is lent to {site.function.name}(), and may be closed before it is done: await in its place?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if (work := _ends_its_object(site)) is not None:
        reason = f"{site.function.name}() waits for it, as it can: its object is ended when that is over"
        return Offer(Safety.UNSAFE, reason, lambda: _waited_itself(file, site, work))
    if _may_be_none(site, file):
        reason = "it may hand back None: is there to be a test of that before it is held?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if _never_waits(site, file):
        reason = "nothing in it waits, so that it is over at once and nobody loses it: is it to be a plain function?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if _is_tried(site, file):
        reason = "what is around it would hear of a failure if it were waited for: await in its place?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if site.function.is_async and _gathers(site, file) and isinstance(site.call.parent, Do):
        reason = "it is waited for, and its errors are heard of; is what follows to wait for it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _waited(file, site))
    if site.function.is_async and _gathers(site, file):
        return None  # what it gathers is held by itself, or was
    if (owner := owner_of(site, file)) is not None:
        reason = f"it never ends by itself: the object holds it, and {owner.end.name}() cancels it in mid-work"
        return Offer(Safety.UNSAFE, reason, lambda: _cancelled(file, site, owner))
    if end := _ended_by(site, file):
        reason = f"its work, by its name, goes on for as long as the object: is {end}() to cancel it?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if goes_round(site, file) and (cog := _of_plugin(site)):
        reason = f"it never ends, and {cog} may be unloaded and loaded again: which method is to cancel it then?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if (hass := _of_home_assistant(site.call)) is not None and goes_round(site, file):
        reason = f"it never ends, and {file.text(hass)} would wait for it as it starts: async_create_background_task()?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if hass is not None and (name := _may_last(site, file)):
        asked = f"does {name}() go on for as long as there is a connection?"
        reason = f"{file.text(hass)} would wait for it as it starts: {asked}"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    if hass is not None:
        reason = f"{file.text(hass)} holds the tasks that it makes itself, and waits for them as it stops"
        return Offer(Safety.UNSAFE, reason, lambda: _by_home_assistant(file, site, hass))
    kept = kept_already(file, site.function)
    holder = holder_of(file, site.call, site.function)
    if holder is not None and _leaves_out(holder, site, file):
        reason = f"a comment leaves {holder.called}() out, which holds other tasks: what is to hold this one?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _held(file, site))
    keeper = holder.called if holder is not None and holder.of_object else kept
    if keeper.startswith("self.") and (ends := _ends_others(site, file)):
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


def _within_del(function: Function | None) -> bool:
    """Whether code runs as an object goes, also within a lambda of it."""
    while function is not None and function.kind == "lambda":
        function = function.scope
    return function is not None and function.name == "__del__"


def _of_plugin(site: Site) -> str:
    """The class around whose objects a bot loads and unloads while it runs: `VoiceLogs(commands.Cog)`; "" for none."""
    cls = class_around(site.function)
    bases = (chain(base.value)[-1] for base in cls.bases) if cls is not None else ()
    return cls.name if cls is not None and any(base.endswith(_PLUGINS) for base in bases) else ""


_PLUGINS = ("Cog", "Plugin", "Extension")
_LENT = frozenset({"session", "conn", "connection", "cursor", "transaction", "tx"})


def _lent(site: Site) -> str:
    """The session or connection of the caller's that a task is given to work with; "" for none."""
    work = work_of(site)
    given = [a.value for a in work.arguments] if isinstance(work, Call) else []
    params = {p.name for p in site.function.params} if site.function.is_async else set()
    names = (n.id for n in given if isinstance(n, Name) and n.id in params)
    return next((name for name in names if not _LENT.isdisjoint(words(name)[-1:])), "")


_SAVES = frozenset({"save", "flush", "persist", "dump", "store", "write"})  # what is lost if nobody waits for it
_LEAVES = frozenset({"unload", "close", "aclose", "stop", "shutdown", "disconnect", "teardown", "aexit"})


def _ends_its_object(site: Site) -> Call | None:
    """`asyncio.create_task(self.session.close())` of an `async def cog_unload()`: the work, which it could wait for."""
    work = work_of(site)
    if not isinstance(work, Call) or len(site.call.arguments) != 1 or not isinstance(site.call.parent, Do):
        return None
    ends = site.function.is_async and not _LEAVES.isdisjoint(words(site.function.name))
    return work if ends and not (_ENDS | _SAVES).isdisjoint(words(chain(work.callee)[-1])) else None


def _may_be_none(site: Site, file: File) -> bool:
    """Whether what hands back a task is annotated to hand back None as well: `-> asyncio.Task | None`."""
    name = chain(site.call.callee)[-1]
    called = local_function(site.call.callee, site.function, file)
    found = [called] if called is not None else [f for f in file.functions if f.name == name]
    said = [file.text(f.returns) for f in found if f.returns is not None]
    return any(re.search(r"\bNone\b(?!\])|\bOptional\b", text) for text in said)


def _never_waits(site: Site, file: File) -> bool:
    """Whether a coroutine of the file runs from its beginning to its end in one step of the event loop."""
    work = runs(file, site)
    if work is None or not work.is_async or work.is_generator:
        return False
    inside = list(walk(*work.body))
    waits = any(isinstance(n, Await) or getattr(n, "is_async", False) for n in inside)
    return not waits and any(isinstance(n, Assign) for n in inside)  # else others may put theirs in its place


def _is_tried(site: Site, file: File) -> bool:
    """Whether a coroutine tries to start tasks and nothing else, and this one is among them or starts where they fail:
    the errors that it is ready for are theirs."""
    started = {id(known.call) for known, _ in spawns(file)}
    tries = (up for up in above(site.call) if isinstance(up, Try) and up.handlers)
    only = (all(isinstance(s, Do) and id(s.value) in started for s in one.body) for one in tries)
    return site.function.is_async and any(only)


def _gathers(site: Site, file: File) -> bool:
    """Whether a call gathers coroutines: most that drop it have forgotten to await it."""
    return any(known.call is site.call and what == "gathering future" for known, what in spawns(file))


_LASTS = frozenset({
    "listen", "serve", "forever", "loop", "watch", "monitor", "poll", "heartbeat", "consume", "worker", "keepalive",
})


def _ended_by(site: Site, file: File) -> str:
    """The method that ends the object of a task whose work is another object's, and lasts by its name; "" for none."""
    cls, work = class_around(site.function), work_of(site)
    names = chain(work.callee) if isinstance(work, Call) else [""]
    if cls is None or names[0] != "self" or len(names) < 3 or _LASTS.isdisjoint(words(names[-1])):
        return ""
    return next((n for n in ends_of(cls, file) if n in cls.methods and cls.methods[n] is not site.function), "")


_ENDS = frozenset({"cancel", "shutdown", "stop", "close", "aclose", "disconnect", "terminate", "teardown", "cleanup"})


def _ends_others(site: Site, file: File) -> str:
    """What the work of a task, or a call of it, is on its object that ends it, and with it the tasks that it holds; ""
    for nothing."""
    work, started = runs(file, site), work_of(site)
    calls = [started] if isinstance(started, Call) else []
    calls += work.index.calls if work is not None and work.index else []
    named = (chain(call.callee) for call in calls if isinstance(call.callee, Member))
    return next((n[-1] for n in named if n[0] == "self" and len(n) == 2 and not _ENDS.isdisjoint(words(n[-1]))), "")


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


def _of_home_assistant(call: Call) -> Member | Name | None:
    """The `hass` of `hass.loop.create_task(f())`; hass.async_create_task() holds what it starts.

    Source: developers.home-assistant.io, "Working with Async".
    """
    callee = call.callee
    loop = callee.value if isinstance(callee, Member) and callee.attr == "create_task" else None
    hass = loop.value if isinstance(loop, Member) and loop.attr == "loop" else None
    plain = len(call.arguments) == 1 and call.arguments[0].keyword is None
    known = isinstance(hass, (Member, Name)) and chain(hass)[-1].lstrip("_") == "hass"
    return hass if plain and known and isinstance(hass, (Member, Name)) else None


_GOES_ON = _LASTS | {"connect", "run", "start", "stream", "subscribe", "receive"}


def _may_last(site: Site, file: File) -> str:
    """What a task runs that this file does not show, and that by its name may go on; "" for anything else."""
    work = work_of(site)
    name = chain(work.callee)[-1] if isinstance(work, Call) else ""
    return name if runs(file, site) is None and not _GOES_ON.isdisjoint(words(name)) else ""


def _by_home_assistant(file: File, site: Site, hass: Member | Name) -> Iterator[Edit]:
    patch = Patch(file)
    patch.replace(hass.end, site.call.callee.end, ".async_create_task")
    return patch.edits()


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
