"""Connections are kept again."""

from asynccost.flow.file import File
from asynccost.flow.tree import Collection, Constant, Node
from asynccost.flow.walk import walk
from asynccost.javascript.edits.objects import remove, value_of
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """`keepAlive: false` -> true; the header `Connection: close` goes."""
    span = finding.span
    for function in file.functions:
        nodes: list[Node] = [*(function.index.calls if function.index else ()), *function.body]
        for node in nodes:
            for found in walk(node):
                if isinstance(found, Collection) and span.start <= found.start and found.end <= span.end:
                    offer = _in(found, file)
                    if offer is not None:
                        return offer
    return None


def _in(options: Collection, file: File) -> Offer | None:
    patch = Patch(script(file), options.start)
    keep, header = value_of(options, "keepAlive"), value_of(options, "connection")
    if isinstance(keep, Constant) and keep.value is False:
        patch.replace(keep.start, keep.end, "true")
        reason = "idle connections stay open for the next request, and a server may close one as it is used again"
    elif isinstance(header, Constant) and str(header.value).lower() == "close":
        remove(options, header, patch)
        reason = "the connection stays open for the next request, where agent and server keep it"
    else:
        return None
    edits = patch.edits()
    return Offer(Safety.DISPLAY_ONLY, f"{reason}; was it switched off for such a server?", lambda: edits)
