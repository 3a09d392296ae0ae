"""A call that builds a client, as a fix sees it: how it is held, what may be built elsewhere, and what takes over."""

import re
from dataclasses import dataclass

from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.life import inside
from asynccost.flow.names import Names
from asynccost.flow.tree import Assign, Await, Call, Drop, Expr, Function, Member, Name, Node, With, WithItem, Yield
from asynccost.flow.walk import walk
from asynccost.model import Span
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import names_in
from asynccost.python.codemod.patch import Patch


@dataclass(slots=True, frozen=True)
class Building:
    """A client that a function builds for itself.

    block: the with statement of which it is the first item; assign: the statement that gives it to a name.
    """

    site: Site
    client: Client
    name: str
    block: With | None = None
    assign: Assign | None = None

    @property
    def call(self) -> Call:
        return self.site.call

    @property
    def function(self) -> Function:
        return self.site.function

    @property
    def statement(self) -> With | Assign:
        """The statement that builds it."""
        made = self.block or self.assign
        assert made is not None
        return made


def building_at(file: File, span: Span) -> Building | None:
    """The client that is built at a place, where a with statement or one name holds it."""
    for site, client in built(file):
        if site.call.start == span.start and site.call.end == span.end:
            return building(site, client)
    return None


def building(site: Site, client: Client) -> Building | None:
    """How a client is held; None where it is neither in a with statement nor given to one name."""
    up = site.call.parent
    if isinstance(up, Await):  # `await create_pool()`: its making needs a loop of its own
        return None
    if isinstance(up, WithItem) and isinstance(up.parent, With):
        block = up.parent
        if block.items[0] is up and isinstance(up.target, Name):
            return Building(site, client, up.target.id, block=block)
    if isinstance(up, Assign) and up.op == "=" and len(up.targets) == 1 and isinstance(up.targets[0], Name):
        return Building(site, client, up.targets[0].id, assign=up)
    return None


_WRAPS = r"\b(?:wrap|instrument|patch|trace|decorate|observe|monkeypatch)\w*\(\s*%s\b"


def done_to(made: Building, file: File) -> str:
    """A question about what the code does to a client itself, beside asking it; "" where it only asks it."""
    name = re.escape(made.name)
    if found := re.search(_WRAPS % name, file.module.source.decode("utf-8", "replace")):
        return f"{found[0].partition('(')[0]}() changes the client: is one that is kept to be changed for each call?"
    if re.search(rf"\bdel {name}\b", file.text(made.function)):
        return "it is deleted here: is it to end with the call?"
    return ""


def plain_with(block: With, layout: Layout) -> bool:
    """Whether a with statement has its lines to itself and no parentheses around its items."""
    head = layout.source[block.start : block.items[0].start].split()
    return (
        layout.begins_line(block.start)
        and head in ([b"with"], [b"async", b"with"])
        and layout.ends_line(header_end(block, layout))
        and b"\n" not in layout.source[block.items[-1].end : header_end(block, layout)]
    )


def header_end(block: With, layout: Layout) -> int:
    """The byte after the colon of a with statement."""
    return layout.source.index(b":", block.items[-1].end) + 1


def steady(expr: Expr, function: Function, changing: set[str], attributes: set[str], names: Names) -> bool:
    """Whether an expression gives the same each time: it is made of literals, settled names and constructors."""
    for node in walk(expr):
        if isinstance(node, (Await, Yield)):
            return False
        if isinstance(node, Name) and node.id in changing:
            return False
        if isinstance(node, Member) and node.attr in attributes:
            return False
        if isinstance(node, Call) and not _constructs(node, function, names):
            return False
    return not any(n.id in changing for n in names_in(expr))


def _constructs(call: Call, function: Function, names: Names) -> bool:
    """`ClientTimeout(total=5)`, `os.getenv("KEY")`: a call that makes the same of the same."""
    name = names.resolve(call.callee, function) or ""
    last = name.rpartition(".")[2]
    return last[:1].isupper() or name in _SAME or (isinstance(call.callee, Name) and call.callee.id in _BUILTINS)


_SAME = frozenset({
    "os.getenv", "os.environ.get", "ssl.create_default_context", "certifi.where", "httpx.create_ssl_context",
})
_BUILTINS = frozenset({"str", "int", "float", "bool", "dict", "tuple", "list", "set", "frozenset", "len", "max", "min"})


def text_of(building: Building, file: File) -> str:
    """The call that builds a client, blanks aside: equal texts build equal clients."""
    return " ".join(file.text(building.call).split())


_STATE = frozenset({
    "headers", "cookies", "cookie_jar", "auth", "params", "proxies", "verify", "cert", "event_hooks", "timeout",
    "base_url", "hooks", "trust_env", "max_redirects",
})
_CHANGES = frozenset({"mount", "close", "aclose", "set_cookie", "update", "__aexit__", "__exit__"})


def changes_it(made: Building) -> bool:
    """Whether the function changes or closes the client itself: then the next call would not get it as it was made."""
    index = made.function.index
    for read in index.names if index else ():
        member = read.parent
        if read.id != made.name or not isinstance(member, Member) or member.value is not read:
            continue
        if member.attr in _STATE or member.attr in _CHANGES or isinstance(member.parent, (Assign, Drop)):
            return True
    return False


def held_once(made: Building, among: list[Building], within: Node) -> bool:
    """Whether, in a part of its function, the name stands for these clients alone, and is read where they live."""
    index = made.function.index
    values = index.bound.get(made.name, []) if index else []
    calls = {id(b.call) for b in among}
    others = [v for v in values if v is None or (inside(v, within) and id(v) not in calls)]
    reads = [n for n in (index.names if index else ()) if n.id == made.name and inside(n, within)]
    return not others and all(any(_sees(one, read) for one in among) for read in reads)


def _sees(one: Building, read: Node) -> bool:
    """Whether a place comes after a client is given to its name, and before its with statement ends."""
    start = one.statement.start
    return start <= read.start and (one.block is None or read.end <= one.block.end)


def take_over(patch: Patch, made: Building, source: str, unused: list[Assign]) -> None:
    """Give the name what `source` hands out; a with statement that held it goes away, its block moves out a step."""
    for statement in unused:
        patch.remove_lines(statement, gap=True)
    if made.assign is not None:
        patch.replace(made.call.start, made.call.end, source)
        return
    layout, block = patch.layout, made.block
    assert block is not None
    indent = layout.indent(block.start)
    if len(block.items) > 1:
        patch.insert_lines(block.start, indent, f"{made.name} = {source}")
        patch.replace(block.items[0].start, block.items[1].start, "")
        return
    patch.replace(block.start, header_end(block, layout), f"{made.name} = {source}")
    rest = layout.next_line(header_end(block, layout))
    patch.reindent(rest, block.end, layout.indent(block.body[0].start), indent)
