"""Why a blocking call in a coroutine harms nobody: it is short, it runs elsewhere, or its author says so.

A file's own way to run a plain function in a thread: what it awaits for others already.
"""

import re
from collections import Counter
from dataclasses import dataclass

from asynccost.flow.around import above, class_around, loops_around
from asynccost.flow.blocking.calls import Kind
from asynccost.flow.file import File, Site
from asynccost.flow.intent import waived
from asynccost.flow.reach import binder
from asynccost.flow.tree import Await, Call, Closure, Collection, Constant, Expr, Function, If, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, last_word, words

_CODES = ("ASYNC2", "ASYNC100", "ASYNC101", "ASYNC102")  # the last three as ruff numbered blocking calls before 0.5
_SYSTEMS = ("win32", "windows", "darwin", "macos", '"nt"', "'nt'")
_OF_NUMBERS = frozenset({"AI_PASSIVE", "AI_NUMERICHOST"})
_PATIENT = 10  # seconds
_LEAVES = frozenset({"sys.exit", "os._exit", "os.execv", "os.execl", "os.execve", "os.execvp", "quit", "exit"})
_NEAR = 900  # bytes of a function before a call that still speak of it
_MEANT = re.compile(
    rb"(?:deliberately|intentionally|purposely)[^\n]{0,20}\bblock\w*[^\n]*"
    rb"|\bblock(?:s|ing)?\b[^\n]{0,30}(?:on purpose|deliberate|intentional|by design)\w*",
    re.I,
)
_ENDS_ITSELF = re.compile(rb"\bkill\b[^\n]*\bgetpid\(\)")
_PROBES = ("--version", "-version", "-V", "-v", "--help", "version")


def probed(call: Call, kind: Kind) -> Kind:
    """`run(["node", "--version"])` is answered in milliseconds."""
    first = call.arguments[0].value if call.arguments and kind.name == "process" else None
    parts = first.items if isinstance(first, Collection) else [first]
    said = [p.value for p in parts if isinstance(p, Constant) and isinstance(p.value, str)]
    asks = (said and (said[-1].split() or [""])[-1] in _PROBES) or said[:1] in (["which"], ["where"], ["where.exe"])
    return Kind(kind.name, kind.does + " (if only for a version or a name)", "low") if asks else kind


def asks_nobody(file: File, site: Site, kind: Kind) -> Kind:
    """`getaddrinfo(host, 0, ..., AI_PASSIVE)` is for an address to bind to, AI_NUMERICHOST for one that is known."""
    if kind.name != "network" or not any(_says_flag(file, a.value) for a in site.call.arguments):
        return kind
    return Kind(kind.name, kind.does + " (if only for an address of its own, or one in numbers)", "low")


def _says_flag(file: File, given: Expr) -> bool:
    top = file.module.top.index
    values = top.bound.get(given.id, []) if isinstance(given, Name) and top is not None else [given]
    parts = (node for value in values if value is not None for node in walk(value) if isinstance(node, (Name, Member)))
    return not _OF_NUMBERS.isdisjoint(chain(node)[-1] for node in parts)


def told_to_end(file: File, site: Site, kind: Kind) -> Kind:
    """`p.terminate()`, or another signal, before `p.wait(timeout=5)`: most processes end at once, and the others are
    waited for so long."""
    if kind.name != "process" or not awaits_the_end(file, site):
        return kind
    return Kind(kind.name, kind.does + " (if only till one has ended that was told to)", "low")


def awaits_the_end(file: File, site: Site) -> bool:
    """Whether a call is `p.wait(timeout=5)` after `p.terminate()`."""
    callee = site.call.callee
    given = next((a.value for a in site.call.arguments if a.keyword == "timeout"), None)
    bound = given.value if isinstance(given, Constant) else None
    if not isinstance(callee, Member) or callee.attr != "wait" or not isinstance(bound, (int, float)):
        return False
    return bound <= _PATIENT and _after(file, site, callee, ("terminate", "send_signal"), b"")


def harmless(file: File, site: Site, kind: Kind) -> str:
    """Why a blocking call is left alone, or nothing."""
    if waived(file, site.call, _CODES):
        return "a noqa comment says so"
    if _elsewhere(file, site.call):
        return "it runs on Windows or macOS only"
    if kind.name == "process" and _just_killed(file, site):
        return "the process was killed just before, so that it ends at once"
    if kind.name == "process" and _ENDS_ITSELF.search(file.module.source, site.call.start, site.call.end):
        return "it ends this very process"
    if kind.name == "process" and _has_ended(file, site):
        return "the process has ended already"
    if kind.name == "http" and isinstance(site.call.callee, Member) and site.call.callee.attr == "close":
        return "closing a client sends nothing and waits for nobody"  # ruff's ASYNC212 counts every method
    first = site.call.arguments[0].value if site.call.arguments else None
    parses = kind.name == "http" and (site.name or "").endswith(".parse")
    if parses and not isinstance(first, Constant) and not _is_address(first):
        return "it is given text, not an address"
    seconds = first.value if isinstance(first, Constant) else None
    if kind.name == "sleep" and isinstance(seconds, (int, float)) and seconds <= 0.01:
        return "it sleeps for no more than a hundredth of a second"
    if kind.name == "sleep" and ends_program(file, site):
        return "the program ends right after it"
    if (site.name or "").endswith("VideoCapture().read") and not loops_around(site.call):
        return "one frame is decoded in milliseconds"
    if said := _on_purpose(file, site):
        return f"its author says that it is meant to block: {said}"
    return ""


def ends_program(file: File, site: Site) -> bool:
    """Whether the function that waits leaves the program, or puts another in its place, without a condition."""
    later = (one for one in file.calls_of(site.function) if one.call.start > site.call.start)
    return any(_leaves(file, one) and _tests(one.call) == _tests(site.call) for one in later)


def _leaves(file: File, site: Site) -> bool:
    return site.name in _LEAVES or bool(_ENDS_ITSELF.search(file.module.source, site.call.start, site.call.end))


def _tests(call: Call) -> list[Node]:
    """The conditions that a call stands under."""
    return [up for up in above(call) if isinstance(up, If)]


def _on_purpose(file: File, site: Site) -> str:
    """What a comment or the docstring before a call says of it, where that is that it blocks on purpose."""
    source = file.module.source
    begin = max(site.function.start, site.call.start - _NEAR)
    found = _MEANT.search(source, begin, site.call.start)
    return found[0].decode("utf-8", "replace").strip() if found else ""


def _just_killed(file: File, site: Site) -> bool:
    """Whether `p.wait()` or `p.communicate()` follows `p.kill()`."""
    callee = site.call.callee
    ends = isinstance(callee, Member) and callee.attr in ("wait", "communicate")
    return ends and isinstance(callee, Member) and _after(file, site, callee, ("kill",), b"SIGKILL")


def _after(file: File, site: Site, wait: Member, ways: tuple[str, ...], signal: bytes) -> bool:
    """Whether the process that is waited for was told to end before, in one of these ways or by such a signal."""
    process, source = file.text(wait.value), file.module.source
    for call in site.function.index.calls if site.function.index else ():
        callee = call.callee
        if call.end > site.call.start or not isinstance(callee, Member):
            continue
        text = source[call.start : call.end]
        sent = callee.attr in ("kill", "killpg") and process.encode() in text and signal in text
        if sent or (callee.attr in ways and file.text(callee.value) == process):
            return True
    return False


def _has_ended(file: File, site: Site) -> bool:
    """Whether `p.communicate()` stands under `if p.poll() is not None`."""
    callee = site.call.callee
    if not isinstance(callee, Member) or callee.attr not in ("communicate", "wait"):
        return False
    asked = f"{file.text(callee.value)}.poll() is not None"
    below: Node = site.call
    for up in above(site.call):
        if isinstance(up, If) and any(below is s for s in up.body) and file.text(up.test).startswith(asked):
            return True
        below = up
    return False


def _elsewhere(file: File, call: Call) -> bool:
    """Whether a call stands under a test for a system that servers seldom run."""
    below: Node = call
    for up in above(call):
        if isinstance(up, If) and any(below is s for s in up.body):
            test = file.text(up.test).lower()
            if any(w in test for w in _SYSTEMS) and "!=" not in test and "not " not in test:
                return True
        below = up
    return False


def _is_address(node: Node | None) -> bool:
    name = last_word(node)
    return any(w in ("url", "uri", "link", "feed", "href", "address") for w in words(name))


_SAYS = frozenset({"thread", "threads", "threadpool", "executor"})
_CALLED = frozenset({"call_sync_from_async", "run_blocking", "run_sync_in_worker_thread"})
_TEXTS = (b"thread", b"executor", *(name.encode() for name in _CALLED))  # one of them is in each such name
_STANDARD = ("asyncio.to_thread",)
_NOT_PLAIN = frozenset({"gather", "wait", "wait_for", "shield", "submit", "result"})
_WITH_KEYWORDS = frozenset({"starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool"})


@dataclass(slots=True, frozen=True)
class ThreadHelper:
    """How it is called (`run_in_threadpool`, `self._in_thread`), and whether it is seen to hand keywords on."""

    called: str
    keywords: bool


def thread_helper(file: File, function: Function) -> ThreadHelper | None:
    """The helper that a function could call, the one that the file awaits most often; None where it has none."""
    found: Counter[str] = Counter()
    keywords: set[str] = set()
    for site in file.calls:
        call = site.call
        first = call.arguments[0].value if call.arguments else None
        if not isinstance(call.parent, Await) or not isinstance(first, (Name, Member, Closure)):
            continue
        if site.name in _STANDARD or not _says_thread(call) or not _can_call(call, site.function, function, file):
            continue
        called = file.text(call.callee)
        found[called] += 1
        if site.name in _WITH_KEYWORDS or any(a.keyword for a in call.arguments):
            keywords.add(called)
    if not found:
        return None
    called = found.most_common(1)[0][0]
    return ThreadHelper(called, called in keywords)


def handed_over(file: File, function: Function, callee: str) -> bool:
    """Whether a function hands the very same callee to a thread elsewhere: the call beside it is meant to be direct."""
    for call in function.index.calls if function.index else ():
        names = (chain(call.callee)[-1], *(word for word in words(chain(call.callee)[-1])))
        given = [file.text(a.value) for a in call.arguments if isinstance(a.value, (Name, Member))]
        if callee in given and ("to_thread" in names or not _SAYS.isdisjoint(names)):
            return True
    return False


def ways(file: File) -> list[str]:
    """The functions, of other modules or its own, by which a file gets plain functions into a thread, resolved."""
    found, source = set(), file.module.source
    for site in file.calls_if(lambda f: any(source.find(word, f.start, f.end) >= 0 for word in _TEXTS)):
        first = site.call.arguments[0].value if site.call.arguments else None
        awaited = isinstance(site.call.parent, Await) and isinstance(first, (Name, Member, Closure))
        own = site.name is not None and site.name.partition(".")[0] not in ("asyncio", "anyio", "trio", "self")
        if awaited and own and site.name is not None and "()" not in site.name and _says_thread(site.call):
            found.add(site.name)
    return sorted(found)


def _says_thread(call: Call) -> bool:
    names = [n for n in chain(call.callee) if n]
    if not names or names[-1] in _NOT_PLAIN or names[-1] == "run_in_executor":
        return False
    said = words(names[-1])
    if names[-1] in _CALLED:
        return True
    return not _SAYS.isdisjoint(said) or (len(names) > 1 and names[-2:] == ["to_thread", "run_sync"])


def _can_call(call: Call, there: Function, here: Function, file: File) -> bool:
    """Whether a function can name the helper as another does: it is the module's, or of the same object."""
    root = chain(call.callee)[0]
    if root == "self":
        scope = binder("self", here)
        return scope is not None and scope.owner is class_around(there) and class_around(here) is class_around(there)
    names = (file.module.top.bindings, file.module.imports)
    return bool(root) and any(root in known for known in names) and binder(root, here) in (None, file.module.top)
