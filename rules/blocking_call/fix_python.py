"""blocking-call in Python: the coroutine of the same name, or a thread."""

import re
from collections.abc import Iterator
from itertools import takewhile

from asynccost.flow.around import above, class_around, loops_around, statement_of
from asynccost.flow.blocking.calls import blocking
from asynccost.flow.blocking.harmless import ThreadHelper, ends_program, handed_over, thread_helper
from asynccost.flow.clients import built
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.intent import documentation
from asynccost.flow.reach import local_function
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Call,
    Constant,
    Expr,
    Function,
    If,
    Loop,
    Member,
    Name,
    Node,
    Other,
    WithItem,
)
from asynccost.flow.walk import walk
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
        if said := _meant(site, file) or _alone(site, file):
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
    if asked := _meant(site, file) or _half(site, name):
        return asked
    if not through and (kept := _keeps_async(site, file)):
        return f"{kept} asks without blocking: is it to ask here as well?"
    if site.name == "urllib.request.urlopen" and not isinstance(site.call.parent, Member):
        return "its body is read later, and that waits as well: is one function to do both in a thread?"
    read = site.call.parent
    if isinstance(read, Member) and read.attr in _BODIES and isinstance(read.parent, Call):
        return f"{read.attr}() would still fetch the rest on the event loop: are both to be one call in a thread?"
    if ends_program(file, site):
        return "the program ends right after it: is anything else to run till then?"
    if _makes_what_lacks(site):
        return "another task may come while it is half there: is it to wait for this one?"
    own = local_function(site.call.callee, site.function, file) if through else None
    if own is not None and own.scope is site.function:
        return f"{name}() works on what is at hand here: may it do so in a thread?"
    if _at_once(site, file):
        return "such a command is over at once: is it worth a thread?"
    if through and any(_is_nothing(a.value) for a in site.call.arguments):
        return f"does {name}() block where it is given nothing?"
    up = site.call.parent.parent if isinstance(site.call.parent, Argument) else None
    if through and isinstance(up, Call) and "maybe" in words(chain(up.callee)[-1]):
        return f"may {name}() be a coroutine, as {chain(up.callee)[-1]}() takes it?"
    if name[:1].isupper() and site.call.arguments:
        return f"is {name}() to be made in a thread, or is what blocks in it better done elsewhere?"
    if inner := _inside(site, file):
        return f"{inner}() would still run on the event loop, before the thread begins: is it to go along?"
    if not called and (other := _wraps_others(file)):
        return f"is {other}(), by which others get into a thread here, to take it?"
    if any(isinstance(up, Other) and up.op == "template" for up in above(site.call)):
        return "would a statement of its own read better than a wait within a text?"
    if isinstance(site.call.parent, (Argument, Member, Other)) and grows_long(file, site.call, called):
        return "would the call, in a statement of its own, read better than one over several lines within another?"
    if "\n" in file.text(site.call) and isinstance(site.call.parent, Member):
        return "would an asynchronous client read better than a call over several lines in parentheses?"
    if through and not _MAKES.isdisjoint(words(name)[:1]):
        return f"is {name}() to run in a thread as a whole, or the call within it that blocks?"
    if len(_steps(site, file)) > 1:
        return "would one function, which takes all these steps in a thread, be better than a thread for each?"
    if _comes_to(site, file, ("chdir", "fchdir", "umask"), 3):
        return f"{name}() changes the working folder of the whole process: may others run meanwhile?"
    if _comes_to(site, file, ("get_event_loop", "run_until_complete"), 3):
        return f"{name}() asks for an event loop, and a thread has none: is it called here as it was meant?"
    return _alone(site, file)


_BODIES = frozenset({"read", "readall", "readlines", "readinto", "content_as_bytes", "content_as_text"})
_BY_HTTP = ("requests.", "niquests.", "httpx.", "urllib.request.", "urllib3.", "http.client.")


def _keeps_async(site: Site, file: File) -> str:
    """The asynchronous HTTP client that the object of a method keeps: `self._session`; "" for none."""
    cls = class_around(site.function)
    if cls is None or not (site.name or "").startswith(_BY_HTTP):
        return ""
    for made, client in built(file):
        up = made.call.parent
        target = up.targets[0] if isinstance(up, Assign) else None
        if client.is_async and client.http and class_around(made.function) is cls and isinstance(target, Member):
            return file.text(target)
    return ""


_BRIEF = re.compile(r"""^(?:\[\s*|\(\s*)?["'](?:mkdir|touch|ls|pwd|echo|whoami|hostname|uname|ln|chmod|rmdir)\b""")


def _at_once(site: Site, file: File) -> bool:
    """Whether a command does next to nothing: `subprocess.run(["mkdir", name])`."""
    given = site.call.arguments[0].value if site.call.arguments else None
    runs = (site.name or "").startswith(("subprocess.", "os.system"))
    return runs and given is not None and _BRIEF.search(file.text(given)) is not None


def _inside(site: Site, file: File) -> str:
    """What an argument calls that blocks, or is of the same object: `self.codes.check(code, self.codes.hash(text))`."""
    of = chain(site.call.callee)[:-1]
    for call in (n for a in site.call.arguments for n in walk(a.value) if isinstance(n, Call)):
        same = len(of) > 1 and chain(call.callee)[:-1] == of
        known = next((s.name for s in file.calls if s.call is call), None)
        if same or blocking(file).kind(known) is not None:
            return chain(call.callee)[-1]
    return ""


_WRAPS = frozenset({"sync", "thread", "threadpool", "asyncify"})


def _wraps_others(file: File) -> str:
    """What makes a coroutine function of one that blocks, elsewhere in the file: `await run_sync(f)(x)`."""
    for site in file.calls:
        made = site.call.callee
        given = made.arguments[0].value if isinstance(made, Call) and len(made.arguments) == 1 else None
        name = chain(made.callee)[-1] if isinstance(made, Call) and isinstance(given, (Name, Member)) else ""
        if isinstance(site.call.parent, Await) and not _WRAPS.isdisjoint(words(name)):
            return name
    return ""


_LOOKS = frozenset({"exists", "is_dir", "is_file", "isdir", "isfile", "which"})


def _makes_what_lacks(site: Site) -> bool:
    """`if not os.path.exists(folder): subprocess.run(...)`: until it is done, nobody else came to ask."""
    below: Node = site.call
    for up in above(site.call):
        if isinstance(up, If) and any(below is s for s in up.body):
            asked = [n for n in walk(up.test) if isinstance(n, Call) and chain(n.callee)[-1] in _LOOKS]
            if any(isinstance(call.parent, Other) and call.parent.op == "not" for call in asked):
                return True
        below = up
    return False


def _comes_to(site: Site, file: File, names: tuple[str, ...], depth: int) -> bool:
    """Whether what is called, or what that calls in the file, calls something of these names."""
    called = local_function(site.call.callee, site.function, file)
    if called is None and site.name:
        called = file.names.function(site.name)
    if called is None or not depth:
        return False
    inner = [s for s in file.calls_of(called) if s.function is not site.function]
    return any(chain(s.call.callee)[-1] in names or _comes_to(s, file, names, depth - 1) for s in inner)


_NEAR = 8  # lines above a call in which a comment may name it
_SAYS = re.compile(
    r"(?i)\bblock(?:s|ed|ing)?\b|\bsynchronous(?:ly)?\b|\bno I/O loop\b|\bon purpose\b|\bdeliberate"
    r"|\binstead of asyncio\b"
)
_HOLDS = frozenset({"suspend", "freeze", "hang", "block", "stall"})


def _meant(site: Site, file: File) -> str:
    """A question where a comment above a call, or what the function says of itself, speaks of blocking."""
    start, source = statement_of(site.call).start, file.module.source
    above = source[: source.rfind(b"\n", 0, start) + 1].decode("utf-8", "replace").splitlines()
    said = [*takewhile(lambda line: line.strip().startswith("#"), reversed(above))]
    name = chain(site.call.callee)[-1]
    said += [line for line in above[-_NEAR:] if line.strip().startswith("#") and name in line]
    said.append(documentation(site.function))
    if not _HOLDS.isdisjoint(words(site.function.name)):
        return f"is {site.function.name}() to hold up everything, as its name has it?"
    return "what is said beside it speaks of blocking: is it meant?" if any(map(_SAYS.search, said)) else ""


_STREAMS = frozenset({"stream", "streaming", "iterator", "gen", "generator"})
_READS = frozenset({"list", "tuple", "sorted", "set", "enumerate", "next", "iter"})


def _half(site: Site, name: str) -> str:
    """A question where what a call gives blocks as well, when it is read or asked: a stream, an object of a service."""
    call, up = site.call, site.call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 else None
    given = target.id if isinstance(target, Name) else ""
    says = any(a.keyword == "stream" and not _is_nothing(a.value) for a in call.arguments)
    if says or not _STREAMS.isdisjoint((*words(name), *words(given))):
        return "what it gives blocks the event loop as it is read: would the asynchronous client do?"
    reader = up.parent if isinstance(up, Argument) else up
    read = isinstance(reader, Call) and chain(reader.callee)[-1] in _READS
    lists = not _LISTS.isdisjoint(words(name)[:1]) and _gone_through(site, given)
    if read or lists or (isinstance(reader, Loop) and reader.iter is call):
        return f"does {name}() do its work as what it gives is read? Then that belongs into the thread too"
    if "client" in words(name)[1:] and words(name)[0] in ("get", "create", "make"):
        return f"does {name}() ask anybody, or only make the client?"
    if (site.name or "").startswith(_OBJECTS) and given:
        calls = site.function.index.calls if site.function.index else []
        if any(isinstance(c.callee, Member) and chain(c.callee)[0] == given for c in calls):
            return f"{given} asks the service again when its methods are called: are they to go into the thread too?"
    return ""


_LISTS = frozenset({"list", "iter", "iterate", "scan", "paginate", "walk"})  # what many SDKs fetch page by page


def _gone_through(site: Site, given: str) -> bool:
    """Whether a loop goes through what a name holds."""
    loops = site.function.index.loops if site.function.index else []
    through = [loop.iter if isinstance(loop, Loop) else loop.clauses[0].iter for loop in loops]
    return bool(given) and any(isinstance(one, Name) and one.id == given for one in through)


_OBJECTS = ("github.", "gitlab.", "jira.", "boto3.resource", "docker.", "praw.", "google.cloud.bigquery.")


def _is_nothing(value: Expr) -> bool:
    return isinstance(value, Constant) and (value.value is None or value.value is False)


def _steps(site: Site, file: File) -> list[Site]:
    """The blocking calls that a function makes on one local object, this one among them."""
    root = chain(site.call.callee)[0]
    if not isinstance(site.call.callee, Member) or root in ("self", "cls") or root not in site.function.bindings:
        return []
    if any(p.name == root for p in site.function.params):
        return []
    blocks = [s for s in file.calls_of(site.function) if blocking(file).kind(s.name) is not None]
    return [s for s in blocks if isinstance(s.call.callee, Member) and chain(s.call.callee)[0] == root]


def _alone(site: Site, file: File) -> str:
    """A question before the first await of the coroutine with which a program, or a thread of its own, runs its event
    loop, and where that one waits for one thing after the other; "" elsewhere."""
    index = site.function.index
    first = index is not None and not any(wait.start < site.call.start for wait in index.awaits)
    for runner in file.calls:
        if chain(runner.call.callee)[-1] in ("run", "run_until_complete") and runner.call.arguments:
            made = runner.call.arguments[0].value
            begun = local_function(made.callee, runner.function, file) if isinstance(made, Call) else None
            if begun is None:
                continue
            if first and begun is site.function:
                return "nothing else runs yet on this event loop: is it worth a change?"
            if not _AT_ONCE.search(file.module.source) and _waits_for(begun, site.function, file, 4):
                return f"does anything else run on the event loop of {begun.name}(), which waits for one at a time?"
    return ""


_AT_ONCE = re.compile(
    rb"create_task|ensure_future|gather|TaskGroup|start_soon|start_server|as_completed|asyncio\.wait\b|add_signal_handler"
    rb"|add_reader|call_later|call_soon|Scheduler|websockets|aiohttp\.web|FastAPI|Starlette|telegram|discord|Dispatcher"
    rb"|run_polling|start_polling|serve\("
)


def _waits_for(function: Function, wanted: Function, file: File, depth: int) -> bool:
    """Whether a coroutine waits for another, itself or by what it waits for in the same file."""
    awaits = function.index.awaits if function.index else []
    called = [local_function(w.value.callee, function, file) for w in awaits if isinstance(w.value, Call)]
    if any(one is wanted for one in called):
        return True
    return depth > 0 and any(one is not None and one is not function and _waits_for(one, wanted, file, depth - 1)
                             for one in called)


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
