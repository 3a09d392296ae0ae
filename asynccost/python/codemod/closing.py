"""Closes a client that its function makes for itself."""

from dataclasses import dataclass

from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.loops.depend import blocks
from asynccost.flow.tree import Assign, Await, Call, Function, Member, Name, Node, Return, Yield
from asynccost.flow.walk import walk
from asynccost.flow.words import chain
from asynccost.model import Span
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import names_in
from asynccost.python.codemod.patch import Patch

_MANAGERS = ("Client", "Session", "AsyncOpenAI", "OpenAI")  # a with statement takes these
_LIKE_NONE = ("motor.",)  # neither a context manager nor closed by a coroutine


@dataclass(slots=True, frozen=True)
class Local:
    """A client that a statement gives to a name, and the rest of the statement's block."""

    site: Site
    client: Client
    assign: Assign
    rest: list[Node]


def local_at(file: File, span: Span) -> Local | None:
    """The local client that is built at a place, where the rest of its block may be put under a statement."""
    for site, client in built(file):
        if site.call.start != span.start or site.call.end != span.end or not client.close:
            continue
        if (site.name or "").startswith(_LIKE_NONE):
            return None
        if (client.is_async or isinstance(site.call.parent, Await)) and not site.function.is_async:
            return None  # only a coroutine may wait for its end
        assign = site.call.parent.parent if isinstance(site.call.parent, Await) else site.call.parent
        if isinstance(assign, Assign) and len(assign.targets) == 1 and isinstance(assign.targets[0], Name):
            rest = _rest(assign, site.function)
            may = bool(rest) and _may_wrap(site, assign, rest, file)
            name = assign.targets[0].id
            out = _hands_out(name, client, rest) or (bool(rest) and _goes_on(name, client, rest, site.function))
            return Local(site, client, assign, rest) if may and not out else None
    return None


def _hands_out(name: str, client: Client, rest: list[Node]) -> bool:
    """Whether something that needs the open client is returned: a cursor, a coroutine. A blocking HTTP client has read
    its answer by then."""
    for node in (n for s in rest for n in walk(s)):
        lives_on = isinstance(node, Call) and chain(node.callee)[-1][:1].isupper() and _outlives(node)
        given = [a.value for a in node.arguments] if lives_on and isinstance(node, Call) else []
        if any(isinstance(value, Name) and value.id == name for value in given):
            return True  # an object works with it after that
        value = node.value if isinstance(node, Return) else None
        callee = value.callee if isinstance(value, Call) else None
        if isinstance(callee, Member) and isinstance(callee.value, Name) and callee.value.id == name:
            return client.is_async or not client.http
    return False


def _goes_on(name: str, client: Client, rest: list[Node], function: Function) -> bool:
    """Whether what comes of a client without a wait (`cursor = connection.cursor()`) is read behind its block."""
    made = (n for s in rest for n in walk(s) if isinstance(n, Assign) and not isinstance(n.value, Await))
    kept = {t.id for a in made if chain(a.value)[0] == name for t in a.targets if isinstance(t, Name)}
    names = function.index.names if function.index and (client.is_async or not client.http) else []
    return any(n.id in kept and n.start > rest[-1].end for n in names)


def _outlives(made: Call) -> bool:
    """Whether an object is returned, or kept by another."""
    up = made.parent
    return isinstance(up, Return) or (isinstance(up, Assign) and any(isinstance(t, Member) for t in up.targets))


def _rest(assign: Assign, function: Function) -> list[Node]:
    """The statements behind one in the same block."""
    for block in blocks(function):
        for at, statement in enumerate(block):
            if statement is assign:
                return block[at + 1 :]
    return []


def _may_wrap(site: Site, assign: Assign, rest: list[Node], file: File) -> bool:
    layout = Layout(file.module.source)
    name = assign.targets[0].id if isinstance(assign.targets[0], Name) else ""
    index = site.function.index
    reads = [n for n in (index.names if index else ()) if n.id == name and n.start > assign.end]
    inside = all(rest[0].start <= n.start and n.end <= rest[-1].end for n in reads)
    alone = layout.alone(assign) and layout.begins_line(rest[0].start) and layout.ends_line(rest[-1].end)
    once = len(index.bound.get(name, [])) == 1 if index else False
    captured = len([n for s in rest for n in names_in(s) if n.id == name]) == len(reads)
    return inside and alone and once and captured and not any(isinstance(n, Yield) for s in rest for n in walk(s))


def close(patch: Patch, one: Local) -> None:
    """Put the rest of the block under a with statement; under try and finally where the client takes none."""
    site, client, assign, rest = one.site, one.client, one.assign, one.rest
    layout = patch.layout
    indent, unit = layout.indent(assign.start), layout.unit(site.function)
    name = layout.text(assign.targets[0].start, assign.targets[0].end)
    assert assign.value is not None
    awaited = isinstance(assign.value, Await)
    wait = "await " if client.is_async or awaited else ""
    if not awaited and (site.name or "").rpartition(".")[2].endswith(_MANAGERS):
        patch.replace(assign.start, assign.value.start, f"{'async ' if client.is_async else ''}with ")
        patch.insert(assign.value.end, f" as {name}:")
    else:
        patch.insert_lines(layout.next_line(assign.end - 1), indent, "try:")
        patch.insert_lines(
            layout.next_line(rest[-1].end - 1), indent, "finally:", f"{unit}{wait}{name}.{client.close[0]}()"
        )
    patch.reindent(layout.next_line(assign.end - 1), rest[-1].end, indent, indent + unit)
