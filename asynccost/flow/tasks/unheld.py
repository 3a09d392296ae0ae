"""Calls that start a task which is not to be held as it is: it is over at once, or should be waited for."""

import re

from asynccost.flow.around import above
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.task_helpers import runs, spawns
from asynccost.flow.tree import Assign, Await, Do, Try
from asynccost.flow.walk import walk
from asynccost.flow.words import chain


def not_to_be_held(site: Site, file: File) -> str:
    """A question where holding a task is hardly what is wanted; "" elsewhere."""
    if _may_be_none(site, file):
        return "it may hand back None: is there to be a test of that before it is held?"
    if _never_waits(site, file):
        return "nothing in it waits, so that it is over at once and nobody loses it: is it to be a plain function?"
    if _is_tried(site, file):
        return "what is around it would hear of a failure if it were waited for: await in its place?"
    return ""


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


def gathers(site: Site, file: File) -> bool:
    """Whether a call gathers coroutines: most that drop it have forgotten to await it."""
    return any(known.call is site.call and what == "gathering future" for known, what in spawns(file))
