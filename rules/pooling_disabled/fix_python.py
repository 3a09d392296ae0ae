"""pooling-disabled in Python: the argument, or the header, that ends connections goes away."""

from collections.abc import Iterator, Sequence

from asynccost.flow.file import File
from asynccost.flow.tree import Argument, Call, Collection, Constant, Node
from asynccost.flow.walk import walk
from asynccost.model import Edit, Finding, Offer, Safety, Span
from asynccost.python.codemod.arguments import remove_one
from asynccost.python.codemod.patch import Patch

_REASON = (  # somebody wrote it: a server that closes idle connections is the usual cause
    "connections then stay open between requests, as the library has it by default; was it switched off for a server "
    "that closes them sooner?"
)


def fix(finding: Finding, file: File) -> Offer | None:
    """Leave out what switches keeping connections off."""
    for node in _at(file, finding.span):
        found = _switch(node) if isinstance(node, Call) else None
        found = found or next((h for inner in walk(node) if (h := _header(inner)) is not None), None)
        if found is not None:
            return _offer(file, *found)
    return None


def _offer(file: File, parts: Sequence[Node], one: Node) -> Offer:
    return Offer(Safety.DISPLAY_ONLY, _REASON, lambda: _without(file, list(parts), one))


def _at(file: File, span: Span) -> Iterator[Node]:
    for function in file.functions:
        for statement in function.body:
            if statement.start <= span.start and span.end <= statement.end:
                yield from (n for n in walk(statement) if n.start == span.start and n.end == span.end)


def _switch(call: Call) -> tuple[list[Node], Node] | None:
    for argument in call.arguments:
        value = argument.value.value if isinstance(argument.value, Constant) else ...
        closes = argument.keyword == "force_close" and value is True
        if closes or (argument.keyword in ("max_keepalive_connections", "keepalive_expiry") and value == 0):
            around = call.parent
            client = around.parent if isinstance(around, Argument) and around.keyword == "limits" else None
            if len(call.arguments) == 1 and isinstance(client, Call):  # Limits() bounds nothing, the default does
                return list(client.arguments), call.parent or argument
            return list(call.arguments), argument
    return None


def _header(node: Node) -> tuple[list[Node], Node] | None:
    """The items of a literal dict, and which of them is `"Connection": "close"`."""
    if not isinstance(node, Collection) or node.kind != "dict":
        return None
    for at, (key, item) in enumerate(zip(node.keys, node.items, strict=False)):
        said = key.value if isinstance(key, Constant) else None
        if isinstance(said, str) and said.lower() == "connection" and isinstance(item, Constant):
            pairs = [Node(k.start, i.end) for k, i in zip(node.keys, node.items, strict=True) if k is not None]
            whole = len(pairs) == len(node.items) and str(item.value).lower() == "close"
            return (list(pairs), pairs[at]) if whole else None
    return None


def _without(file: File, parts: list[Node], one: Node) -> Iterator[Edit]:
    patch = Patch(file)
    remove_one(patch, parts, one)
    return patch.edits()
