"""Sends requests that went out alone over a client that is kept: for a loop, for each thread, or for the process."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynccost.flow.file import File, Site
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import Loop, Yield
from asynccost.flow.walk import walk
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.top import define, imports, name_of

_CLIENTS = {"requests": "Session", "niquests": "Session", "httpx": "Client"}
_OF_THE_CLIENT = frozenset({"verify", "cert", "proxy", "proxies", "trust_env", "mounts", "transport"})


@dataclass(slots=True, frozen=True)
class Sent:
    """A request that goes out alone: its library, and the loop before which a client may be made."""

    site: Site
    library: str
    loop: Loop | None

    @property
    def what(self) -> str:
        """What keeps connections in this library."""
        return f"{self.library}.{_CLIENTS[self.library]}"

    @property
    def method(self) -> str:
        """`get` of `requests.get`."""
        return (self.site.name or "").rpartition(".")[2]


def sent(file: File, site: Site) -> Sent | None:
    """A request that a client could send as well; None where it carries what only a client of its own can."""
    library, _, method = (site.name or "").partition(".")
    if library not in _CLIENTS or "." in method:
        return None
    if library == "httpx" and any(a.keyword in _OF_THE_CLIENT or a.star == 2 for a in site.call.arguments):
        return None
    layout = Layout(file.module.source)
    if library not in file.module.imports or library not in file.module.top.bindings or not imports(layout, library):
        return None  # a function, or a `try`, imports it for itself: it may not be installed
    loops = [one for one in work_loops(file, site.call) if isinstance(one, Loop)]
    outer = loops[-1] if loops and len(loops) == len(work_loops(file, site.call)) else None
    if outer is not None and (not _may_wrap(outer, layout) or site.function.is_generator):
        outer = None
    return Sent(site, library, outer)


def _may_wrap(loop: Loop, layout: Layout) -> bool:
    own_lines = layout.begins_line(loop.start) and layout.ends_line(loop.end)
    return own_lines and not any(isinstance(n, Yield) for n in walk(loop))


def left_out(file: File, one: Sent, loop: Loop) -> str:
    """A request of the loop that the loop's client could not send; "" where it can send all."""
    return next((s.name or "" for s in _alike(file, one, loop) if sent(file, s) is None), "")


def outside(file: File, one: Sent, loop: Loop) -> bool:
    """Whether the function sends requests of the same library beside the loop."""
    one_shot = file.knowledge.table("requests")["one_shot"]
    mine = (s for s in file.calls if s.function is one.site.function and not loop.start <= s.call.start < loop.end)
    return any((s.name or "") in one_shot and (s.name or "").startswith(f"{one.library}.") for s in mine)


def _alike(file: File, one: Sent, loop: Loop) -> Iterator[Site]:
    """The requests of the same library that a loop sends alone."""
    for site in file.calls:
        inside = site.function is one.site.function and loop.start <= site.call.start and site.call.end <= loop.end
        name = site.name or ""
        if inside and name in file.knowledge.table("requests")["one_shot"] and name.startswith(f"{one.library}."):
            yield site


def keep(patch: Patch, one: Sent) -> None:
    """Send the request over a kept client."""
    if one.loop is not None:
        _around_loop(patch, one, one.loop)
        return
    getter = f"_get_{one.library}_{_CLIENTS[one.library].lower()}"
    if getter not in patch.file.module.top.bindings:
        _define(patch, one, getter)
    for site in beside(patch.file, one):
        callee, other = site.call.callee, sent(patch.file, site)
        if other is not None:
            patch.replace(callee.start, callee.end, f"{getter}().{other.method}")


def beside(file: File, one: Sent) -> list[Site]:
    """A request, and those of the same library that its function sends alone outside of loops."""
    one_shot = file.knowledge.table("requests")["one_shot"]
    mine = (s for s in file.calls if s.function is one.site.function and (s.name or "").startswith(f"{one.library}."))
    return [s for s in mine if s.call is one.site.call or (s.name in one_shot and not work_loops(file, s.call))]


def _define(patch: Patch, one: Sent, getter: str) -> None:
    made = f"{name_of(patch, one.library)}.{_CLIENTS[one.library]}"
    annotated = any(f.returns is not None for f in patch.file.functions)
    head = f"def {getter}(){f' -> {made}' if annotated else ''}:"
    if one.library == "httpx":
        define(patch, f"@{name_of(patch, 'functools')}.cache", head, f"    return {made}()")
        return
    local = fresh(patch.file, "_local", "_of_thread")
    define(
        patch, f"{local} = {name_of(patch, 'threading')}.local()", "", "", head,
        '    """One for each thread: it is not safe to share between threads."""',
        f'    if not hasattr({local}, "session"):',
        f"        {local}.session = {made}()",
        f"    return {local}.session",
    )


def _around_loop(patch: Patch, one: Sent, loop: Loop) -> None:
    """Open a client before the loop, for every request of this library in it."""
    layout, file = patch.layout, patch.file
    word = _CLIENTS[one.library].lower()
    name = fresh(file, word, f"http_{word}", around=one.site.function)
    indent, unit = layout.indent(loop.start), layout.unit(one.site.function)
    module = name_of(patch, one.library)
    patch.insert_lines(layout.with_comments(loop.start), indent, f"with {module}.{_CLIENTS[one.library]}() as {name}:")
    patch.reindent(layout.with_comments(loop.start), loop.end, indent, indent + unit)
    for site in _alike(file, one, loop):
        if (other := sent(file, site)) is not None:
            patch.replace(site.call.callee.start, site.call.callee.end, f"{name}.{other.method}")
