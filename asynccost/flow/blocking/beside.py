"""What stands beside a call that blocks and has a say in whether a thread is to take it."""

import re

from asynccost.flow.around import above, class_around
from asynccost.flow.blocking.calls import blocking
from asynccost.flow.clients import built
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Assign, Await, Call, If, Member, Name, Node, Other
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_BY_HTTP = ("requests.", "niquests.", "httpx.", "urllib.request.", "urllib3.", "http.client.")


def keeps_async(site: Site, file: File) -> str:
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


_WRAPS = frozenset({"sync", "thread", "threadpool", "asyncify"})


def wraps_others(file: File) -> str:
    """What makes a coroutine function of one that blocks, elsewhere in the file: `await run_sync(f)(x)`."""
    for site in file.calls:
        made = site.call.callee
        given = made.arguments[0].value if isinstance(made, Call) and len(made.arguments) == 1 else None
        name = chain(made.callee)[-1] if isinstance(made, Call) and isinstance(given, (Name, Member)) else ""
        if isinstance(site.call.parent, Await) and not _WRAPS.isdisjoint(words(name)):
            return name
    return ""


_BRIEF = re.compile(r"""^(?:\[\s*|\(\s*)?["'](?:mkdir|touch|ls|pwd|echo|whoami|hostname|uname|ln|chmod|rmdir)\b""")


def over_at_once(site: Site, file: File) -> bool:
    """Whether a command does next to nothing: `subprocess.run(["mkdir", name])`."""
    given = site.call.arguments[0].value if site.call.arguments else None
    runs = (site.name or "").startswith(("subprocess.", "os.system"))
    return runs and given is not None and _BRIEF.search(file.text(given)) is not None


def blocks_inside(site: Site, file: File) -> str:
    """What an argument calls that blocks, or is of the same object: `self.codes.check(code, self.codes.hash(text))`."""
    of = chain(site.call.callee)[:-1]
    for call in (n for a in site.call.arguments for n in walk(a.value) if isinstance(n, Call)):
        same = len(of) > 1 and chain(call.callee)[:-1] == of
        known = next((s.name for s in file.calls if s.call is call), None)
        if same or blocking(file).kind(known) is not None:
            return chain(call.callee)[-1]
    return ""


_LOOKS = frozenset({"exists", "is_dir", "is_file", "isdir", "isfile", "which"})


def makes_what_lacks(site: Site) -> bool:
    """`if not os.path.exists(folder): subprocess.run(...)`: until it is done, nobody else came to ask."""
    below: Node = site.call
    for up in above(site.call):
        if isinstance(up, If) and any(below is s for s in up.body):
            asked = [n for n in walk(up.test) if isinstance(n, Call) and chain(n.callee)[-1] in _LOOKS]
            if any(isinstance(call.parent, Other) and call.parent.op == "not" for call in asked):
                return True
        below = up
    return False


def comes_to(site: Site, file: File, names: tuple[str, ...], depth: int) -> bool:
    """Whether what is called, or what that calls in the file, calls something of these names."""
    called = local_function(site.call.callee, site.function, file)
    if called is None and site.name:
        called = file.names.function(site.name)
    if called is None or not depth:
        return False
    inner = [s for s in file.calls_of(called) if s.function is not site.function]
    return any(chain(s.call.callee)[-1] in names or comes_to(s, file, names, depth - 1) for s in inner)


def steps(site: Site, file: File) -> list[Site]:
    """The blocking calls that a function makes on one local object, this one among them."""
    root = chain(site.call.callee)[0]
    if not isinstance(site.call.callee, Member) or root in ("self", "cls") or root not in site.function.bindings:
        return []
    if any(p.name == root for p in site.function.params):
        return []
    blocks = [s for s in file.calls_of(site.function) if blocking(file).kind(s.name) is not None]
    return [s for s in blocks if isinstance(s.call.callee, Member) and chain(s.call.callee)[0] == root]
