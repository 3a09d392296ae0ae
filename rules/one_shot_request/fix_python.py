"""one-shot-request in Python: a client for the loop, for each thread or for the process."""

from collections.abc import Iterator

from asynccost.flow.around import class_around
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.reach import values
from asynccost.flow.sessions.oneshot import address, pauses
from asynccost.flow.tree import Call, Constant, Loop, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.further import asks_further
from asynccost.python.codemod.oneshot import Sent, beside, keep, left_out, outside, sent
from asynccost.python.codemod.patch import Patch


def fix(finding: Finding, file: File) -> Offer | None:
    """Keep a client."""
    site = site_at(file, finding.span)
    one = sent(file, site) if site is not None and not site.function.is_async else None
    if site is None or one is None:
        return None
    who = "the loop" if one.loop is not None else "the process" if one.library == "httpx" else "each thread"
    reason = (
        f"one {one.what} for {who}: its requests share cookies and connections, and tests that replace"
        f" {one.site.name} no longer see them"
    )
    asked = _asked(file, one, one.loop) if one.loop is not None else ""
    if asked:
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: _kept(file, one))
    if one.loop is None and any(a.keyword in ("verify", "cert") for s in beside(file, one) for a in s.call.arguments):
        reason = f"{reason}; whom they trust would be shared as well: is it to be the same for all?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _kept(file, one))
    owner = class_around(site.function) if one.loop is None else None
    if owner is not None:
        reason = f"{reason}; should each {owner.name} rather keep one of its own?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _kept(file, one))
    if who == "each thread":
        reason = f"{reason}; is it sent so often that the connections of a thread pay?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: _kept(file, one))
    return Offer(Safety.UNSAFE, reason, lambda: _kept(file, one))


def _asked(file: File, one: Sent, loop: Loop) -> str:
    """What only somebody who knows the service can say; "" where nothing is asked."""
    if name := left_out(file, one, loop):
        return f"what of {name}() with what only a client of its own can carry?"
    if outside(file, one, loop):
        return f"should what {one.site.function.name}() sends before or after the loop go over it as well?"
    if asks_further(one.site, loop):
        return "the first page is got before it, and is often the only one: should that go over it as well?"
    spelled = _spelled(address(one.site), one.site, file, 2)
    if "http://" in spelled and "https://" not in spelled:
        return "there is no handshake of TLS to save: does the server keep a connection open?"
    if pauses(loop, file) or _is_fed(loop):
        return "does the server keep a connection open for as long as the loop pauses?"
    lines = file.span(loop).end_line - file.span(loop).line
    if lines > _MOVED:
        return f"{lines} lines move in: should the client be handed to a function of one turn instead?"
    return _how_many(one, loop)


_MOVED = 25  # lines of a loop that a with statement around it moves in


def _how_many(one: Sent, loop: Loop) -> str:
    """A question where the turns are those of a parameter, which may hold one thing only; "" where they add up."""
    function = one.site.function
    named = [n.id for n in walk(loop.iter) if isinstance(n, Name)] if loop.iter is not None else []
    params = {p.name for p in function.params}
    behind = walk(*(v for name in named for v in values(name, function) if v is not None))
    handed = (name for name in [*named, *(n.id for n in behind if isinstance(n, Name))] if name in params)
    given = next(handed, "")
    return f"has {given} more than one item as a rule?" if given else ""


def _spelled(expr: Node | None, site: Site, file: File, depth: int) -> str:
    """What an address is made of, as the code spells it; also where names of the function or module stand for parts."""
    if expr is None:
        return ""
    names = [n.id for n in walk(expr) if isinstance(n, Name)] if depth else []
    parts = [v for name in names for scope in (site.function, file.module.top) for v in values(name, scope)]
    return "".join([file.text(expr), *(_spelled(part, site, file, depth - 1) for part in parts)])


_ASKS = frozenset({"input", "prompt", "get_input", "read_input", "readline", "ask"})  # somebody at a terminal


def _is_fed(loop: Loop) -> bool:
    """`while True: item = queue.get()`: nobody knows how long a turn waits for its work."""
    for call in (n for n in walk(*loop.body) if isinstance(n, Call)):
        word = chain(call.callee)[-1]
        if word in _ASKS or (word in ("get", "recv") and not call.arguments and isinstance(call.callee, Member)):
            return isinstance(loop.test, Constant)
    return False


def _kept(file: File, one: Sent) -> Iterator[Edit]:
    patch = Patch(file)
    keep(patch, one)
    return patch.edits()
