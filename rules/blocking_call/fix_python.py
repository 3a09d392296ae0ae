"""blocking-call in Python: the coroutine of the same name, or a thread."""

from collections.abc import Iterator

from asynccost.flow.around import above, loops_around
from asynccost.flow.blocking.beside import (
    blocks_inside,
    comes_to,
    keeps_async,
    makes_what_lacks,
    over_at_once,
    steps,
    wraps_others,
)
from asynccost.flow.blocking.calls import blocking
from asynccost.flow.blocking.half_done import half_done, is_nothing
from asynccost.flow.blocking.harmless import ThreadHelper, ends_program, handed_over, thread_helper
from asynccost.flow.blocking.purpose import alone, meant
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Argument, Call, Function, Member, Name, Other, WithItem
from asynccost.flow.words import chain, words
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.annotating import oldest
from asynccost.python.codemod.joining import knows_asyncio
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.plain_handler import could_be_plain, make_plain
from asynccost.python.codemod.threads import await_instead, grows_long, may_await, plain_callee, to_thread
from asynccost.python.codemod.top import member_of
from asynccost.python.codemod.unused import remove_import, remove_local_import, used_once
from asynccost.python.reasons import BOUND, PLAIN, THREAD

_SLEEP = "other tasks run meanwhile, and what they change is seen after it"
_BOUND = frozenset({"database", "embedded"})  # a session or connection belongs to its thread
_SESSIONS = frozenset({"session", "connection", "conn", "cursor", "transaction"})
_STEPWISE = ("smtplib.", "imaplib.", "ftplib.", "poplib.", "telnetlib.", "nntplib.")  # one call of many on a connection
_MAKES = frozenset({"construct", "build", "make", "create", "from", "new", "init", "setup", "configure", "prepare",
                    "ensure", "initialize", "initialise", "load", "install", "discover", "register", "boot", "start"})
_NO_CURE = frozenset({"open", "builtins.open", "io.open", "subprocess.Popen"})  # what they open still blocks when used
_TO_THREAD = (3, 9)  # asyncio.to_thread, added in that version


def fix(finding: Finding, file: File) -> Offer | None:
    """Wait without stopping the event loop."""
    site = site_at(file, finding.span)
    looped = site is not None and bool(loops_around(site.call))  # its turns may go side by side, each in a thread
    if site is not None and not looped and site.name != "time.sleep" and could_be_plain(site.function, file):
        return Offer(Safety.UNSAFE, PLAIN, lambda: _as_plain(file, site.function))
    if site is None or not may_await(site.call, site.function) or not knows_asyncio(file, site.function):
        return None
    if site.name == "time.sleep":
        if said := meant(site, file) or alone(site, file):
            return Offer(Safety.DISPLAY_ONLY, f"{_SLEEP}; {said}", lambda: _asleep(file, site))
        return Offer(Safety.UNSAFE, _SLEEP, lambda: _asleep(file, site))
    kind = blocking(file).kind(site.name)
    if (kind is not None and kind.name in _BOUND) or site.name in _NO_CURE or not plain_callee(site.call):
        return None
    if isinstance(site.call.parent, WithItem) or (site.name or "").startswith(_STEPWISE):  # what follows would block
        return None
    if _is_started(site) or ((site.name or "").startswith("twilio.") and isinstance(site.call.parent, Member)):
        return None  # `client.calls(sid).update()` asks with its last part
    if kind is not None and kind.name == "document" and chain(site.call.callee)[-1][:1].isupper():
        return None  # a reader is made in no time; what reads with it later is what takes its time
    helper = thread_helper(file, site.function)
    named = any(a.keyword or a.star == 2 for a in site.call.arguments)
    if helper is not None and named and not helper.keywords:
        asked = f"does {helper.called}(), by which others get into a thread here, hand keywords on?"
        return Offer(Safety.DISPLAY_ONLY, f"{THREAD}; {asked}", lambda: _in_thread(file, site, helper))
    if helper is None and (old := oldest(file)) is not None and old < _TO_THREAD:
        asked = f"asyncio.to_thread() is of Python 3.9, and this project runs on {old[0]}.{old[1]}: does it still?"
        return Offer(Safety.DISPLAY_ONLY, f"{THREAD}; {asked}", lambda: _in_thread(file, site, helper))
    if _works_on_bound(site):
        return Offer(Safety.DISPLAY_ONLY, BOUND, lambda: _in_thread(file, site, helper))
    if asked := _question(site, file, helper.called if helper is not None else "", through=kind is None):
        return Offer(Safety.DISPLAY_ONLY, f"{THREAD}; {asked}", lambda: _in_thread(file, site, helper))
    return Offer(Safety.UNSAFE, THREAD, lambda: _in_thread(file, site, helper))


def _is_started(site: Site) -> bool:
    """Whether what starts tasks takes a call's answer, in the belief that it is a coroutine."""
    up = site.call.parent.parent if isinstance(site.call.parent, Argument) else None
    return isinstance(up, Call) and chain(up.callee)[-1] in ("create_task", "ensure_future", "gather", "wait_for")


def _question(site: Site, file: File, called: str, *, through: bool) -> str:
    """What only somebody who knows the code can say; "" where nothing is asked."""
    name = chain(site.call.callee)[-1]
    if handed_over(file, site.function, file.text(site.call.callee)):
        return f"{name}() is handed to a thread beside it: is it called here by itself on purpose?"
    if asked := meant(site, file) or half_done(site, name):
        return asked
    if not through and (kept := keeps_async(site, file)):
        return f"{kept} asks without blocking: is it to ask here as well?"
    if site.name == "urllib.request.urlopen" and not isinstance(site.call.parent, Member):
        return "its body is read later, and that waits as well: is one function to do both in a thread?"
    read = site.call.parent
    if isinstance(read, Member) and read.attr in _BODIES and isinstance(read.parent, Call):
        return f"{read.attr}() would still fetch the rest on the event loop: are both to be one call in a thread?"
    if ends_program(file, site):
        return "the program ends right after it: is anything else to run till then?"
    if makes_what_lacks(site):
        return "another task may come while it is half there: is it to wait for this one?"
    own = local_function(site.call.callee, site.function, file) if through else None
    if own is not None and own.scope is site.function:
        return f"{name}() works on what is at hand here: may it do so in a thread?"
    if over_at_once(site, file):
        return "such a command is over at once: is it worth a thread?"
    if through and any(is_nothing(a.value) for a in site.call.arguments):
        return f"does {name}() block where it is given nothing?"
    up = site.call.parent.parent if isinstance(site.call.parent, Argument) else None
    if through and isinstance(up, Call) and "maybe" in words(chain(up.callee)[-1]):
        return f"may {name}() be a coroutine, as {chain(up.callee)[-1]}() takes it?"
    if name[:1].isupper() and site.call.arguments:
        return f"is {name}() to be made in a thread, or is what blocks in it better done elsewhere?"
    if inner := blocks_inside(site, file):
        return f"{inner}() would still run on the event loop, before the thread begins: is it to go along?"
    if not called and (other := wraps_others(file)):
        return f"is {other}(), by which others get into a thread here, to take it?"
    if any(isinstance(up, Other) and up.op == "template" for up in above(site.call)):
        return "would a statement of its own read better than a wait within a text?"
    if isinstance(site.call.parent, (Argument, Member, Other)) and grows_long(file, site.call, called):
        return "would the call, in a statement of its own, read better than one over several lines within another?"
    if "\n" in file.text(site.call) and isinstance(site.call.parent, Member):
        return "would an asynchronous client read better than a call over several lines in parentheses?"
    if through and not _MAKES.isdisjoint(words(name)[:1]):
        return f"is {name}() to run in a thread as a whole, or the call within it that blocks?"
    if len(steps(site, file)) > 1:
        return "would one function, which takes all these steps in a thread, be better than a thread for each?"
    if comes_to(site, file, ("chdir", "fchdir", "umask"), 3):
        return f"{name}() changes the working folder of the whole process: may others run meanwhile?"
    if comes_to(site, file, ("get_event_loop", "run_until_complete"), 3):
        return f"{name}() asks for an event loop, and a thread has none: is it called here as it was meant?"
    return alone(site, file)


_BODIES = frozenset({"read", "readall", "readlines", "readinto", "content_as_bytes", "content_as_text"})


def _works_on_bound(site: Site) -> bool:
    """Whether a session or connection is handed to what a thread would run, or comes of it, as their names say."""
    given = [chain(a.value)[-1] for a in site.call.arguments if isinstance(a.value, (Name, Member))]
    return any(_SESSIONS & set(words(name)) for name in (*given, chain(site.call.callee)[-1]))


def _as_plain(file: File, function: Function) -> Iterator[Edit]:
    patch = Patch(file)
    make_plain(patch, function)
    return patch.edits()


def _asleep(file: File, site: Site) -> Iterator[Edit]:
    patch = Patch(file)
    await_instead(patch, site.call, member_of(patch, "asyncio", "sleep"))
    name = chain(site.call.callee)[0]
    if not remove_local_import(patch, name, site.call.start) and used_once(file, name):
        remove_import(patch, name)
    return patch.edits()


def _in_thread(file: File, site: Site, helper: ThreadHelper | None) -> Iterator[Edit]:
    patch = Patch(file)
    to_thread(patch, site.call, helper.called if helper is not None else "")
    return patch.edits()
