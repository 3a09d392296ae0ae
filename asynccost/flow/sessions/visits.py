"""A session that is one visit to a site: its requests build on each other, and it carries the cookies between them.

A session that is somebody else each time: a user agent drawn by lot, another proxy.
"""

import re

from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.sessions.meant import comments
from asynccost.flow.tree import Argument, Assign, Call, Function, Loop, Member, Name, Node, Subscript
from asynccost.flow.walk import walk


def is_one_visit(function: Function, life: Life) -> bool:
    """Whether a later request of a session sends what an earlier one answered."""
    asked = sorted({id(c): c for read in life.reads if (c := _asks(read)) is not None}.values(), key=lambda c: c.start)
    return any(_uses(later, earlier, function) for at, later in enumerate(asked) for earlier in asked[:at])


def _asks(read: Name) -> Call | None:
    """The request that a read of a session is for: `session.get(url)`, `token_of(session)`."""
    up = read.parent
    call = up.parent if isinstance(up, (Member, Argument)) else None
    if not isinstance(call, Call) or not call.arguments:
        return None
    return call if isinstance(up, Argument) or call.callee is up else None


def _uses(later: Call, earlier: Call, function: Function) -> bool:
    """Whether the arguments of a call come, over the names of its function, of what an earlier one answered."""
    todo: list[Node] = list(later.arguments)
    seen: set[str] = set()
    while todo:
        for node in walk(todo.pop()):
            if node is earlier:
                return True
            own = isinstance(node, Member) and isinstance(node.value, Name) and node.value.id == "self"
            name = f"self.{node.attr}" if own and isinstance(node, Member) else getattr(node, "id", "")
            if name and name not in seen:
                seen.add(name)
                todo += [value for value in _values(name, function) if value.start < later.start]
    return False


def _values(name: str, function: Function) -> list[Node]:
    """What a name, or an attribute of the object, was assigned in a function; what a loop goes through for it."""
    if function.index is None:
        return []
    if name.startswith("self."):
        kept = [a for a in function.index.assigns if isinstance(a, Assign) and a.value is not None]
        return [a.value for a in kept if a.value and any(getattr(t, "attr", "") == name[5:] for t in a.targets)]
    found: list[Node] = [value for value in function.index.bound.get(name, ()) if value is not None]
    loops = [loop for loop in function.index.loops if isinstance(loop, Loop) and loop.iter is not None]
    return found + [loop.iter for loop in loops if loop.iter and name in {n.id for n in _names(loop.target)}]


def _names(target: Node | None) -> list[Name]:
    return [n for n in walk(target) if isinstance(n, Name)] if target is not None else []


_COOKIES = re.compile(r"\bcookies?\b", re.I)


def keeps_cookies(file: File, site: Site) -> bool:
    """`# a session, for its cookies`: whether a comment at the place says that it is one visit to a site."""
    return _COOKIES.search(comments(file, site)) is not None


_LOT = re.compile(r"random|\bchoice\(|rotat|fake_?u", re.I)


def is_somebody_else(file: File, site: Site, life: Life) -> bool:
    """`session.headers["User-Agent"] = random_agent()`: a site is not to see that it is the same visitor again."""
    told: list[Node] = list(site.call.arguments)
    for read in life.reads:
        up = read.parent
        if isinstance(up, Member) and up.attr in ("headers", "proxies"):
            told += _put(up)
    bound = site.function.index.bound if site.function.index else {}
    names = [n.id for part in told for n in walk(part) if isinstance(n, Name)]
    told += [value for name in names for value in bound.get(name, ()) if value is not None]
    return any(_LOT.search(file.text(part)) for part in told)


def _put(held: Member) -> list[Node]:
    """What is put into what a session holds: `session.headers.update(given)`, `session.headers["name"] = given`."""
    up = held.parent
    call = up.parent if isinstance(up, Member) else None
    if isinstance(call, Call) and call.callee is up:
        return list(call.arguments)
    assign = up.parent if isinstance(up, Subscript) else up
    return [assign.value] if isinstance(assign, Assign) and assign.value is not None else []
